#include "gst/sink/live_pair.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "gst/select/packet_picture.h"
#include "gst/select/stream.h"
#include "gst/sink/impl.h"
#include "gst/sink/rows.h"

namespace livephoto::sink {
namespace {

using gst::ObjectLock;
using select::kPacketOrigin;
using select::packet_at;
using select::to_clock_time;

// Running time is stream time there; packets before it have room.
GstSegment segment_of_all() {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.position = kPacketOrigin;
  return segment;
}

Error error_of(GstMessage* message) {
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  const auto said = adopt(error);
  const auto detail = adopt(debug);
  const bool is_full =
      g_error_matches(said.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
  return {is_full ? ErrorCode::NoSpace : ErrorCode::Io, said->message, detail ? detail.get() : ""};
}

// The pipeline of one pair. Its parts know nothing of the one that the packets came from: no
// end, no error and no state of theirs reaches it.
class Branch {
 public:
  Branch(GstLivePhotoSink* pattern, LiveClip& clip)
      : pattern_(pattern),
        pipeline_(adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))))),
        bus_(gst_element_get_bus(pipeline_.get())) {
    feed_ = gst_bin_new("feed");
    sink_ = GST_ELEMENT(g_object_new(gst_live_photo_sink_get_type(), nullptr));
    gst_bin_add_many(GST_BIN(pipeline_.get()), feed_, sink_, nullptr);
    picture_ = add_pad("video");
    if (clip.sound.caps) sound_ = add_pad("audio");
    take_settings(clip);
  }
  ~Branch() {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    gst_object_unref(bus_);
  }
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  Result<Owned<GstStructure>> write(LiveClip& clip) {
    const bool starts =
        gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;
    const GstFlowReturn flow = starts ? push(clip) : GST_FLOW_ERROR;
    const bool ends = starts && (flow == GST_FLOW_OK || flow == GST_FLOW_EOS);
    return outcome(ends ? GST_CLOCK_TIME_NONE : 0);
  }

 private:
  GstPad* add_pad(const gchar* name) {
    GstPad* pad = gst_pad_new(name, GST_PAD_SRC);
    gst_element_add_pad(feed_, pad);
    gst_pad_link(pad, pad_of(sink_, name).get());
    return pad;
  }

  void take_settings(LiveClip& clip) {
    const Impl& from = *pattern_->impl;
    Impl& to = *GST_LIVE_PHOTO_SINK(sink_)->impl;
    {
      ObjectLock lock(sink_);
      to.settings.location = clip.location;
      to.settings.is_literal = true;
      to.settings.still_format = from.run.settings.still_format;
      to.settings.bundle = from.run.settings.bundle;
    }
    to.kept = std::move(clip.kept);
    copy_properties(
        from.select,
        to.select,
        {"mode", "start-time", "duration", "still-time", "content-identifier", "controls-source"});
    copy_properties(from.still, to.still, {"location", "format", "content-identifier"});
    copy_properties(from.mux, to.mux, {"content-identifier", "marker-time"});
    hand_tags(clip.tags, sink_);
    g_object_set(
        to.select,
        "start-time",
        to_clock_time(clip.begin),
        "duration",
        to_clock_time(clip.duration),
        "still-time",
        to_clock_time(clip.still),
        "content-identifier",
        clip.identifier.c_str(),
        "controls-source",
        FALSE,
        nullptr);
  }

  static void open(GstPad* pad, const LiveStream& stream) {
    const auto id = adopt(g_strdup_printf("%08x/%s", g_random_int(), GST_PAD_NAME(pad)));
    gst_pad_push_event(pad, gst_event_new_stream_start(id.get()));
    gst_pad_push_event(pad, gst_event_new_caps(stream.caps.get()));
    const GstSegment segment = segment_of_all();
    gst_pad_push_event(pad, gst_event_new_segment(&segment));
    for (const auto& tags : stream.tags)
      if (tags) gst_pad_push_event(pad, gst_event_new_tag(gst_tag_list_copy(tags.get())));
  }

  static GstFlowReturn push_packet(GstPad* pad, LivePacket& packet) {
    auto buffer = packet_at(packet.buffer.get(), packet.time);
    packet.buffer.reset();
    return gst_pad_push(pad, buffer.release());
  }

  // As a demuxer does it: in the order of their times, from one thread.
  GstFlowReturn push(LiveClip& clip) {
    open(picture_, clip.picture);
    if (sound_) open(sound_, clip.sound);
    auto sound = clip.sound.packets.begin();
    const auto push_sound_until = [&](std::optional<nanoseconds> time) {
      GstFlowReturn flow = GST_FLOW_OK;
      while (sound != clip.sound.packets.end() && flow == GST_FLOW_OK &&
             (!time || sound->time <= *time))
        flow = push_packet(sound_, *sound++);
      return flow;
    };
    GstFlowReturn flow = GST_FLOW_OK;
    for (LivePacket& packet : clip.picture.packets) {
      flow = push_sound_until(packet.time);
      if (flow == GST_FLOW_OK) flow = push_packet(picture_, packet);
      if (flow != GST_FLOW_OK) break;
    }
    if (flow == GST_FLOW_OK) flow = push_sound_until(std::nullopt);
    if (sound_) gst_pad_push_event(sound_, gst_event_new_eos());
    gst_pad_push_event(picture_, gst_event_new_eos());
    return flow;
  }

  Result<Owned<GstStructure>> outcome(GstClockTime patience) {
    Owned<GstStructure> written;
    constexpr auto kTypes = static_cast<GstMessageType>(
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING |
        GST_MESSAGE_INFO);
    while (GstMessage* raw = gst_bus_timed_pop_filtered(bus_, patience, kTypes)) {
      const auto message = adopt(GST_MINI_OBJECT_CAST(raw));
      switch (GST_MESSAGE_TYPE(raw)) {
        case GST_MESSAGE_EOS:
          if (written) return written;
          return Error{ErrorCode::Io, "The capture has ended without a picture.", {}};
        case GST_MESSAGE_ERROR:
          return error_of(raw);
        case GST_MESSAGE_ELEMENT:
          if (gst_message_has_name(raw, "live-photo-written"))
            written = adopt(gst_structure_copy(gst_message_get_structure(raw)));
          break;
        default:
          post_as_ours(raw);
      }
    }
    return Error{ErrorCode::Io, "The capture could not be written.", {}};
  }

  void post_as_ours(GstMessage* message) {
    GError* error = nullptr;
    gchar* debug = nullptr;
    const bool warns = GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING;
    if (warns)
      gst_message_parse_warning(message, &error, &debug);
    else
      gst_message_parse_info(message, &error, &debug);
    const auto said = adopt(error);
    const auto detail = adopt(debug);
    gst_element_post_message(
        GST_ELEMENT(pattern_),
        warns ? gst_message_new_warning(GST_OBJECT(pattern_), said.get(), detail.get())
              : gst_message_new_info(GST_OBJECT(pattern_), said.get(), detail.get()));
  }

  GstLivePhotoSink* pattern_;
  Owned<GstElement> pipeline_;
  GstBus* bus_;
  GstElement* feed_ = nullptr;  // the pipeline owns these, and they their pads
  GstElement* sink_ = nullptr;
  GstPad* picture_ = nullptr;
  GstPad* sound_ = nullptr;
};

}  // namespace

Result<Owned<GstStructure>> write_live_pair(GstLivePhotoSink* pattern, LiveClip clip) {
  Branch branch(pattern, clip);
  return branch.write(clip);
}

}  // namespace livephoto::sink
