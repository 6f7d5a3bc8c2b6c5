#include "gst/select/packet_sound.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "gst/support/caps.h"
#include "gst/support/decoder_config.h"

namespace livephoto::select {
namespace {

using gst::Owned;

// A packet that begins so shortly after an instant still sounds there: below it
// lie the roundings of all containers.
constexpr nanoseconds kRounding{1'000'000};

}  // namespace

Result<void> PacketSound::set_caps(GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  if (std::string_view(gst_structure_get_name(fields)) == "audio/x-alac") {
    const auto alac = gst::alac_config_of(gst::codec_data_of(fields));
    if (!alac) return alac.error();
    rate_ = alac->sample_rate;
    samples_per_packet_ = alac->samples_per_packet;
    preroll_ = 0;  // each packet stands alone
    return {};
  }
  const auto aac = gst::aac_config_of(gst::codec_data_of(fields));
  if (!aac) return aac.error();
  rate_ = aac->sample_rate;
  samples_per_packet_ = aac->samples_per_packet;
  preroll_ = aac->may_replicate_bands ? 2 : 1;
  return {};
}

nanoseconds PacketSound::time_of_packets(std::size_t count) const {
  return nanoseconds(static_cast<std::int64_t>(
      gst_util_uint64_scale_round(count * samples_per_packet_, GST_SECOND, rate_)));
}

void PacketSound::add(Owned<GstBuffer> packet, std::optional<nanoseconds> time) {
  if (!time && packets_.empty()) return;  // of no known time
  const nanoseconds begin = time ? *time : packets_.back().time + time_of_packets(1);
  packets_.push_back({std::move(packet), begin});
}

void PacketSound::forget_before(nanoseconds time) {
  const nanoseconds needed = time - time_of_packets(preroll_ + 1) - kRounding;
  while (packets_.size() > 1 && packets_[1].time < needed) packets_.pop_front();
}

bool PacketSound::reaches(nanoseconds time) const {
  return !packets_.empty() && packets_.back().time >= time;
}

// Sound is counted, not timed: where a container rounds its times (Matroska, to
// a millisecond), the first packet's is what best agrees with those of all.
nanoseconds PacketSound::first_time(std::size_t first, std::size_t last) const {
  const nanoseconds own = packets_[first].time;
  nanoseconds earliest = own;
  nanoseconds latest = own;
  for (std::size_t i = first; i <= last; ++i) {
    const nanoseconds counted = packets_[i].time - time_of_packets(i - first);
    if (counted - own > 2 * kRounding || own - counted > 2 * kRounding) break;  // a gap
    earliest = std::min(earliest, counted);
    latest = std::max(latest, counted);
  }
  // An exact container rounds to a nanosecond, or to a tick of its own.
  const bool is_exact = latest - earliest < kRounding / 10;
  return is_exact ? own : earliest + (latest - earliest) / 2;
}

std::vector<PacketSound::Taken> PacketSound::take(nanoseconds begin, nanoseconds end) {
  std::vector<Taken> taken;
  const auto after = [&](nanoseconds instant) {
    return static_cast<std::size_t>(
        std::ranges::lower_bound(packets_, instant, {}, &Packet::time) - packets_.begin());
  };
  const std::size_t past_last = after(end);
  const std::size_t past_first = std::min(after(begin + nanoseconds(1)), past_last);
  const std::size_t heard_first = past_first > 0 ? past_first - 1 : 0;
  const std::size_t first = heard_first - std::min(heard_first, preroll_);
  const bool any = past_last > 0 && packets_[past_last - 1].time + time_of_packets(1) > begin;
  if (any) {
    const nanoseconds correction = first_time(first, past_last - 1) - packets_[first].time;
    for (std::size_t i = first; i < past_last; ++i)
      taken.push_back({std::move(packets_[i].buffer), packets_[i].time + correction - begin});
  }
  packets_.clear();
  return taken;
}

}  // namespace livephoto::select
