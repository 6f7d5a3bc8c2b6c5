#include "core/isobmff/live_photo.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/text.h"

namespace livephoto::isobmff {
namespace {

constexpr std::string_view kTransform = "com.apple.quicktime.live-photo-still-image-transform";
constexpr std::string_view kReferenceDimensions =
    "com.apple.quicktime.live-photo-still-image-transform-reference-dimensions";

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

// "+09.40": signed, `whole` digits at least before the point.
std::string signed_text(double value, std::size_t whole, int decimals) {
  std::string text = decimal_text(std::abs(value), decimals);
  const std::size_t digits = text.find('.');
  if (digits < whole) text.insert(0, whole - digits, '0');
  return (value < 0 ? "-" : "+") + text;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// The score is ours; of the version only this one is known.
void add_vitality(std::vector<MetadataItem>& items, double score) {
  constexpr std::uint64_t kVersionOfCameras = 4;
  const auto value = static_cast<float>(std::clamp(score, 0.0, 1.0));
  items.push_back(
      {.key = "com.apple.quicktime.live-photo.vitality-score",
       .type = DataType::Float32,
       .value = fields(float32(value))});
  items.push_back(
      {.key = "com.apple.quicktime.live-photo.vitality-scoring-version",
       .type = DataType::SignedInteger,
       .value = fields(u64(kVersionOfCameras))});
}

}  // namespace

std::string iso_6709(const Place& place) {
  std::string text =
      signed_text(place.latitude_degrees, 2, 4) + signed_text(place.longitude_degrees, 3, 4);
  // The altitude's whole part has three digits in camera files: +009.471.
  if (place.altitude_metres) text += signed_text(*place.altitude_metres, 3, 3);
  return text + "/";
}

std::string iso_8601(const CaptureTime& time) {
  std::string text = formatted(
      "%04d-%02d-%02dT%02d:%02d:%02d",
      time.year,
      time.month,
      time.day,
      time.hour,
      time.minute,
      time.second);
  if (!time.utc_offset_minutes) return text;
  const int offset = std::abs(*time.utc_offset_minutes);
  const char sign = *time.utc_offset_minutes < 0 ? '-' : '+';
  return text + formatted("%c%02d%02d", sign, offset / 60, offset % 60);
}

std::vector<MetadataItem> movie_metadata(
    const std::string& content_identifier,
    const CaptureInfo& capture,
    const std::string& fingerprint,
    std::optional<double> vitality) {
  std::vector<MetadataItem> items;
  // As cameras of today write them: the picture plays by itself when it is scrolled
  // into view, and at its full frame rate.
  items.push_back(
      {.key = "com.apple.quicktime.live-photo.auto",
       .type = DataType::UnsignedInteger,
       .value = fields(u8(1))});
  items.push_back(
      {.key = "com.apple.quicktime.full-frame-rate-playback-intent",
       .type = DataType::SignedInteger,
       .value = fields(u64(1))});
  const auto add = [&items](std::string_view key, const std::string& text) {
    if (text.empty()) return;
    items.push_back(
        {.key = "com.apple.quicktime." + std::string(key),
         .type = DataType::Utf8,
         .value = bytes_of(text)});
  };
  add("content.identifier", content_identifier);
  if (vitality) add_vitality(items, *vitality);
  if (capture.place) add("location.ISO6709", iso_6709(*capture.place));
  add("make", capture.make);
  add("model", capture.model);
  add("software", capture.software);
  add("title", capture.title);
  add("description", capture.description);
  add("keywords", joined(capture.keywords));
  if (capture.time) add("creationdate", iso_8601(*capture.time));
  if (!fingerprint.empty()) {
    items.push_back(
        {.key = std::string(kFingerprintKey),
         .type = DataType::Utf8,
         .value = bytes_of(fingerprint)});
  }
  return items;
}

std::vector<MetadataKey> still_image_time_keys() {
  return {
      {kStillImageTime, DataType::Int8},
      {kTransform, DataType::PerspectiveTransformFloat64},
      {kReferenceDimensions, DataType::DimensionsFloat32},
  };
}

Bytes still_image_time_sample(std::uint32_t width, std::uint32_t height) {
  // clang-format off
  const Bytes identity = fields(float64(1), float64(0), float64(0),
                                float64(0), float64(1), float64(0),
                                float64(0), float64(0), float64(1));
  // clang-format on
  return fields(
      timed_value(1, fields(u8(0xFF))),  // -1: every camera's value; the time is the message
      timed_value(2, identity),
      timed_value(
          3,
          fields(float32(static_cast<float>(width)), float32(static_cast<float>(height)))));
}

}  // namespace livephoto::isobmff
