#include "gst/select/packet_sound.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/text.h"
#include "gst/support/caps.h"
#include "gst/support/decoder_config.h"

namespace livephoto::select {
namespace {

using gst::Owned;

// A packet that begins so shortly after an instant still sounds there: below it
// lie the roundings of all containers.
constexpr nanoseconds kRounding{1'000'000};

}  // namespace

nanoseconds PacketSound::Format::time_of(std::size_t packets) const {
  return nanoseconds(static_cast<std::int64_t>(
      gst_util_uint64_scale_round(packets * samples_per_packet, GST_SECOND, rate)));
}

Result<void> PacketSound::set_caps(GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  auto format = std::make_shared<Format>();
  format->caps = gst::retain(caps);
  if (gst_structure_has_name(fields, "audio/x-alac")) {
    const auto alac = gst::alac_config_of(gst::codec_data_of(fields));
    if (!alac) return alac.error();
    format->rate = alac->sample_rate;
    format->samples_per_packet = alac->samples_per_packet;
    format->preroll = 0;  // each packet stands alone
  } else {
    const auto aac = gst::aac_config_of(gst::codec_data_of(fields));
    if (!aac) return aac.error();
    format->rate = aac->sample_rate;
    format->samples_per_packet = aac->samples_per_packet;
    format->preroll = aac->may_replicate_bands ? 2 : 1;
  }
  format_ = std::move(format);
  return {};
}

void PacketSound::add(Owned<GstBuffer> packet, std::optional<nanoseconds> time) {
  if (!time && kept_.empty()) return;  // of no known time
  const nanoseconds begin = time ? *time : kept_.back().packet.time + format_->time_of(1);
  kept_.push_back({{std::move(packet), begin}, format_});
}

void PacketSound::correct(nanoseconds delay) {
  for (Kept& kept : kept_) kept.packet.time += delay;
  if (silent_until_ != nanoseconds::min()) silent_until_ += delay;
}

void PacketSound::clear() {
  kept_.clear();
  silent_until_ = nanoseconds::min();
}

void PacketSound::forget_before(nanoseconds time) {
  while (kept_.size() > 1) {
    const Format& format = *kept_.front().format;
    const nanoseconds needed = time - format.time_of(format.preroll + 1) - kRounding;
    if (kept_[1].packet.time >= needed) break;
    kept_.pop_front();
  }
}

bool PacketSound::reaches(nanoseconds time) const {
  return silent_until_ >= time || (!kept_.empty() && kept_.back().packet.time >= time);
}

// Sound is counted, not timed: where a container rounds its times (Matroska, to
// a millisecond), the first packet's is what best agrees with those of all.
nanoseconds PacketSound::first_time(std::size_t first, std::size_t last) const {
  const nanoseconds own = kept_[first].packet.time;
  nanoseconds earliest = own;
  nanoseconds latest = own;
  for (std::size_t i = first; i <= last; ++i) {
    const nanoseconds counted = kept_[i].packet.time - kept_[i].format->time_of(i - first);
    if (counted - own > 2 * kRounding || own - counted > 2 * kRounding) break;  // a gap
    earliest = std::min(earliest, counted);
    latest = std::max(latest, counted);
  }
  // An exact container rounds to a nanosecond, or to a tick of its own.
  const bool is_exact = latest - earliest < kRounding / 10;
  return is_exact ? own : earliest + (latest - earliest) / 2;
}

Result<PacketSound::Taken> PacketSound::take(nanoseconds begin, nanoseconds end) {
  // How many packets begin before the instant.
  const auto before = [&](nanoseconds instant) {
    const auto found = std::ranges::partition_point(kept_, [&](const Kept& kept) {
      return kept.packet.time < instant;
    });
    return static_cast<std::size_t>(found - kept_.begin());
  };
  const std::size_t past_last = before(end);
  const std::size_t past_first = std::min(before(begin + nanoseconds(1)), past_last);
  const std::size_t heard_first = past_first > 0 ? past_first - 1 : 0;
  Taken taken;
  if (past_last == 0) return taken;
  const Kept& last = kept_[past_last - 1];
  if (last.packet.time + last.format->time_of(1) <= begin) return taken;

  const std::size_t first = heard_first - std::min(heard_first, kept_[heard_first].format->preroll);
  taken.caps = gst::retain(last.format->caps.get());
  for (std::size_t i = first; i < past_last; ++i) {
    const auto change = gst::incompatible_change(kept_[i].format->caps.get(), taken.caps.get());
    if (change) {
      return invalid_input(
          "The sound changes inside the clip (" + *change +
          "); choose a clip on one side of the change.");
    }
  }
  const nanoseconds shift = first_time(first, past_last - 1) - kept_[first].packet.time - begin;
  for (std::size_t i = first; i < past_last; ++i)
    taken.packets.push_back({std::move(kept_[i].packet.buffer), kept_[i].packet.time + shift});
  kept_.clear();
  return taken;
}

}  // namespace livephoto::select
