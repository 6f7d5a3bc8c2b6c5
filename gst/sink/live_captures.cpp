// Live, as far as captures go: from the call to the thread that writes the pair.
#include <malloc.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/content_identifier.h"
#include "core/text.h"
#include "gst/select/source_tags.h"
#include "gst/select/stream.h"
#include "gst/select/window.h"
#include "gst/sink/impl.h"
#include "gst/sink/live.h"

namespace livephoto::sink {
namespace {

using select::Window;

// How long sound is waited for that comes behind its picture.
constexpr nanoseconds kSoundPatience{1'000'000'000};
// How long a capture waits for pictures while none comes at all.
constexpr nanoseconds kPicturePatience{5'000'000'000};

}  // namespace

// ---- Captures ------------------------------------------------------------------

Result<void> Live::check_capture(nanoseconds at) const {
  if (is_stopped_)
    return invalid_input("livephotosink is stopped; start the pipeline before capture.");
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
  const std::string identifier = new_content_identifier();
  Capture capture;
  capture.identifier = identifier;
  capture.tags = set_tags_of(GST_ELEMENT(owner_));
  capture.date = adopt(g_date_time_new_now_local());
  guint number = 0;
  {
    const std::lock_guard lock(mutex_);
    capture.at = now - latency_;
    if (const auto possible = check_capture(capture.at); !possible) return possible.error();
    ++at_once_;
    number = begun_++;
    GST_INFO_OBJECT(
        owner_,
        "capture %s, of %s",
        identifier.c_str(),
        seconds_text(capture.at).c_str());
    waiting_.push_back(std::move(capture));
    if (!raw_.empty()) settle_before(raw_.back().time);
    if (waiting_.size() == 1) watch(settings_.after + kPicturePatience);
  }
  // The application thinks about it, so no lock is held, and the stream goes on.
  const auto location = reports_.location(number);
  if (location) {
    name(identifier, *location);
    return identifier;
  }
  bool is_given_up = false;
  {
    const std::lock_guard lock(mutex_);
    is_given_up = give_up(identifier);
  }
  if (!is_given_up) return identifier;  // it has failed already, and that was told
  report({});
  return location.error();
}

void Live::name(const std::string& identifier, const std::string& location) {
  Failures failures;
  {
    const std::lock_guard lock(mutex_);
    const auto is_it = [&](const auto& one) { return one.identifier == identifier; };
    const auto waits = std::ranges::find_if(waiting_, is_it);
    const auto is_complete = std::ranges::find_if(unnamed_, is_it);
    if (waits != waiting_.end()) {
      waits->location = location;
    } else if (is_complete != unnamed_.end()) {
      LiveClip clip = std::move(*is_complete);
      unnamed_.erase(is_complete);
      clip.location = location;
      write(std::move(clip), failures);
    }
    finish_complete(failures);
  }
  report(failures);
}

// False where it has failed by itself.
bool Live::give_up(const std::string& identifier) {
  const auto is_it = [&](const auto& one) { return one.identifier == identifier; };
  if (std::erase_if(waiting_, is_it) + std::erase_if(unnamed_, is_it) == 0) return false;
  --at_once_;
  ++reported_;
  return true;
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
  LiveClip clip = clip_of(capture);
  if (capture.location)
    write(std::move(clip), failures);
  else
    unnamed_.push_back(std::move(clip));
}

// ---- Patience ------------------------------------------------------------------

void Live::watch(nanoseconds wait) {
  alarm_.set(GST_ELEMENT(owner_), wait, [self = weak_from_this()] {
    if (const auto live = self.lock()) live->look_after_waiting();
  });
}

// Nothing may come any more that would tell: not a picture, nor sound, nor an end.
void Live::look_after_waiting() {
  Failures failures;
  {
    const std::lock_guard lock(mutex_);
    fail_stalled(failures);
    if (!waiting_.empty()) watch(kPicturePatience);
  }
  report(failures);
}

void Live::fail_stalled(Failures& failures) {
  {
    const gst::ObjectLock lock(owner_);
    if (GST_STATE(owner_) != GST_STATE_PLAYING) return;  // a pause is no stall
  }
  const auto now = on_screen_now();
  // Before it played there was no clock that could say when pictures came.
  if (!now || *now - picture_came_.value_or(nanoseconds(0)) < kPicturePatience) return;
  std::deque<Capture> stalled;
  for (auto capture = waiting_.begin(); capture != waiting_.end();) {
    const bool is_due = *now >= end_of(*capture) + kPicturePatience;
    if (is_due) stalled.push_back(std::move(*capture));
    capture = is_due ? waiting_.erase(capture) : capture + 1;
  }
  for (Capture& capture : stalled) {
    if (picture_.has_ended) {  // what does not come is sound
      settle(capture);
      finish(std::move(capture), failures);
      continue;
    }
    --at_once_;
    failures.emplace_back(
        capture.identifier,
        invalid_input(
            "No picture that follows has come for " +
            std::to_string(kPicturePatience.count() / GST_SECOND) +
            " seconds, so the capture could not be completed; look after the source."));
  }
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
  clip.location = capture.location.value_or("");
  clip.tags = std::move(capture.tags);
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

void Live::write(LiveClip clip, Failures& failures) {
  join_done();
  auto is_done = std::make_shared<std::atomic<bool>>(false);
  const auto given = std::make_shared<LiveClip>(std::move(clip));
  workers_.reserve(workers_.size() + 1);
  try {
    std::thread thread([this, is_done, given] {
      run(std::move(*given));
      *is_done = true;
    });
    workers_.push_back({std::move(thread), std::move(is_done)});
  } catch (const std::system_error& error) {
    --at_once_;
    failures.emplace_back(
        given->identifier,
        Error{
            ErrorCode::Io,
            "The system starts no thread that could write the capture; there are too many, or too "
            "little memory.",
            error.what()});
  }
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
  {
    const std::lock_guard lock(mutex_);
    ++reported_;
  }
  report_end();
}

void Live::report(const Failures& failures) {
  for (const auto& [identifier, error] : failures) reports_.failed(identifier, error);
  {
    const std::lock_guard lock(mutex_);
    reported_ += static_cast<guint>(failures.size());
  }
  report_end();
}

// EOS, once what was begun has been told of; behind a flush there is none of before it.
void Live::report_end() {
  const std::lock_guard ending(ending_);
  std::optional<guint32> end;
  {
    const std::lock_guard lock(mutex_);
    if (reported_ >= begun_) end = std::exchange(end_, std::nullopt);
  }
  if (end) reports_.ended(*end);
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
    for (const LiveClip& clip : unnamed_) {
      --at_once_;
      failures.emplace_back(
          clip.identifier,
          invalid_input("livephotosink was stopped before the capture had a location."));
    }
    unnamed_.clear();
    alarm_.cancel();
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

}  // namespace livephoto::sink
