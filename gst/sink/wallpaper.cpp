#include "gst/sink/wallpaper.h"

#include <chrono>
#include <string>

#include "core/text.h"
#include "gst/mux/wallpaper.h"
#include "gst/sink/impl.h"
#include "gst/sink/live_run.h"
#include "gst/sink/rows.h"

namespace livephoto::sink {
namespace {

// Known lock screens show one second or two of three; and until its end each picture of the clip is
// kept in small.
constexpr std::chrono::seconds kLongest{10};
constexpr double kMiddleRate = 45;
// Beyond it lies a clock that a container counts in, for pictures at no rate.
constexpr double kHighestRate = 240;

gint chosen_in(GstElement* mux, const gchar* property) {
  gint value = 0;
  g_object_get(mux, property, &value, nullptr);
  return value;
}

Result<void> check_duration(GstElement* select) {
  guint64 duration = 0;
  g_object_get(select, "duration", &duration, nullptr);
  const std::chrono::nanoseconds wanted(static_cast<std::int64_t>(duration));
  if (wanted <= kLongest) return {};
  return invalid_input(
      "A duration of " + seconds_text(wanted) +
      " is no wallpaper; set duration to a few seconds (at most 10 with purpose=wallpaper).");
}

Result<void> settle_size(Settings& settings) {
  // As TouSC and goLive have it: docs/lock-screen.md.
  constexpr SizeLimit kTaken{.width = 1080, .height = 1920, .crop = true, .is_exact = true};
  SizeLimit& size = settings.size;
  if ((size.width == 0) != (size.height == 0)) {
    return invalid_input(
        "purpose=wallpaper makes pictures of exactly one size; set max-width and max-height, or "
        "neither for 1080x1920.");
  }
  if (size.width % 2 != 0 || size.height % 2 != 0)
    return invalid_input("purpose=wallpaper needs an even max-width and max-height.");
  size = size.is_set() ? SizeLimit{size.width, size.height, true, true} : kTaken;
  return {};
}

}  // namespace

Result<void> settle_purpose(GstLivePhotoSink* self) {
  Settings& settings = self->impl->run.settings;
  settings.for_wallpaper =
      chosen_in(self->impl->mux, "purpose") == static_cast<gint>(mux::Purpose::Wallpaper);
  if (!settings.for_wallpaper) return {};
  if (waits_for_trigger(self)) {
    return invalid_input(
        "purpose=wallpaper does not go with mode=trigger; capture first, and make the wallpaper of "
        "the movie that was captured.");
  }
  settings.upright = true;
  settings.keeps_planes =
      chosen_in(self->impl->mux, "motion") == static_cast<gint>(mux::MotionChoice::Measured);
  if (const auto checked = check_duration(self->impl->select); !checked) return checked;
  return settle_size(settings);
}

unsigned wallpaper_rate(const Settings& settings, const GstVideoInfo& video) {
  if (settings.frame_rate != 0) return settings.frame_rate;
  const double rate = video.fps_d > 0 ? static_cast<double>(video.fps_n) / video.fps_d : 0;
  return rate > kMiddleRate && rate <= kHighestRate ? 60 : 30;
}

Result<void> check_for_wallpaper(GstElement* encoder, const GstVideoInfo& video) {
  const auto transfer = video.colorimetry.transfer;
  // In 8 bits it would show bands, and its brightness would be another.
  if (transfer == GST_VIDEO_TRANSFER_SMPTE2084 || transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67) {
    return Error{
        ErrorCode::Unsupported,
        "The video is HDR, and what is known of lock screens is of 8 bits in SDR; make an SDR "
        "video of it first.",
        {}};
  }
  const auto made = adopt(gst_pad_get_pad_template_caps(pad_of(encoder, "src").get()));
  if (gst_caps_can_intersect(made.get(), hevc_main().get())) return {};
  return Error{
      ErrorCode::InvalidInput,
      "purpose=wallpaper needs an encoder of H.265, which " +
          std::string(GST_OBJECT_NAME(gst_element_get_factory(encoder))) +
          " is not; leave out video-encoder and encoding-profile, or name another.",
      {}};
}

Owned<GstCaps> hevc_main() { return adopt(gst_caps_from_string("video/x-h265, profile=main")); }

}  // namespace livephoto::sink
