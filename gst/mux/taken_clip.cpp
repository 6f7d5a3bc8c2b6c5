#include "gst/mux/taken_clip.h"

#include <algorithm>
#include <utility>

#include "core/text.h"
#include "gst/support/tags.h"

namespace livephoto::mux {
namespace {

using gst::adopt;
using gst::clip_duration_of;
using gst::content_identifier_of;
using gst::Owned;
using gst::still_offset_of;

// 73 years; past it the sum of two times overflows.
constexpr guint64 kLatestTime = G_MAXINT64 / 4;

// Adds the tags that `list` does not have.
void complete(Owned<GstTagList>& list, const GstTagList* more) {
  if (more) list = adopt(gst_tag_list_merge(list.get(), more, GST_TAG_MERGE_KEEP));
}

// What the streams say of the clip: first the picture's own tags, then those of
// the whole. What a sound stream says of itself does not describe a picture.
Owned<GstTagList> stream_tags_of(const Sinks& sinks) {
  Owned<GstTagList> tags;
  for (const auto& sink : sinks)
    if (sink->input.kind() == TrackKind::Video) complete(tags, sink->input.stream_tags());
  for (const auto& sink : sinks) complete(tags, sink->input.global_tags());
  return tags;
}

void take_announcement(TakenClip& taken, const Wishes& wishes) {
  const GstTagList* tags = taken.tags.get();
  taken.clip.content_identifier = wishes.content_identifier;
  if (taken.clip.content_identifier.empty() && tags)
    taken.clip.content_identifier = content_identifier_of(tags).value_or("");
  GstClockTime still = wishes.marker_time;
  if (!GST_CLOCK_TIME_IS_VALID(still) && tags)
    still = still_offset_of(tags).value_or(GST_CLOCK_TIME_NONE);
  taken.has_still_time = GST_CLOCK_TIME_IS_VALID(still);
  taken.clip.still_time = nanoseconds(static_cast<std::int64_t>(std::min(still, kLatestTime)));
  if (const auto duration = tags ? clip_duration_of(tags) : std::nullopt)
    taken.clip.duration = nanoseconds(static_cast<std::int64_t>(std::min(*duration, kLatestTime)));
}

}  // namespace

TakenClip take_clip(const Sinks& sinks, const Wishes& wishes) {
  TakenClip taken;
  taken.tags = stream_tags_of(sinks);
  take_announcement(taken, wishes);
  taken.clip.layout = wishes.layout;
  taken.clip.fingerprint = wishes.fingerprint;
  taken.buffers.emplace_back();  // the picture's, also where there is none
  for (const auto& sink : sinks) {
    Input& input = sink->input;
    if (!input.has_packets()) continue;
    if (input.kind() == TrackKind::Video) {
      // The format stays: after a flush upstream does not say it again.
      taken.clip.video = input.picture().track;
      taken.has_dolby_vision = input.has_dolby_vision();
      taken.clip.video.start = nanoseconds(0);  // of running time: before, decoders only decode
      taken.buffers.front() = input.take_buffers();
    } else {
      taken.clip.audio.push_back(input.sound().finished(input.priming.value_or(Priming{})));
      taken.buffers.push_back(input.take_buffers());
    }
  }
  return taken;
}

Result<Movie> plan(const TakenClip& taken) {
  if (taken.clip.video.packets.empty()) {
    return invalid_input(
        "No picture reached the muxer; link video to its pad video_0, and check that the source "
        "has video at the time of the clip.");
  }
  if (taken.clip.content_identifier.empty()) {
    return invalid_input(
        "The movie has no content identifier; put livephotoselect before the muxer, or set its "
        "property content-identifier.");
  }
  if (!taken.has_still_time) {
    return invalid_input(
        "The movie has no time of the still; put livephotoselect before the muxer, or set its "
        "property marker-time.");
  }
  return plan_movie(taken.clip);
}

}  // namespace livephoto::mux
