#include "gst/tool/survey.h"

#include <gst/pbutils/pbutils.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "core/text.h"
#include "gst/tool/source.h"

namespace livephoto::tool {
namespace {

using gst::adopt;
using gst::Owned;

// At most so many pictures are decoded before one that is shown earlier (H.264 and H.265).
constexpr int kMostReordered = 16;

// The time of the first picture that is shown, from the packets in the order in which they come.
class FirstPicture {
 public:
  // True once it is known.
  bool take(const GstSegment& segment, const GstBuffer* packet) {
    if (!GST_BUFFER_PTS_IS_VALID(packet) || segment.format != GST_FORMAT_TIME) return false;
    const GstClockTime begin = GST_BUFFER_PTS(packet);
    const GstClockTime end =
        begin + (GST_BUFFER_DURATION_IS_VALID(packet) ? GST_BUFFER_DURATION(packet) : 0);
    // Hidden by an edit list: only needed to decode those behind it.
    if (begin < segment.start && end <= segment.start) {
      has_hidden_ = true;
      return false;
    }
    const guint64 shown =
        gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, std::max(begin, segment.start));
    if (!GST_CLOCK_TIME_IS_VALID(shown)) return false;
    time_ = std::min(time_, shown);
    // Nothing is shown before a picture that others are built on, unless it is hidden itself.
    return !has_hidden_ || ++shown_ > kMostReordered;
  }
  std::optional<nanoseconds> time() const {
    if (!GST_CLOCK_TIME_IS_VALID(time_)) return std::nullopt;
    return nanoseconds(static_cast<std::int64_t>(time_));
  }

 private:
  guint64 time_ = GST_CLOCK_TIME_NONE;
  bool has_hidden_ = false;
  int shown_ = 0;
};

class Surveyor {
 public:
  Surveyor(const std::filesystem::path& video, const std::function<void()>& alive)
      : alive_(alive),
        source_(video, Form::Packets, [this](Stream stream, GstPad* pad, const GstCaps* caps) {
          return take(stream, pad, caps);
        }) {}

  Result<Survey> look() {
    // Not PAUSED, in which sinks stop at the first packet: the first that is shown may be a later
    // one.
    const guint timer = g_timeout_add(kReportEvery, report, this);
    const auto run = source_.run(GST_STATE_PLAYING, [](GstMessage* message) {
      const GstStructure* said = gst_message_get_structure(message);
      return said && gst_structure_has_name(said, kDone);
    });
    g_source_remove(timer);
    const std::lock_guard lock(mutex_);
    const auto first = first_.time();
    if (!first) return run ? invalid_input("It has no picture.") : run.error();
    survey_.first_picture = *first;
    gint64 duration = 0;
    if (gst_element_query_duration(source_.pipeline(), GST_FORMAT_TIME, &duration) && duration > 0)
      survey_.length = std::max(nanoseconds(0), nanoseconds(duration) - *first);
    return survey_;
  }

 private:
  static constexpr const gchar* kDone = "first-picture-known";
  static constexpr guint kReportEvery = 200;  // milliseconds

  static gboolean report(gpointer data) {
    auto* self = static_cast<Surveyor*>(data);
    const unsigned reads = self->source_.reads();
    if (std::exchange(self->reads_, reads) != reads) self->alive_();
    return G_SOURCE_CONTINUE;
  }

  Owned<GstPad> take(Stream stream, GstPad* pad, const GstCaps* caps) {
    const std::lock_guard lock(mutex_);
    const gchar* name = stream == Stream::Picture ? "video" : "audio";
    survey_.packets_are_taken = survey_.packets_are_taken && is_taken(caps, name);
    if (stream == Stream::Sound) return nullptr;
    survey_.can_be_sought = !gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-av1");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, see_packet, this, nullptr);
    return nullptr;
  }

  static bool is_taken(const GstCaps* caps, const gchar* pad_name) {
    auto* factory = gst_element_factory_find("livephotosink");
    if (!factory) return false;
    bool taken = false;
    for (const GList* item = gst_element_factory_get_static_pad_templates(factory); item;
         item = item->next) {
      auto* templ = static_cast<GstStaticPadTemplate*>(item->data);
      const auto wanted = adopt(gst_static_caps_get(&templ->static_caps));
      if (g_str_equal(templ->name_template, pad_name))
        taken = gst_caps_can_intersect(caps, wanted.get()) != FALSE;
    }
    gst_object_unref(factory);
    return taken;
  }

  // Not of the caps with which the pad came: of a transport stream those are not complete yet.
  void describe_codec(GstPad* pad) {
    if (!survey_.codec.empty()) return;
    const auto caps = adopt(gst_pad_get_current_caps(pad));
    if (!caps || !gst_caps_is_fixed(caps.get())) return;
    if (const auto text = adopt(gst_pb_utils_get_codec_description(caps.get())))
      survey_.codec = text.get();
  }

  static GstPadProbeReturn see_packet(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
    auto* self = static_cast<Surveyor*>(data);
    const auto event = adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    if (!event) return GST_PAD_PROBE_OK;
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event.get(), &segment);
    {
      const std::lock_guard lock(self->mutex_);
      self->describe_codec(pad);
      if (!self->first_.take(*segment, GST_PAD_PROBE_INFO_BUFFER(info))) return GST_PAD_PROBE_OK;
    }
    gst_element_post_message(
        self->source_.pipeline(),
        gst_message_new_application(
            GST_OBJECT(self->source_.pipeline()),
            gst_structure_new_empty(kDone)));
    return GST_PAD_PROBE_REMOVE;
  }

  const std::function<void()>& alive_;
  unsigned reads_ = 0;
  std::mutex mutex_;
  FirstPicture first_;
  Survey survey_;
  Source source_;  // last: what it calls is there as long as it is
};

}  // namespace

Result<Survey> survey(const std::filesystem::path& video, const std::function<void()>& alive) {
  return Surveyor(video, alive).look();
}

}  // namespace livephoto::tool
