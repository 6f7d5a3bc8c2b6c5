#include "gst/select/packet_picture.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/text.h"
#include "gst/select/pad_caps.h"
#include "gst/select/stream.h"
#include "gst/support/caps.h"
#include "gst/support/interlacing.h"

namespace livephoto::select {
namespace {

using gst::adopt;
using gst::retain;

GstClockTime from_origin(nanoseconds time) {
  return static_cast<GstClockTime>(static_cast<gint64>(kPacketOrigin) + time.count());
}

// A frame may be said to last longer than it is shown (parsers put durations of
// their own), and a decoder would take it for the still. So it goes far away, on
// its own side.
void move_away(GstBuffer* packet, const GstSegment& shown) {
  constexpr GstClockTime kFar = 3600 * GST_SECOND;
  const bool is_before = GST_BUFFER_PTS(packet) < shown.start;
  GST_BUFFER_PTS(packet) =
      is_before ? GST_BUFFER_PTS(packet) - kFar : GST_BUFFER_PTS(packet) + kFar;
  GST_BUFFER_DTS(packet) = GST_CLOCK_TIME_NONE;
}

}  // namespace

GstSegment packet_segment(nanoseconds begin, nanoseconds end) {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.position = from_origin(begin);
  segment.stop = from_origin(end);
  segment.time = to_clock_time(begin);
  segment.base = segment.time;
  return segment;
}

Owned<GstBuffer> packet_at(GstBuffer* packet, nanoseconds time) {
  auto copy = adopt(gst_buffer_copy(packet));
  const bool has_both = GST_BUFFER_PTS_IS_VALID(packet) && GST_BUFFER_DTS_IS_VALID(packet);
  const auto delay = has_both ? GST_CLOCK_DIFF(GST_BUFFER_DTS(packet), GST_BUFFER_PTS(packet)) : 0;
  GST_BUFFER_PTS(copy.get()) = from_origin(time);
  GST_BUFFER_DTS(copy.get()) =
      has_both ? from_origin(time - nanoseconds(delay)) : GST_CLOCK_TIME_NONE;
  GST_BUFFER_OFFSET(copy.get()) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END(copy.get()) = GST_BUFFER_OFFSET_NONE;
  return copy;
}

Result<void> PacketPicture::add(
    Owned<GstBuffer> packet,
    GstCaps* caps,
    const GstSegment& segment,
    nanoseconds start,
    Window& window) {
  const GstClockTime pts = GST_BUFFER_PTS(packet.get());
  const GstClockTime duration = GST_BUFFER_DURATION(packet.get());
  const auto time = stream_time(segment, pts);
  if (!time) {
    return invalid_input(
        "A packet of the video has no presentation time, so it cannot pass unchanged; decode and "
        "encode the clip (decodebin in place of parsebin, an encoder before the muxer).");
  }
  const bool has_duration = GST_CLOCK_TIME_IS_VALID(duration) && duration < GST_SECOND * 3600;
  guint64 shown_from = 0;
  guint64 shown_until = GST_CLOCK_TIME_NONE;
  const bool is_shown = gst_segment_clip(
      &segment,
      GST_FORMAT_TIME,
      pts,
      has_duration ? pts + duration : GST_CLOCK_TIME_NONE,
      &shown_from,
      &shown_until);
  // An edit may end inside of the last frame.
  const bool has_end = is_shown && has_duration && GST_CLOCK_TIME_IS_VALID(shown_until);
  const auto added = clip_.add(
      {.time = *time,
       .duration = from_clock_time(
           has_end        ? shown_until - pts
           : has_duration ? duration
                          : 0),
       .is_sync = access_units_.is_sync(packet.get(), caps),
       .is_shown = is_shown},
      start,
      window);
  if (!added) return added.error();
  forget(added->forget);
  if (!added->keep) return {};
  if (gst::may_be_interlaced(caps) && gst::is_interlaced(packet.get(), caps))
    return refusal_of_interlaced();
  bytes_ += gst_buffer_get_size(packet.get());
  kept_.push_back({std::move(packet), retain(caps), *time});
  if (bytes_ <= most_) return {};
  return invalid_input(
      "The packets of the clip, with those before it that lead to its first frame, take more "
      "than " +
      std::to_string(most_) +
      " bytes; choose a shorter clip, raise max-size-bytes, or decode and encode the clip "
      "(decodebin in place of parsebin, an encoder before the muxer).");
}

void PacketPicture::correct(nanoseconds delay) {
  clip_.correct(delay);
  for (Kept& kept : kept_) kept.time += delay;
}

void PacketPicture::forget(std::size_t packets) {
  for (; packets > 0; --packets) {
    bytes_ -= gst_buffer_get_size(kept_.front().buffer.get());
    kept_.pop_front();
  }
}

Result<Owned<GstCaps>> PacketPicture::caps_of(const PacketRange& range, GstCaps* newest) const {
  GstCaps* first = kept_[range.first].caps.get();
  for (std::size_t i = range.first + 1; i <= range.last; ++i) {
    if (kept_[i].caps.get() == kept_[i - 1].caps.get()) continue;
    if (const auto change = gst::incompatible_change(first, kept_[i].caps.get())) {
      return invalid_input(
          "The picture changes inside the clip (" + *change +
          "); choose a clip on one side of the change.");
    }
  }
  // HDR files send their caps twice, the fuller ones second.
  return retain(gst::incompatible_change(first, newest) ? kept_[range.last].caps.get() : newest);
}

Result<PacketPicture::Taken> PacketPicture::take(const Window& window, GstCaps* caps) {
  const auto planned = clip_.cut();
  if (!planned) return planned.error();
  const PacketCut& cut = *planned;
  auto clip_caps = caps_of(cut.clip, caps);
  if (!clip_caps) return clip_caps.error();
  const nanoseconds begin = *window.begin_time();
  const auto packets = [&](const PacketRange& range) {
    std::vector<Owned<GstBuffer>> found;
    for (std::size_t i = range.first; i <= range.last; ++i) {
      // What stands long at the begin of the clip is shown from there.
      const nanoseconds time =
          i == cut.first_shown ? std::max(kept_[i].time, begin) : kept_[i].time;
      found.push_back(packet_at(kept_[i].buffer.get(), time - begin));
    }
    return found;
  };
  const nanoseconds still = *window.still_offset();
  Taken taken{
      .caps = std::move(*clip_caps),
      .clip = {packet_segment(nanoseconds(0), *window.end_time() - begin), packets(cut.clip)},
      .still = {packet_segment(still, still + nanoseconds(1)), packets(cut.still)},
  };
  for (std::size_t i = 0; i + 1 < taken.still.packets.size(); ++i)
    move_away(taken.still.packets[i].get(), taken.still.segment);
  GST_BUFFER_FLAG_SET(taken.clip.packets.front().get(), GST_BUFFER_FLAG_DISCONT);
  GST_BUFFER_FLAG_SET(taken.still.packets.front().get(), GST_BUFFER_FLAG_DISCONT);
  forget(kept_.size());
  return taken;
}

}  // namespace livephoto::select
