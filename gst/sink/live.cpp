#include "gst/sink/live.h"

#include <algorithm>
#include <utility>

#include "gst/select/source_tags.h"
#include "gst/select/stream.h"
#include "gst/sink/impl.h"
#include "gst/support/caps.h"
#include "gst/support/priming.h"
#include "gst/support/running_time.h"

namespace livephoto::sink {
namespace {

using gst::running_time;

// A group of pictures of the encoder inside lasts about this long: so much more than
// pre-capture is kept.
constexpr nanoseconds kLongestGroup{1'000'000'000};
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
      // Where it belongs nobody knows: pictures behind it cannot follow what was before. Sound can.
      if (kind == LiveKind::Picture) {
        finish_all(failures);
        stream.ring.clear();
      }
    } else if (kind == LiveKind::Sound) {
      *time -= sound_delay_;
      stream.ring.add({std::move(packet), *time, true});
    } else {
      if (!source_begin_)
        source_begin_ = select::stream_time(stream.segment, GST_BUFFER_PTS(packet.get()));
      const bool is_sync = access_units_.is_sync(packet.get(), stream.caps.get());
      if (watermark_.add(*time, running_time(stream.segment, GST_BUFFER_DTS(packet.get()))))
        picture_came_ = on_screen_now();
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

// Each stream by itself: where no picture comes sound is not heaped up for it.
void Live::forget_old() {
  const auto now = on_screen_now();
  for (const LiveKind kind : {LiveKind::Picture, LiveKind::Sound}) {
    gst::Ring& ring = stream_of(kind).ring;
    const auto latest = ring.latest();
    if (!latest) continue;
    nanoseconds from = std::min(*latest, now.value_or(*latest));
    for (const Capture& capture : waiting_) from = std::min(from, capture.at);
    from -= settings_.before;
    ring.keep_from(kind == LiveKind::Sound ? from - kSoundMargin : from);
  }
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
    const std::lock_guard ending(ending_);
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
      picture_came_.reset();
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
