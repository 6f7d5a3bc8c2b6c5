// Makes ICC profiles with Little CMS.
#include "core/still/icc_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <type_traits>

#include "core/colour.h"

namespace livephoto {
namespace {

using namespace cicp;

struct LcmsRelease {
  void operator()(cmsContext context) const { cmsDeleteContext(context); }
  void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
  void operator()(cmsMLU* text) const { cmsMLUfree(text); }
};
struct CloseProfile {
  void operator()(cmsHPROFILE profile) const { cmsCloseProfile(profile); }
};
using Context = std::unique_ptr<std::remove_pointer_t<cmsContext>, LcmsRelease>;
using Curve = std::unique_ptr<cmsToneCurve, LcmsRelease>;
using Text = std::unique_ptr<cmsMLU, LcmsRelease>;
using Profile = std::unique_ptr<std::remove_pointer_t<cmsHPROFILE>, CloseProfile>;

// Galleries know some profiles by their names.
struct Gamut {
  const char* name;
  cmsCIExyYTRIPLE primaries;
};

constexpr cmsCIExyY kD65{0.3127, 0.3290, 1};
// SMPTE EG 432-1.
constexpr Gamut kP3{"Display P3", {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}}};
// ITU-R BT.2020, table 3.
constexpr Gamut kRec2020{
    "BT.2020 with sRGB curve", {{0.708, 0.292, 1}, {0.170, 0.797, 1}, {0.131, 0.046, 1}}};

// Where a video says one of these, players show it with sRGB's curve.
bool is_shown_as_srgb(std::uint16_t transfer) {
  constexpr std::array
      kTransfers{kBt709, kUnspecified, kBt601, kSrgbTransfer, kBt2020Transfer, kBt2020Transfer12};
  return std::ranges::find(kTransfers, transfer) != kTransfers.end();
}

std::optional<Gamut> gamut_of(const Colour& colour) {
  if (!is_shown_as_srgb(colour.transfer)) return std::nullopt;
  if (colour.primaries == kDisplayP3) return kP3;
  if (colour.primaries == kBt2020) return kRec2020;
  return std::nullopt;
}

// IEC 61966-2-1, as function 3 of ICC.1:2010, parametricCurveType (lcms counts from 1).
Curve srgb_curve(cmsContext context) {
  constexpr std::array kParameters{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return Curve(cmsBuildParametricToneCurve(context, 4, kParameters.data()));
}

bool write_text(cmsContext context, cmsHPROFILE profile, cmsTagSignature tag, const char* words) {
  const Text text(cmsMLUalloc(context, 1));
  return text != nullptr && cmsMLUsetASCII(text.get(), "en", "US", words) != 0 &&
         cmsWriteTag(profile, tag, text.get()) != 0;
}

Profile profile_of(cmsContext context, const Gamut& gamut) {
  const auto curve = srgb_curve(context);
  if (curve == nullptr) return nullptr;
  const std::array curves{curve.get(), curve.get(), curve.get()};
  Profile profile(cmsCreateRGBProfileTHR(context, &kD65, &gamut.primaries, curves.data()));
  if (profile == nullptr ||
      !write_text(context, profile.get(), cmsSigProfileDescriptionTag, gamut.name) ||
      !write_text(context, profile.get(), cmsSigCopyrightTag, "CC0 1.0"))
    return nullptr;
  // The primaries once more. Nobody needs them, and exiftool warns of two profiles in one
  // file that have them.
  cmsWriteTag(profile.get(), cmsSigChromaticityTag, nullptr);
  cmsSetProfileVersion(profile.get(), 4.3);  // else it is the latest that this lcms knows
  cmsSetHeaderFlags(profile.get(), cmsEmbeddedProfileTrue | cmsUseAnywhere);
  return profile;
}

Bytes saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  if (cmsSaveProfileToMem(profile, nullptr, &size) == 0) return {};
  Bytes bytes(size);
  if (cmsSaveProfileToMem(profile, bytes.data(), &size) == 0) return {};
  return bytes;
}

// ICC.1:2010, 7.2.8: six numbers of 16 bits. lcms takes the clock and cannot be
// told otherwise; no ID is made of the bytes, so that nothing else depends on them.
void set_date(Bytes& profile) {
  constexpr std::size_t kDate = 24;
  constexpr std::array<std::uint8_t, 12> kFixed{0x07, 0xe8, 0, 1, 0, 1};  // 2024-01-01
  std::ranges::copy(kFixed, profile.begin() + kDate);
}

}  // namespace

Result<Bytes> icc_profile(const Colour& colour) {
  const auto gamut = gamut_of(colour);
  if (!gamut) return Bytes();
  constexpr std::size_t kHeader = 128;
  const Context context(cmsCreateContext(nullptr, nullptr));
  const auto profile = context ? profile_of(context.get(), *gamut) : nullptr;
  auto bytes = profile ? saved(profile.get()) : Bytes();
  if (bytes.size() < kHeader)
    return Error{
        ErrorCode::Encoder,
        "There is not enough memory for the still's colour profile; free some.",
        gamut->name};
  set_date(bytes);
  return bytes;
}

}  // namespace livephoto
