// Takes a coded picture out of a HEIC file, decodes it with libde265.
#include "stored_picture.h"

#include <libde265/de265.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

namespace livephoto::sample {
namespace {

struct DecoderRelease {
  void operator()(void* p) const { de265_free_decoder(p); }
};
using Decoder = std::unique_ptr<void, DecoderRelease>;

std::uint32_t number(ByteSpan bytes) {
  std::uint32_t value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  return value;
}

// What follows the `index`-th occurrence of a box's name. Good enough for files
// of our own making.
ByteSpan after(ByteSpan file, std::string_view name, std::size_t index) {
  auto place = file.begin();
  for (std::size_t i = 0; i <= index; ++i) {
    place = std::search(place, file.end(), name.begin(), name.end());
    if (place == file.end()) return {};
    place += static_cast<std::ptrdiff_t>(name.size());
  }
  return file.subspan(static_cast<std::size_t>(place - file.begin()));
}

void push(const Decoder& decoder, ByteSpan nal) {
  de265_push_NAL(decoder.get(), nal.data(), static_cast<int>(nal.size()), 0, nullptr);
}

// ISO/IEC 14496-15, 8.3.3.1.2: arrays of parameter sets after 22 bytes.
std::vector<ByteSpan> parameter_sets(ByteSpan hvcc) {
  std::vector<ByteSpan> sets;
  std::size_t arrays = hvcc[22];
  hvcc = hvcc.subspan(23);
  for (; arrays > 0; --arrays) {
    auto nals = number(hvcc.subspan(1, 2));
    hvcc = hvcc.subspan(3);
    for (; nals > 0; --nals) {
      const auto size = number(hvcc.first(2));
      sets.push_back(hvcc.subspan(2, size));
      hvcc = hvcc.subspan(2 + size);
    }
  }
  return sets;
}

// Rec. ITU-T H.265, 7.3.1.1: without the bytes that keep start codes away.
Bytes without_emulation_prevention(ByteSpan nal) {
  Bytes raw;
  std::size_t zeros = 0;
  for (const auto byte : nal) {
    const bool prevents = zeros >= 2 && byte == 3;
    zeros = byte == 0 ? zeros + 1 : 0;
    if (!prevents) raw.push_back(byte);
  }
  return raw;
}

// Twelve bytes, laid out alike in both places.
Profile profile_at(ByteSpan bytes) {
  return Profile{
      bytes[0] & 0x1f,
      number(bytes.subspan(1, 4)),
      std::uint64_t{number(bytes.subspan(5, 2))} << 32 | number(bytes.subspan(7, 4)),
      bytes[11]};
}

// The pictures stand one behind the other, each with one slice.
void push_slice(const Decoder& decoder, ByteSpan mdat, std::size_t index) {
  while (mdat.size() > 4) {
    const auto size = number(mdat.first(4));
    if (size == 0 || size > mdat.size() - 4) return;
    const auto nal = mdat.subspan(4, size);
    mdat = mdat.subspan(4 + size);
    const bool slice = nal[0] >> 1 < 32;
    if (index == 0) push(decoder, nal);
    if (slice && index-- == 0) return;
  }
}

const de265_image* decoded(const Decoder& decoder) {
  de265_flush_data(decoder.get());
  int more = 1;
  while (more != 0 && de265_decode(decoder.get(), &more) == DE265_OK) {
    const auto* image = de265_get_next_picture(decoder.get());
    if (image != nullptr) return image;
  }
  return nullptr;
}

StoredPicture described(const de265_image* image) {
  constexpr std::array kChromas{Chroma::Yuv420, Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444};
  StoredPicture stored;
  stored.chroma = kChromas[static_cast<std::size_t>(de265_get_chroma_format(image))];
  stored.bit_depth = de265_get_bits_per_pixel(image, 0);
  stored.full_range = de265_get_image_full_range_flag(image) != 0;
  stored.matrix = static_cast<std::uint16_t>(de265_get_image_matrix_coefficients(image));
  return stored;
}

}  // namespace

StoredPicture stored_picture(
    const Bytes& file, std::size_t index, std::uint32_t width, std::uint32_t height) {
  const auto hvcc = after(file, "hvcC", index);
  const auto mdat = after(file, "mdat", 0);
  if (hvcc.empty() || mdat.empty()) return {};

  const Decoder decoder(de265_new_decoder());
  for (const auto set : parameter_sets(hvcc)) push(decoder, set);
  push_slice(decoder, mdat, index);
  const auto* image = decoded(decoder);
  if (image == nullptr) return {};

  auto stored = described(image);
  Picture shown;
  shown.width = width;
  shown.height = height;
  shown.chroma = stored.chroma;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto layout = plane_layout(shown, i);
    int stride = 0;
    const auto* bytes = de265_get_image_plane(image, static_cast<int>(i), &stride);
    stored.planes[i] = samples_of(
        bytes,
        static_cast<std::size_t>(stride),
        layout.width,
        layout.height,
        stored.bit_depth);
  }
  return stored;
}

Profile profile_in_configuration(const Bytes& file, std::size_t index) {
  const auto hvcc = after(file, "hvcC", index);
  return hvcc.empty() ? Profile{} : profile_at(hvcc.subspan(1));
}

Profile profile_in_parameter_set(const Bytes& file, std::size_t index) {
  constexpr int kSequenceParameterSet = 33;
  const auto hvcc = after(file, "hvcC", index);
  if (hvcc.empty()) return {};
  for (const auto set : parameter_sets(hvcc)) {
    if (set[0] >> 1 != kSequenceParameterSet) continue;
    const auto raw = without_emulation_prevention(set);
    return profile_at(ByteSpan(raw).subspan(3));
  }
  return {};
}

}  // namespace livephoto::sample
