// What an AAC encoder puts in front of the sound.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace livephoto::gst {

// AAC's overlap of one packet: what an encoder that nobody has measured adds.
inline constexpr std::uint32_t kUsualPriming = 1024;

// The factory name of the audio encoder whose packets reach `sink`; nothing
// where they come from a source or out of livephotoselect as they are. Looks
// through parsers, queues, tees and bins.
std::optional<std::string> encoder_before(GstPad* sink);

// Samples in the encoder's first packets that are not in the sound, though its
// first packet has the time of the first real sample; nothing for an encoder
// that nobody has measured.
std::optional<std::uint32_t> priming_of(std::string_view encoder);

}  // namespace livephoto::gst
