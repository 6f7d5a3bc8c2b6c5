#include "gst/mux/sink_caps.h"

namespace livephoto::mux {
namespace {

using gst::adopt;
using gst::Owned;

// avc before avc3 and hvc1 before hev1: a parser that can choose takes the
// first, which has the parameter sets where the movie needs them.
constexpr gchar kVideo[] =
    "video/x-h264, stream-format = (string) { avc, avc3 }, alignment = (string) au; "
    "video/x-h265, stream-format = (string) { hvc1, hev1 }, alignment = (string) au";

// progressive-high and constrained-high are High with less in it.
constexpr gchar kAppleVideo[] =
    "video/x-h264, stream-format = (string) { avc, avc3 }, alignment = (string) au, "
    "profile = (string) { high, main, constrained-baseline, baseline, progressive-high, "
    "constrained-high }; "
    "video/x-h265, stream-format = (string) { hvc1, hev1 }, alignment = (string) au, "
    "profile = (string) { main, main-10 }";

constexpr gchar kAudio[] =
    "audio/mpeg, mpegversion = (int) { 4, 2 }, stream-format = (string) raw, "
    "rate = (int) [ 1, MAX ], channels = (int) [ 1, 8 ]; "
    "audio/x-alac, rate = (int) [ 1, MAX ], channels = (int) [ 1, 8 ]; "
    "audio/x-raw, format = (string) { S16LE, S24LE, S32LE, F32LE, S16BE, S24BE, S32BE, F32BE }, "
    "layout = (string) interleaved, rate = (int) [ 1, MAX ], channels = (int) [ 1, 2 ]";

}  // namespace

Owned<GstCaps> sink_caps(TrackKind kind, Profiles profiles) {
  if (kind == TrackKind::Audio) return adopt(gst_caps_from_string(kAudio));
  return adopt(gst_caps_from_string(profiles == Profiles::Apple ? kAppleVideo : kVideo));
}

bool apple_plays(const gchar* media_type, const gchar* profile) {
  const auto played = sink_caps(TrackKind::Video, Profiles::Apple);
  const auto asked =
      adopt(gst_caps_new_simple(media_type, "profile", G_TYPE_STRING, profile, nullptr));
  return gst_caps_can_intersect(played.get(), asked.get());
}

}  // namespace livephoto::mux
