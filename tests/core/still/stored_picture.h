// The samples a HEIC file stores, decoded with libde265: libheif 1.15 itself
// turns every picture into RGB and back, even where Y'CbCr is asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/bytes.h"
#include "sample_picture.h"

namespace livephoto::sample {

struct StoredPicture {
  Chroma chroma = Chroma::Yuv420;
  int bit_depth = 0;
  bool full_range = false;
  std::uint16_t matrix = 0;
  std::array<Samples, 3> planes;
};

// The coded picture number `index` (the primary is 0, its thumbnail 1), of
// which the upper left `width` x `height` are shown. Empty planes if it cannot
// be decoded.
StoredPicture stored_picture(
    const Bytes& file, std::size_t index, std::uint32_t width, std::uint32_t height);

// What a decoder is asked to be able to. Rec. ITU-T H.265, 7.3.3.
struct Profile {
  int idc = 0;
  std::uint32_t compatibility = 0;  // the flag of profile n is bit 31 - n
  std::uint64_t constraints = 0;    // 48 bits
  int level = 0;

  bool operator==(const Profile&) const = default;
};

// As the hvcC of coded picture number `index` names it, and as the sequence
// parameter set in this hvcC does. All 0 where it is not there.
Profile profile_in_configuration(const Bytes& file, std::size_t index);
Profile profile_in_parameter_set(const Bytes& file, std::size_t index);

}  // namespace livephoto::sample
