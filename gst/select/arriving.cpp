#include "gst/select/arriving.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/isobmff/still_time.h"
#include "core/text.h"
#include "gst/select/ending.h"
#include "gst/select/impl.h"
#include "gst/select/leaving.h"
#include "gst/select/source_picture.h"
#include "gst/select/source_tags.h"
#include "gst/select/stream.h"
#include "gst/support/tags.h"
#include "gst/support/upstream.h"

namespace livephoto::select {
namespace {

// Lets the source seek first, if that is worth it. GST_FLOW_FLUSHING: the buffer
// was before the seek. `lock` is released meanwhile.
GstFlowReturn settle_source(
    Impl& impl, std::unique_lock<std::mutex>& lock, GstPad* sink, GstBuffer* buffer) {
  if (!impl.source_seek->is_active()) return GST_FLOW_OK;
  const Input& input = input_of(impl, sink);
  const auto time = stream_time(input.segment, GST_BUFFER_PTS(buffer));
  if (!time) return GST_FLOW_OK;
  const bool is_sync = !input.is_packets() || !is_video(impl, sink) ||
                       impl.run.packet_picture.is_sync(buffer, input.caps.get());
  lock.unlock();
  const GstFlowReturn flow = impl.source_seek->settle(
      sink,
      *time,
      is_sync ? SourceSeek::Start::Possible : SourceSeek::Start::Impossible);
  lock.lock();
  return flow;
}

// What the user has fixed of the moment; a Live Photo's own still is somebody's choice, too.
Wanted wanted_of(const Settings& settings, const std::string& address) {
  Wanted wanted;
  const auto time = [](GstClockTime given) {
    return GST_CLOCK_TIME_IS_VALID(given) ? std::optional(from_clock_time(given)) : std::nullopt;
  };
  wanted.duration = time(settings.duration).value_or(wanted.duration);
  wanted.start = time(settings.start);
  wanted.still = time(settings.still);
  if (wanted.start || wanted.still) return wanted;
  const auto file = gst::adopt(g_filename_from_uri(address.c_str(), nullptr, nullptr));
  const auto movie = file ? movie_in(file.get()) : std::nullopt;
  if (movie) wanted.still = still_time_in(*movie);
  return wanted;
}

// Finds the moment first, where that is asked for. GST_FLOW_FLUSHING: the buffer is not wanted
// any more. `lock` is released meanwhile.
GstFlowReturn settle_moment(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, GstPad* sink) {
  Impl& impl = *self->impl;
  if (!impl.auto_choice->is_active()) return GST_FLOW_OK;
  Settings settings;
  lock.unlock();
  const auto turn = impl.auto_choice->turn(sink);
  if (turn != AutoChoice::Turn::Choose) {
    lock.lock();
    return turn == AutoChoice::Turn::Known ? GST_FLOW_OK : GST_FLOW_FLUSHING;
  }
  {
    gst::ObjectLock object_lock(self);
    settings = impl.settings;
  }
  const auto found = impl.auto_choice->choose(
      [&settings](const std::string& address) { return wanted_of(settings, address); });
  lock.lock();
  if (!found) return fail(self, lock, found.error());
  if (!*found) return GST_FLOW_FLUSHING;
  Run& run = impl.run;
  run.found = *found;
  run.wanted.start = (*found)->start;
  run.wanted.still = (*found)->still;
  run.window = Window(run.wanted);
  // A bin around may have let the pipeline play meanwhile: nothing has been shown of this source.
  impl.auto_choice->done([&] {
    if (run.controls_source)
      impl.source_seek->start(run.wanted.start, SourceSeek::Playing::MaySeek);
  });
  return GST_FLOW_OK;
}

// The first picture's time, before any seek; or where the source seeks before it
// has one, that of the first sound.
void note_source_begin(Run& run, const Input& input, GstBuffer* first) {
  const bool is_picture = &input == &run.video;
  if (run.source_begin && !(is_picture && run.begins_with_sound)) return;
  const auto time = stream_time(input.segment, GST_BUFFER_PTS(first));
  if (!time) return;
  run.source_begin = time;
  run.begins_with_sound = !is_picture;
}

CaptureTime in_utc(std::chrono::sys_seconds time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  return {
      .year = static_cast<int>(day.year()),
      .month = static_cast<int>(static_cast<unsigned>(day.month())),
      .day = static_cast<int>(static_cast<unsigned>(day.day())),
      .hour = static_cast<int>(clock.hours().count()),
      .minute = static_cast<int>(clock.minutes().count()),
      .second = static_cast<int>(clock.seconds().count()),
      .utc_offset_minutes = 0};
}

// What the movie's texts say, and its header; a time without a zone says less than that.
CaptureInfo capture_of(const isobmff::MovieFile& movie) {
  CaptureInfo capture = movie.capture;
  const auto created = isobmff::unix_time(movie.creation_time);
  const bool is_header_true =
      created > std::chrono::sys_seconds();  // else unknown, or of another epoch
  if (is_header_true && !(capture.time && capture.time->utc_offset_minutes))
    capture.time = in_utc(created);
  return capture;
}

void add_tags(Owned<GstTagList>& tags, const GstTagList* more) {
  tags = adopt(gst_tag_list_merge(tags.get(), more, GST_TAG_MERGE_REPLACE));
  gst_tag_list_set_scope(tags.get(), GST_TAG_SCOPE_GLOBAL);
}

// `said` is what the demuxer has told of the picture.
void correct_orientation(Input& video, const isobmff::MovieFile& movie, const GstTagList* said) {
  gchar* raw = nullptr;
  if (said) gst_tag_list_get_string(said, GST_TAG_IMAGE_ORIENTATION, &raw);
  const auto name = adopt(raw);
  const auto turn = untold_orientation(movie, name.get());
  if (!turn) return;
  video.stream_tags = without_orientation(video.stream_tags.get());
  video.ignores_orientation = true;
  const auto tags =
      adopt(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, gst::orientation_name(*turn), nullptr));
  add_tags(video.global_tags, tags.get());
}

// What the demuxer has passed over the source's file says itself. Where nothing has a date,
// the day has noon, or the time of the file stands in.
void complete_tags(
    Run& run, const std::optional<isobmff::MovieFile>& movie, const GstTagList* file_date) {
  Input& video = run.video;
  const auto said = adopt(
      gst_tag_list_merge(video.global_tags.get(), video.stream_tags.get(), GST_TAG_MERGE_REPLACE));
  if (movie)
    add_tags(video.global_tags, missing_in(said.get(), capture_of(*movie), run.strip).get());
  if (movie) correct_orientation(video, *movie, said.get());
  if (run.strip == Strip::Everything || video.has_date()) return;
  if (const auto noon = noon_of_day(said.get())) {
    add_tags(video.global_tags, noon.get());
  } else if (file_date) {
    run.is_dated_by_file = true;
    add_tags(video.global_tags, file_date);
  }
}

void warn_of(GstLivePhotoSelect* self, const std::vector<std::string>& notes) {
  for (const std::string& note : notes)
    GST_ELEMENT_WARNING(self, STREAM, FORMAT, ("%s", note.c_str()), (nullptr));
}

std::optional<nanoseconds> source_end(GstPad* sink) {
  gint64 duration = 0;
  if (!gst_pad_peer_query_duration(sink, GST_FORMAT_TIME, &duration) || duration <= 0)
    return std::nullopt;
  return nanoseconds(duration);
}

struct ShownAt {
  nanoseconds time;
  nanoseconds duration;  // zero: not known
};

// In stream time; nothing for a picture outside the segment.
std::optional<ShownAt> shown_at(const GstSegment& segment, GstBuffer* buffer) {
  const GstClockTime pts = GST_BUFFER_PTS(buffer);
  const GstClockTime end = end_of(pts, GST_BUFFER_DURATION(buffer)).value_or(GST_CLOCK_TIME_NONE);
  guint64 clipped_begin = 0;
  guint64 clipped_end = 0;
  if (!gst_segment_clip(&segment, GST_FORMAT_TIME, pts, end, &clipped_begin, &clipped_end))
    return std::nullopt;
  const guint64 time = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, clipped_begin);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return std::nullopt;
  const bool has_end = GST_CLOCK_TIME_IS_VALID(clipped_end);
  return ShownAt{
      from_clock_time(time),
      has_end ? from_clock_time(clipped_end - clipped_begin) : nanoseconds{0}};
}

}  // namespace

