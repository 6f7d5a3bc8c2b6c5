#include "gst/select/packet_clip.h"

#include <algorithm>

#include "core/text.h"

namespace livephoto::select {
namespace {

std::size_t last_sync_up_to(const std::deque<Packet>& packets, std::size_t index) {
  std::size_t sync = index;
  while (sync > 0 && !(packets[sync].is_sync && packets[sync].time <= packets[index].time)) --sync;
  return sync;
}

}  // namespace

void Reordering::add(const Frame& frame) {
  const auto after = std::ranges::upper_bound(pending_, frame.time, {}, &Frame::time);
  pending_.insert(after, frame);
}

void Reordering::correct(nanoseconds delay) {
  for (Frame& frame : pending_) frame.time += delay;
}

std::optional<Reordering::Frame> Reordering::next(bool at_end) {
  if (pending_.empty() || (!at_end && pending_.size() <= kMostDecodedEarly + 1))
    return std::nullopt;
  const Frame frame = pending_.front();
  pending_.pop_front();
  return frame;
}

Result<PacketClip::Added> PacketClip::add(const Packet& packet, nanoseconds start, Window& window) {
  Added added;
  seen_any_ = true;
  if (packet.is_sync && packet.is_shown && packet.time <= start + Window::kOnScreenTolerance) {
    added.forget = packets_.size();
    packets_.clear();
  }
  if (packets_.empty() && !packet.is_sync) return added;  // not to be decoded
  added.keep = true;
  packets_.push_back(packet);
  // A leading picture of the first sync frame may refer to what is not there.
  if (!packet.is_shown || packet.time < packets_.front().time) return added;
  reordering_.add({packet.time, packet.duration});
  if (const auto shown = show(false, window); !shown) return shown.error();
  return added;
}

void PacketClip::correct(nanoseconds delay) {
  for (Packet& packet : packets_) packet.time += delay;
  reordering_.correct(delay);
  held_ += delay;
}

Result<void> PacketClip::end(Window& window) {
  if (const auto shown = show(true, window); !shown) return shown.error();
  if (window.end_time()) return {};
  if (packets_.empty() && seen_any_) {
    return invalid_input(
        "No picture of the video can be decoded by itself, so no clip of it can pass unchanged; "
        "decode it (decodebin in place of parsebin) and encode the clip.");
  }
  const auto step = window.end();
  if (!step) return step.error();
  note(*step, held_);
  return {};
}

Result<void> PacketClip::show(bool at_end, Window& window) {
  while (!window.end_time()) {
    const auto frame = reordering_.next(at_end);
    if (!frame) break;
    const auto step = window.frame(frame->time, frame->duration);
    if (!step) return step.error();
    note(*step, held_);
    if (step->holds_new) held_ = frame->time;
  }
  return {};
}

// `time` is that of the frame whose fate the step has decided.
void PacketClip::note(const Step& step, nanoseconds time) {
  if (!step.held.is_in_clip) return;
  if (step.held.is_first) first_shown_ = time;
  if (step.held.is_still) still_ = time;
  last_shown_ = time;
}

Result<PacketCut> PacketClip::cut() const {
  PacketCut cut;
  for (std::size_t i = 0; i < packets_.size(); ++i) {
    const Packet& packet = packets_[i];
    if (!packet.is_shown || packet.time > last_shown_) continue;
    if (packet.time == *first_shown_) cut.first_shown = i;
    if (packet.time == still_) cut.still.last = i;
    cut.clip.last = i;
  }
  for (std::size_t i = cut.first_shown; i <= cut.clip.last; ++i) {
    const bool would_show = packets_[i].time >= *first_shown_ && packets_[i].time <= last_shown_;
    if (!packets_[i].is_shown && would_show) {
      return invalid_input(
          "The source is edited inside the clip, so its packets cannot pass unchanged; decode it "
          "(decodebin in place of parsebin) and encode the clip.");
    }
  }
  // The sync frame that began the packets serves an earlier frame too, if the
  // clip begins with a later one than it was thought to.
  cut.clip.first = last_sync_up_to(packets_, cut.first_shown);
  cut.still.first = last_sync_up_to(packets_, cut.still.last);
  return cut;
}

}  // namespace livephoto::select
