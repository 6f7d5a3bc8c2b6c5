#include "core/still/tone_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/colour.h"

namespace livephoto {
namespace {

using namespace cicp;

using Rgb = std::array<float, 3>;

constexpr float kSourcePeak = 1000;   // cd/m2
constexpr float kDiffuseWhite = 203;  // cd/m2: ITU-R BT.2408

// How much of red, green and blue is in the luma of a matrix (ISO/IEC 23091-2, 8.3).
struct Luma {
  float red;
  float blue;
  float green() const { return 1 - red - blue; }
};

std::optional<Luma> luma_of(std::uint16_t matrix) {
  switch (matrix) {
    case kBt709:
      return Luma{0.2126F, 0.0722F};
    case kBt470Bg:
    case kBt601:
      return Luma{0.299F, 0.114F};
    case kBt2020:
      return Luma{0.2627F, 0.0593F};
    default:
      return std::nullopt;
  }
}

// ---- Curves --------------------------------------------------------------------

// SMPTE ST 2084: from the signal to cd/m2, and back.
float pq_light(float signal) {
  const float power = std::pow(signal, 1 / 78.84375F);
  const float light = std::max(power - 0.8359375F, 0.0F) / (18.8515625F - 18.6875F * power);
  return 10'000 * std::pow(light, 1 / 0.1593017578125F);
}
float pq_signal(float light) {
  const float power = std::pow(light / 10'000, 0.1593017578125F);
  return std::pow((0.8359375F + 18.8515625F * power) / (1 + 18.6875F * power), 78.84375F);
}

// ITU-R BT.2100, table 5: the light of the scene, 0 to 1. What a screen shows of
// it depends on all three colours: displayed().
float hlg_light(float signal) {
  constexpr float kA = 0.17883277F;
  constexpr float kB = 0.28466892F;
  constexpr float kC = 0.55991073F;
  return signal <= 0.5F ? signal * signal / 3 : (std::exp((signal - kC) / kA) + kB) / 12;
}

float srgb_light(float signal) {
  return signal <= 0.04045F ? signal / 12.92F : std::pow((signal + 0.055F) / 1.055F, 2.4F);
}
float srgb_signal(float light) {
  return light <= 0.0031308F ? 12.92F * light : 1.055F * std::pow(light, 1 / 2.4F) - 0.055F;
}

// ITU-R BT.2390, 5.4.1, with a black of 0: below the knee as it is, above it a
// Hermite spline to the darker peak.
float brought_down(float light) {
  static const float source_peak = pq_signal(kSourcePeak);
  static const float peak = pq_signal(kDiffuseWhite) / source_peak;
  const float knee = 1.5F * peak - 0.5F;
  const float signal = std::min(pq_signal(light) / source_peak, 1.0F);
  if (signal <= knee) return light;
  const float t = (signal - knee) / (1 - knee);
  const float t2 = t * t;
  const float t3 = t2 * t;
  const float bent =
      (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * peak;
  return pq_light(bent * source_peak);
}

// A function on [0, 1] as a table; between two entries it is a line.
class Table {
 public:
  template <class Function>
  explicit Table(Function function) {
    for (std::size_t i = 0; i < kEntries; ++i)
      values_[i] = function(static_cast<float>(i) / (kEntries - 1));
  }
  float operator()(float at) const {
    const float place = std::clamp(at, 0.0F, 1.0F) * (kEntries - 1);
    const auto index = std::min(static_cast<std::size_t>(place), kEntries - 2);
    const float share = place - static_cast<float>(index);
    return values_[index] + share * (values_[index + 1] - values_[index]);
  }

 private:
  static constexpr std::size_t kEntries = 4096;
  std::vector<float> values_ = std::vector<float>(kEntries);
};

// ---- Pixels --------------------------------------------------------------------

// The signal of a pixel, 0 to 1 each. Chroma is that of the nearest sample.
class Signal {
 public:
  Signal(const Picture& picture, const Luma& luma) : picture_(picture), luma_(luma) {
    const auto unit = static_cast<float>(1 << (picture.bit_depth - 8));
    const auto most = static_cast<float>((1 << picture.bit_depth) - 1);
    const bool full = picture.colour.full_range;
    black_ = full ? 0 : 16 * unit;
    luma_scale_ = 1 / (full ? most : 219 * unit);
    middle_ = 128 * unit;
    chroma_scale_ = 1 / (full ? most : 224 * unit);
    halved_across_ = picture.chroma != Chroma::Yuv444 ? 1 : 0;
    halved_down_ = picture.chroma == Chroma::Yuv420 ? 1 : 0;
  }

  Rgb at(std::uint32_t x, std::uint32_t y) const {
    const float luma = (sample(0, x, y) - black_) * luma_scale_;
    const std::uint32_t column = x >> halved_across_;
    const std::uint32_t row = y >> halved_down_;
    const float blue = (sample(1, column, row) - middle_) * chroma_scale_ * 2 * (1 - luma_.blue);
    const float red = (sample(2, column, row) - middle_) * chroma_scale_ * 2 * (1 - luma_.red);
    const float green = (luma_.red * red + luma_.blue * blue) / luma_.green();
    return {luma + red, luma - green, luma + blue};
  }

 private:
  float sample(std::size_t plane, std::uint32_t x, std::uint32_t y) const {
    const Plane& from = picture_.planes[plane];
    const std::uint8_t* row = from.bytes.data() + y * from.stride;
    if (picture_.bit_depth == 8) return row[x];
    return static_cast<float>(row[2 * x] | row[2 * x + 1] << 8);
  }

  const Picture& picture_;
  Luma luma_;
  float black_;
  float luma_scale_;
  float middle_;
  float chroma_scale_;
  std::uint32_t halved_across_;
  std::uint32_t halved_down_;
};

using Gamut = std::array<Rgb, 3>;

// Light in other primaries in those of BT.709, all with D65 as white: ITU-R BT.2087,
// annex 2, and SMPTE EG 432-1.
constexpr Gamut kFromBt2020 = {
    {{1.6605F, -0.5876F, -0.0728F}, {-0.1246F, 1.1329F, -0.0083F}, {-0.0182F, -0.1006F, 1.1187F}}};
constexpr Gamut kFromDisplayP3 = {
    {{1.2249F, -0.2249F, 0}, {-0.0421F, 1.0421F, 0}, {-0.0196F, -0.0786F, 1.0983F}}};

Rgb in_bt709(const Rgb& light, std::uint16_t primaries) {
  if (primaries != kBt2020 && primaries != kDisplayP3) return light;
  const Gamut& gamut = primaries == kBt2020 ? kFromBt2020 : kFromDisplayP3;
  Rgb result{};
  for (std::size_t i = 0; i < result.size(); ++i)
    for (std::size_t k = 0; k < light.size(); ++k) result[i] += gamut[i][k] * light[k];
  return result;
}

// ITU-R BT.2100, table 5: what a screen of 1,000 cd/m2 shows of HLG.
Rgb displayed(const Rgb& scene) {
  const float luminance = 0.2627F * scene[0] + 0.6780F * scene[1] + 0.0593F * scene[2];
  const float gain = kSourcePeak * std::pow(std::max(luminance, 1e-6F), 0.2F);
  return {scene[0] * gain, scene[1] * gain, scene[2] * gain};
}

// From the signal to light, where 1 is diffuse white.
class Light {
 public:
  explicit Light(const Colour& colour) : colour_(colour), curve_(curve_of(colour.transfer)) {}

  Rgb operator()(const Rgb& signal) const {
    Rgb light = {curve_(signal[0]), curve_(signal[1]), curve_(signal[2])};
    if (is_hdr(colour_)) light = darkened(colour_.transfer == kHlg ? displayed(light) : light);
    return in_bt709(light, colour_.primaries);
  }

 private:
  static Table curve_of(std::uint16_t transfer) {
    if (transfer == kPq) return Table(pq_light);
    return transfer == kHlg ? Table(hlg_light) : Table(srgb_light);
  }
  // By the brightest of the three, so that colours keep their hue.
  Rgb darkened(const Rgb& light) const {
    const float most = std::max({light[0], light[1], light[2]});
    if (most <= 0) return {0, 0, 0};
    const float gain = darkening_(std::sqrt(most / kMostLight));
    return {light[0] * gain, light[1] * gain, light[2] * gain};
  }

  static constexpr float kMostLight = 10'000;

  Colour colour_;
  Table curve_;
  // By the root, so that the dark has entries enough.
  Table darkening_ = Table([](float root) {
    const float light = std::max(root * root * kMostLight, 1e-3F);
    return brought_down(light) / light / kDiffuseWhite;
  });
};

}  // namespace

bool needs_tone_map(const Colour& colour) { return is_hdr(colour) || colour.primaries == kBt2020; }

Result<OwnedPicture> tone_mapped(const Picture& picture) {
  if (const auto good = check_picture(picture); !good) return good.error();
  const Colour colour = stated_colour(picture.colour, picture.height);
  const auto luma = luma_of(colour.matrix);
  if (picture.chroma == Chroma::Rgb || !luma) {
    return Error{
        ErrorCode::Unsupported,
        "The colours of this picture cannot be brought into a JPEG; write a HEIC still, or put "
        "videoconvert ! video/x-raw,colorimetry=bt709 before the still sink.",
        {}};
  }
  OwnedPicture mapped;
  mapped.picture = {
      .width = picture.width,
      .height = picture.height,
      .chroma = Chroma::Rgb,
      .bit_depth = 8,
      .colour = {kBt709, kSrgbTransfer, kIdentityMatrix, true},
  };
  const auto layout = plane_layout(mapped.picture, 0);
  Bytes& bytes = mapped.storage[0];
  bytes.resize(layout.row_bytes * layout.height);

  const Signal signal(picture, *luma);
  const Light light(colour);
  const Table curve(srgb_signal);
  auto out = bytes.begin();
  for (std::uint32_t y = 0; y < picture.height; ++y) {
    for (std::uint32_t x = 0; x < picture.width; ++x) {
      for (const float value : light(signal.at(x, y)))
        *out++ = static_cast<std::uint8_t>(std::lround(curve(value) * 255));
    }
  }
  mapped.picture.planes[0] = {.bytes = bytes, .stride = layout.row_bytes};
  return mapped;
}

}  // namespace livephoto