GstFlowReturn video_chain(GstPad* pad, GstObject* parent, GstBuffer* given) {
  auto* self = GST_LIVE_PHOTO_SELECT(parent);
  Impl& impl = *self->impl;
  auto buffer = adopt(given);

  std::unique_lock lock(impl.mutex);
  Run& run = impl.run;
  if (run.failed) return GST_FLOW_ERROR;
  if (run.video.completed) return after_the_clip(run);
  if (!run.video.caps || run.video.segment.format != GST_FORMAT_TIME)
    return GST_FLOW_NOT_NEGOTIATED;
  const bool is_packet = run.video.is_packets();
  if (!is_packet && GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DECODE_ONLY))
    return GST_FLOW_OK;
  if (!is_packet && !GST_BUFFER_PTS_IS_VALID(buffer.get())) {
    return fail(
        self,
        lock,
        invalid_input(
            "A picture has no presentation time, so it cannot be said whether it is in the clip; "
            "put a decoder or videorate before livephotoselect."));
  }
  note_source_begin(run, run.video, buffer.get());
  if (const auto flow = settle_moment(self, lock, pad); flow != GST_FLOW_OK) return flow;
  if (const auto flow = settle_source(impl, lock, pad, buffer.get()); flow != GST_FLOW_OK)
    return flow;
  if (run.failed) return GST_FLOW_ERROR;
  if (!std::exchange(run.asked_file, true)) {
    lock.unlock();
    const auto file = gst::file_before(pad);
    const auto date = file ? date_of_file(*file) : nullptr;
    const auto movie = file ? movie_in(*file) : std::nullopt;
    const auto own_still = movie ? still_time_in(*movie) : std::nullopt;
    auto pictures = movie ? pictures_of(*movie) : std::vector<VideoDescription>();
    if (movie) warn_of(self, unhonoured_in(*movie));
    if (movie && has_untimed_sound(*movie, impl.audio_sink)) warn_of(self, {kUntimedSoundNote});
    lock.lock();
    run.source_pictures = std::move(pictures);
    complete_tags(run, movie, date.get());
    run.source_still = own_still;
    if (own_still) run.window.set_source_still(*own_still);
  }
  if (!std::exchange(run.asked_source_end, true)) {
    lock.unlock();
    const auto end = source_end(pad);
    lock.lock();
    if (end) run.window.set_source_end(*end);
  }

  if (is_packet) {
    const auto taken_in = run.packet_picture.add(
        std::move(buffer),
        run.video.caps.get(),
        run.video.segment,
        run.wanted.start,
        run.window);
    return follow_packets(self, lock, taken_in);
  }

  const auto shown = shown_at(run.video.segment, buffer.get());
  if (!shown) return GST_FLOW_OK;
  const auto step = run.window.frame(shown->time, shown->duration);
  return follow(self, lock, step, {std::move(buffer), retain(run.video.caps.get())});
}

