#include "gst/mux/input.h"

#include <limits>
#include <string>
#include <utility>

#include "core/text.h"
#include "gst/support/caps.h"
#include "gst/support/tags.h"

namespace livephoto::mux {
namespace {

using gst::adopt;
using gst::incompatible_change;
using gst::merged_caps;
using gst::Owned;
using gst::retain;

// 73 years: a time past it is not one, and sums of a few do not overflow.
constexpr guint64 kLatestTime = std::numeric_limits<std::int64_t>::max() / 4;

Owned<GstTagList> without_announcement(const GstTagList* tags) {
  if (tags == nullptr) return nullptr;
  auto rest = adopt(gst_tag_list_copy(tags));
  gst_tag_list_remove_tag(rest.get(), GST_TAG_LIVE_PHOTO_CONTENT_IDENTIFIER);
  gst_tag_list_remove_tag(rest.get(), GST_TAG_LIVE_PHOTO_STILL_OFFSET);
  return rest;
}

}  // namespace

void Input::restart() {
  flush();
  flushing = false;
  caps_.reset();
  sound_.reset();
  picture_ = {};
  global_tags_.reset();
  stream_tags_.reset();
}

void Input::flush() {
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  at_end_ = false;
  bytes_ = 0;
  priming.reset();
  overlap_reported = false;
  global_tags_ = without_announcement(global_tags_.get());
  stream_tags_ = without_announcement(stream_tags_.get());
  picture_.track.packets.clear();
  picture_.buffers.clear();
  if (!caps_ || kind_ == TrackKind::Video) return;
  if (auto format = sound_format_of(caps_.get())) sound_.emplace(std::move(*format));
}

Result<void> Input::set_caps(GstCaps* caps, Profiles profiles) {
  auto described = retain(caps);
  if (caps_ && has_packets()) {
    if (const auto change = incompatible_change(caps_.get(), caps)) {
      return Error{
          ErrorCode::InvalidInput,
          std::string(kind_ == TrackKind::Video ? "The video" : "The sound") +
              " changes within the clip (" + *change +
              "), which a movie cannot hold; choose a clip before or after the change, or "
              "convert all of it to one format before the encoder (videoscale, audioresample).",
          {}};
    }
    described = merged_caps(caps_.get(), caps);
  }
  if (kind_ == TrackKind::Video) {
    auto format = video_format_of(described.get(), profiles);
    if (!format) return format.error();
    picture_.track.format = std::move(*format);
  } else {
    auto format = sound_format_of(described.get());
    if (!format) return format.error();
    if (sound_ && has_packets())
      sound_->set_format(std::move(*format));
    else
      sound_.emplace(std::move(*format));
  }
  caps_ = std::move(described);
  return {};
}

Result<void> Input::set_segment(const GstSegment& segment) {
  if (segment.format != GST_FORMAT_TIME) {
    return invalid_input(
        "A stream that reaches the muxer has no times (its segment is in " +
        std::string(gst_format_get_name(segment.format)) +
        "); put a demuxer or a parser before it.");
  }
  segment_ = segment;
  return {};
}

void Input::add_tags(GstTagList* tags) {
  auto& kept = gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_GLOBAL ? global_tags_ : stream_tags_;
  kept = adopt(gst_tag_list_merge(kept.get(), tags, GST_TAG_MERGE_REPLACE));
}

std::optional<nanoseconds> Input::running_time(GstClockTime time) const {
  if (!GST_CLOCK_TIME_IS_VALID(time)) return std::nullopt;
  // Signed, because x264enc and demuxers have times before their segment.
  guint64 running_time = 0;
  const gint sign =
      gst_segment_to_running_time_full(&segment_, GST_FORMAT_TIME, time, &running_time);
  if (sign == 0 || running_time > kLatestTime) return std::nullopt;
  const nanoseconds since_start(static_cast<std::int64_t>(running_time));
  return sign > 0 ? since_start : -since_start;
}

Result<Sound::Added> Input::add(Owned<GstBuffer> packet, std::uint64_t most_silence) {
  const auto time = running_time(GST_BUFFER_PTS(packet.get()));
  Sound::Added added{.bytes = gst_buffer_get_size(packet.get())};
  if (kind_ == TrackKind::Video) {
    const bool is_sync = access_units_.is_sync(packet.get(), caps_.get());
    // In every picture, or in none.
    if (is_sync) has_dolby_vision_ = access_units_.has_dolby_vision(packet.get(), caps_.get());
    if (is_sync) packet = access_units_.without_parameter_sets(std::move(packet), caps_.get());
    added.bytes = gst_buffer_get_size(packet.get());
    picture_.add(std::move(packet), time, is_sync);
  } else {
    const auto kept = sound_->add(std::move(packet), time, most_silence);
    if (!kept) return kept.error();
    added = *kept;
  }
  bytes_ += added.bytes;
  return added;
}

std::vector<Owned<GstBuffer>> Input::take_buffers() {
  auto& buffers = sound_ ? sound_->buffers() : picture_.buffers;
  return std::exchange(buffers, {});
}

bool Input::has_packets() const {
  return !picture_.buffers.empty() || (sound_ && !sound_->empty());
}

}  // namespace livephoto::mux
