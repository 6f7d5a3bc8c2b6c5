#include "gst/sink/live.h"

#include <malloc.h>

#include <algorithm>
#include <utility>

#include "core/content_identifier.h"
#include "core/text.h"
#include "gst/select/source_tags.h"
#include "gst/select/stream.h"
#include "gst/select/window.h"
#include "gst/sink/impl.h"
#include "gst/support/caps.h"
#include "gst/support/priming.h"
#include "gst/support/running_time.h"

namespace livephoto::sink {
namespace {

using gst::running_time;
using select::Window;

// A group of pictures of the encoder inside lasts about this long: so much more than
// pre-capture is kept.
constexpr nanoseconds kLongestGroup{1'000'000'000};
// What a decoder of sound needs before its first sample, and the muxer looks back for.
constexpr nanoseconds kSoundMargin{300'000'000};
// How long sound is waited for that comes behind its picture.
constexpr nanoseconds kSoundPatience{1'000'000'000};
// Of raw pictures that are kept, most where a display delays what the source sends.
constexpr std::uint64_t kMostRawBytes = 128 << 20;

Owned<GstTagList> merged(const GstTagList* older, const GstTagList* newer) {
  auto all = adopt(gst_tag_list_merge(older, newer, GST_TAG_MERGE_REPLACE));
  gst_tag_list_set_scope(all.get(), gst_tag_list_get_scope(newer));
  return all;
}

}  // namespace

Live::Live(GstLivePhotoSink* owner, const LiveSettings& settings, LiveReports reports)
    : owner_(owner),
      settings_(settings),
      reports_(std::move(reports)),
      picture_(settings.most_bytes),
      sound_(settings.most_bytes) {
  gst_segment_init(&picture_.segment, GST_FORMAT_UNDEFINED);
  gst_segment_init(&sound_.segment, GST_FORMAT_UNDEFINED);
}

Live::~Live() = default;

// ---- Captures ------------------------------------------------------------------

Result<void> Live::check_capture(nanoseconds at) const {
  if (at_once_ >= settings_.most_at_once) {
    return invalid_input(
        std::to_string(at_once_) +
        " captures are under way, and no more are made at once; wait for one to be written, or "
        "raise max-captures.");
  }
  if (picture_.has_ended)
    return invalid_input("The source has ended; there is nothing to capture.");
  const auto begin = picture_.ring.begin();
  if (!begin || at + Window::kOnScreenTolerance < *begin) {
    return invalid_input(
        "No picture is there yet that a capture could begin with; wait for the source's next key "
        "frame.");
  }
  return {};
}

Result<std::string> Live::capture(nanoseconds now) {
  Capture capture;
  capture.date = adopt(g_date_time_new_now_local());
  guint number = 0;
  {
    const std::lock_guard lock(mutex_);
    capture.at = now - latency_;
    if (const auto possible = check_capture(capture.at); !possible) return possible.error();
    ++at_once_;
    number = begun_++;
  }
  capture.identifier = new_content_identifier();
  capture.location = reports_.location(number);
  const std::string identifier = capture.identifier;
  GST_INFO_OBJECT(
      owner_,
      "capture %s, of %s",
      identifier.c_str(),
      seconds_text(capture.at).c_str());
  Failures failures;
  {
    const std::lock_guard lock(mutex_);
    if (is_stopped_) {
      --at_once_;
      return invalid_input("livephotosink is stopped; start the pipeline before capture.");
    }
    waiting_.push_back(std::move(capture));
    if (!raw_.empty()) settle_before(raw_.back().time);
    if (picture_.has_ended)
      finish_all(failures);
    else
      finish_complete(failures);
  }
  report(failures);
  return identifier;
}

// The last raw picture that was on screen then, unless it is not kept any more.
void Live::settle(Capture& capture) {
  if (std::exchange(capture.is_settled, true)) return;
  for (auto raw = raw_.rbegin(); raw != raw_.rend(); ++raw) {
    if (raw->time > capture.at + Window::kOnScreenTolerance) continue;
    capture.kept = {retain(raw->buffer.get()), retain(raw->caps.get())};
    capture.kept_at = raw->time;
    return;
  }
}

// The next picture is shown at `time`: what was on screen before it is known.
void Live::settle_before(nanoseconds time) {
  for (Capture& capture : waiting_)
    if (time > capture.at + Window::kOnScreenTolerance) settle(capture);
}

bool Live::is_complete(const Capture& capture) const {
  if (expects_raw_ && !capture.is_settled) return false;
  const nanoseconds end = end_of(capture);
  if (!picture_.has_ended && watermark_.level() < end - Window::kOnScreenTolerance) return false;
  if (!sound_.has_begun || sound_.has_ended || !sound_.caps) return true;
  const auto latest = sound_.ring.latest();
  return (latest && *latest >= end) || watermark_.level() >= end + kSoundPatience;
}

void Live::finish_complete(Failures& failures) {
  for (auto capture = waiting_.begin(); capture != waiting_.end();) {
    if (!is_complete(*capture)) {
      ++capture;
      continue;
    }
    Capture complete = std::move(*capture);
    capture = waiting_.erase(capture);
    finish(std::move(complete), failures);
  }
}

void Live::finish_all(Failures& failures) {
  while (!waiting_.empty()) {
    Capture capture = std::move(waiting_.front());
    waiting_.pop_front();
    settle(capture);
    finish(std::move(capture), failures);
  }
}

// Of times that mean nothing any more.
void Live::fail_waiting(const std::string& why, Failures& failures) {
  for (const Capture& capture : waiting_) {
    --at_once_;
    failures.emplace_back(capture.identifier, invalid_input(why));
  }
  waiting_.clear();
}

void Live::finish(Capture capture, Failures& failures) {
  const auto begin = picture_.ring.begin();
  if (!begin || *begin > capture.at + Window::kOnScreenTolerance) {
    --at_once_;
    failures.emplace_back(
        capture.identifier,
        invalid_input(
            "The packets of the capture take more than " + std::to_string(settings_.most_bytes) +
            " bytes; raise max-size-bytes, or let the source send key frames more often."));
    return;
  }
  // The picture itself may be there, but nothing around it.
  if (std::max(capture.kept_at, capture.at - settings_.before) > *picture_.ring.latest()) {
    --at_once_;
    failures.emplace_back(
        capture.identifier,
        invalid_input(
            "The source ended, or changed, before the pictures of the capture had come."));
    return;
  }
  write(clip_of(capture));
}

// What describes the source's first picture has its date moved to that of the clip's first
// packet; where nothing has a date, that is what the clock showed.
std::vector<Owned<GstTagList>> Live::tags_of(const Stream& stream, const Capture& capture) const {
  const auto& first = stream.ring.items()[stream.ring.first_needed(capture.at - settings_.before)];
  const auto begin = select::stream_time(stream.segment, GST_BUFFER_PTS(first.buffer.get()));
  const nanoseconds later = begin && source_begin_ ? *begin - *source_begin_ : nanoseconds(0);
  std::vector<Owned<GstTagList>> tags;
  bool has_date = false;
  for (const auto* list : {&stream.global_tags, &stream.stream_tags}) {
    if (!*list) continue;
    has_date = has_date || select::has_date(list->get());
    tags.push_back(select::moved_on(list->get(), later));
  }
  if (has_date) return tags;
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(capture.at - first.time);
  const auto date = adopt(g_date_time_add(capture.date.get(), -age.count()));
  const auto said = adopt(gst_date_time_new_from_g_date_time(g_date_time_ref(date.get())));
  auto dated = adopt(gst_tag_list_new(GST_TAG_DATE_TIME, said.get(), nullptr));
  gst_tag_list_set_scope(dated.get(), GST_TAG_SCOPE_GLOBAL);
  tags.push_back(std::move(dated));
  return tags;
}

LiveClip Live::clip_of(Capture& capture) {
  const auto& pictures = picture_.ring.items();
  const nanoseconds wanted = capture.at - settings_.before;
  const std::size_t first = picture_.ring.first_needed(wanted);
  LiveClip clip;
  clip.identifier = capture.identifier;
  clip.location = capture.location;
  clip.begin = std::max({wanted, pictures[first].time, nanoseconds(0)});
  clip.duration = end_of(capture) - clip.begin;
  // The source may have ended, or stopped, before what it would have shown then.
  clip.still =
      capture.kept.buffer ? capture.kept_at : std::min(capture.at, *picture_.ring.latest());
  clip.still = std::max(clip.still, clip.begin);
  clip.kept = std::move(capture.kept);
  clip.picture.caps = retain(picture_.caps.get());
  clip.picture.tags = tags_of(picture_, capture);
  for (std::size_t i = first; i < pictures.size(); ++i)
    clip.picture.packets.push_back({retain(pictures[i].buffer.get()), pictures[i].time});
  for (const auto& item : sound_.ring.items()) {
    if (item.time < clip.begin - kSoundMargin || item.time > end_of(capture) + kSoundMargin)
      continue;
    clip.sound.packets.push_back({retain(item.buffer.get()), item.time});
  }
  if (clip.sound.packets.empty()) return clip;
  clip.sound.caps = retain(sound_.caps.get());
  for (const auto* list : {&sound_.global_tags, &sound_.stream_tags})
    if (*list) clip.sound.tags.push_back(retain(list->get()));
  return clip;
}

// ---- Writing -------------------------------------------------------------------

void Live::join_done() {
  std::erase_if(workers_, [](Worker& worker) {
    if (!*worker.is_done) return false;
    worker.thread.join();
    return true;
  });
}

void Live::write(LiveClip clip) {
  join_done();
  auto is_done = std::make_shared<std::atomic<bool>>(false);
  workers_.push_back(
      {std::thread([this, is_done, given = std::move(clip)]() mutable {
         run(std::move(given));
         *is_done = true;
       }),
       is_done});
}

namespace {

// Each capture has threads of its own, so what it has freed is in their arenas, and the next
// has others. A camera that runs for days must not grow by that.
void give_memory_back() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace

void Live::run(LiveClip clip) {
  const std::string identifier = clip.identifier;
  auto written = write_live_pair(owner_, std::move(clip));
  give_memory_back();
  {
    // Who hears of the pair may begin the next.
    const std::lock_guard lock(mutex_);
    --at_once_;
  }
  if (written)
    reports_.written(*std::move(written));
  else
    reports_.failed(identifier, written.error());
  std::optional<guint32> end;
  {
    const std::lock_guard lock(mutex_);
    ++reported_;
    end = take_end();
  }
  report_end(end);
}

void Live::report(const Failures& failures) {
  for (const auto& [identifier, error] : failures) reports_.failed(identifier, error);
  std::optional<guint32> end;
  {
    const std::lock_guard lock(mutex_);
    reported_ += static_cast<guint>(failures.size());
    end = take_end();
  }
  report_end(end);
}

// EOS, once what was begun has been told of.
std::optional<guint32> Live::take_end() {
  if (reported_ < begun_) return std::nullopt;
  return std::exchange(end_, std::nullopt);
}

void Live::report_end(std::optional<guint32> sequence_number) {
  if (sequence_number) reports_.ended(*sequence_number);
}

void Live::stop() {
  Failures failures;
  std::vector<Worker> workers;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    end_.reset();
    fail_waiting(
        "livephotosink was stopped before the capture was complete; send EOS first, and wait for "
        "it.",
        failures);
    workers = std::move(workers_);
    workers_.clear();
  }
  report(failures);
  for (Worker& worker : workers) worker.thread.join();
  const std::lock_guard lock(mutex_);
  raw_.clear();
  picture_.ring.clear();
  sound_.ring.clear();
}

// ---- What comes ----------------------------------------------------------------

// As far as a display would have come; nothing where there is no clock.
std::optional<nanoseconds> Live::on_screen_now() const {
  const auto now = gst::running_time_now(GST_ELEMENT(owner_));
  if (!now) return std::nullopt;
  return *now - latency_;
}

void Live::expect_raw() {
  const std::lock_guard lock(mutex_);
  expects_raw_ = true;
}

void Live::raw_caps(GstCaps* caps) {
  const std::lock_guard lock(mutex_);
  raw_caps_ = retain(caps);
}

void Live::raw_picture(GstBuffer* picture, const GstSegment& segment) {
  const auto time = running_time(segment, GST_BUFFER_PTS(picture));
  if (!time) return;
  auto kept = gst::keepable(picture);
  const std::lock_guard lock(mutex_);
  settle_before(*time);
  raw_.push_back({std::move(kept), retain(raw_caps_.get()), *time});
  forget_old_raw();
}

// The one on screen stays, and what comes after it; also for a call that was before it.
void Live::forget_old_raw() {
  nanoseconds until = std::min(raw_.back().time, on_screen_now().value_or(raw_.back().time));
  for (const Capture& capture : waiting_)
    if (!capture.is_settled) until = std::min(until, capture.at);
  while (raw_.size() > 1 && raw_[1].time <= until) raw_.pop_front();
  const std::uint64_t size = gst_buffer_get_size(raw_.back().buffer.get());
  while (raw_.size() > 1 && raw_.size() * size > kMostRawBytes) raw_.pop_front();
}

bool Live::packet(LiveKind kind, Owned<GstBuffer> packet) {
  Failures failures;
  bool wants_sync = false;
  {
    const std::lock_guard lock(mutex_);
    Stream& stream = stream_of(kind);
    auto time = running_time(stream.segment, GST_BUFFER_PTS(packet.get()));
    if (!time) {
      // Where it belongs nobody knows: what is behind it cannot follow what was before.
      finish_all(failures);
      stream.ring.clear();
    } else if (kind == LiveKind::Sound) {
      *time -= sound_delay_;
      stream.ring.add({std::move(packet), *time, true});
    } else {
      if (!source_begin_)
        source_begin_ = select::stream_time(stream.segment, GST_BUFFER_PTS(packet.get()));
      const bool is_sync = access_units_.is_sync(packet.get(), stream.caps.get());
      watermark_.add(*time, running_time(stream.segment, GST_BUFFER_DTS(packet.get())));
      if (is_sync) asked_for_sync_ = false;
      stream.ring.add({std::move(packet), *time, is_sync});
      const auto last = stream.ring.last_start();
      if (expects_raw_ && last && *time - *last >= kLongestGroup)
        wants_sync = !std::exchange(asked_for_sync_, true);
    }
    finish_complete(failures);
    forget_old();
  }
  report(failures);
  return wants_sync;
}

void Live::forget_old() {
  const auto latest = picture_.ring.latest();
  if (!latest) return;
  nanoseconds from = std::min(*latest, on_screen_now().value_or(*latest)) - settings_.before;
  for (const Capture& capture : waiting_) from = std::min(from, capture.at - settings_.before);
  picture_.ring.keep_from(from);
  sound_.ring.keep_from(from - kSoundMargin);
}

void Live::caps(LiveKind kind, GstCaps* caps, std::optional<std::string> encoder) {
  Failures failures;
  {
    const std::lock_guard lock(mutex_);
    Stream& stream = stream_of(kind);
    const bool is_same = stream.caps && !gst::incompatible_change(stream.caps.get(), caps);
    if (stream.caps && !is_same) {
      finish_all(failures);
      stream.ring.clear();
    }
    stream.caps = is_same ? gst::merged_caps(stream.caps.get(), caps) : retain(caps);
    gint rate = 0;
    if (kind == LiveKind::Sound &&
        gst_structure_get_int(gst_caps_get_structure(caps, 0), "rate", &rate) && rate > 0) {
      const auto samples =
          encoder ? gst::priming_of(*encoder).value_or(gst::kUsualPriming) : std::uint32_t{0};
      sound_delay_ = nanoseconds(static_cast<std::int64_t>(
          gst_util_uint64_scale(samples, GST_SECOND, static_cast<guint64>(rate))));
    }
  }
  report(failures);
}

bool Live::segment(LiveKind kind, const GstSegment& segment) {
  const std::lock_guard lock(mutex_);
  if (segment.format != GST_FORMAT_TIME || segment.rate <= 0) return false;
  gst_segment_copy_into(&segment, &stream_of(kind).segment);
  return true;
}

void Live::tags(LiveKind kind, const GstTagList* tags) {
  const std::lock_guard lock(mutex_);
  Stream& stream = stream_of(kind);
  auto& kept = gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_GLOBAL ? stream.global_tags
                                                                    : stream.stream_tags;
  const auto proper = select::understood(tags, select::Strip::Nothing);
  kept = merged(kept.get(), proper.get());
  gst_tag_list_set_scope(kept.get(), gst_tag_list_get_scope(tags));
}

void Live::begin(LiveKind kind) {
  const std::lock_guard lock(mutex_);
  stream_of(kind).has_begun = true;
  stream_of(kind).has_ended = false;
}

void Live::end(LiveKind kind, guint32 sequence_number) {
  Failures failures;
  {
    const std::lock_guard lock(mutex_);
    stream_of(kind).has_ended = true;
    // Its sound may come behind it.
    const bool all = picture_.has_ended && (!sound_.has_begun || sound_.has_ended);
    if (all) {
      finish_all(failures);
      end_ = sequence_number;
    }
  }
  report(failures);
}

void Live::flush_start() {
  Failures failures;
  {
    const std::lock_guard lock(mutex_);
    finish_all(failures);
    end_.reset();
  }
  report(failures);
}

void Live::flush_stop(LiveKind kind) {
  Failures failures;
  {
    const std::lock_guard lock(mutex_);
    Stream& stream = stream_of(kind);
    stream.ring.clear();
    stream.has_ended = false;
    gst_segment_init(&stream.segment, GST_FORMAT_UNDEFINED);
    if (kind == LiveKind::Picture) {
      raw_.clear();
      watermark_ = {};
      asked_for_sync_ = false;
      fail_waiting(
          "The source was moved to another place before the capture was complete.",
          failures);
    }
  }
  report(failures);
}

void Live::set_latency(nanoseconds latency) {
  const std::lock_guard lock(mutex_);
  latency_ = latency;
}

}  // namespace livephoto::sink