namespace {

GstFlowReturn take_sound_packet(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, Owned<GstBuffer> packet) {
  Run& run = self->impl->run;
  const auto time = stream_time(run.audio.segment, GST_BUFFER_PTS(packet.get()));
  const bool too_late = time && *time >= run.window.latest_end();
  if (too_late)
    run.packet_sound.silent_until(*time);
  else
    run.packet_sound.add(std::move(packet), time);
  if (const auto sent = pump_sound(*self->impl, true); !sent) return fail(self, lock, sent.error());
  if (run.audio.completed) return after_the_clip(run);
  const bool waits_for_pictures = time && *time >= run.window.latest_end() &&
                                  !run.window.begin_time() && !run.video.stream_start;
  lock.unlock();
  return waits_for_pictures && fail_without_video(self) ? GST_FLOW_ERROR : GST_FLOW_OK;
}

}  // namespace

GstFlowReturn audio_chain(GstPad* pad, GstObject* parent, GstBuffer* given) {
  auto* self = GST_LIVE_PHOTO_SELECT(parent);
  Impl& impl = *self->impl;

  std::unique_lock lock(impl.mutex);
  Run& run = impl.run;
  auto buffer = adopt(given);
  if (run.failed) return GST_FLOW_ERROR;
  if (run.audio.completed) return after_the_clip(run);
  if (!run.audio.caps || run.audio.segment.format != GST_FORMAT_TIME)
    return GST_FLOW_NOT_NEGOTIATED;

  if (!run.audio.is_packets()) buffer = run.sound_clock.timed(std::move(buffer), run.audio_info);
  note_source_begin(run, run.audio, buffer.get());
  if (const auto flow = settle_moment(self, lock, pad); flow != GST_FLOW_OK) return flow;
  if (const auto flow = settle_source(impl, lock, pad, buffer.get()); flow != GST_FLOW_OK)
    return flow;
  if (run.failed) return GST_FLOW_ERROR;
  if (run.audio.is_packets()) return take_sound_packet(self, lock, std::move(buffer));

  // Takes the buffer; what lies outside the segment is cut off.
  buffer = adopt(gst_audio_buffer_clip(
      buffer.release(),
      &run.audio.segment,
      run.audio_info.rate,
      run.audio_info.bpf));
  if (!buffer) return GST_FLOW_OK;
  std::optional<nanoseconds> time;
  const guint64 stream_time =
      gst_segment_to_stream_time(&run.audio.segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer.get()));
  if (GST_CLOCK_TIME_IS_VALID(stream_time)) time = from_clock_time(stream_time);

  const bool too_late = time && *time >= run.window.latest_end() + Sound::kJitter;
  if (too_late)
    run.sound.silent_until(*time);
  else
    run.sound.add(std::move(buffer), run.audio_info, time);
  if (const auto sent = pump_sound(impl, true); !sent) return fail(self, lock, sent.error());
  if (run.audio.completed) return after_the_clip(run);
  const bool waits_for_pictures = too_late && !run.window.begin_time() && !run.video.stream_start;
  const auto one_second =
      static_cast<gsize>(run.audio_info.rate) * static_cast<gsize>(run.audio_info.bpf);
  lock.unlock();

  if (waits_for_pictures && fail_without_video(self)) return GST_FLOW_ERROR;
  impl.audio_task->wait_until_below(one_second);
  return GST_FLOW_OK;
}

}  // namespace livephoto::select
