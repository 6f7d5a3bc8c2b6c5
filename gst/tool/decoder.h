// Decodes a movie or a picture by GStreamer, one frame after the other.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::tool {

struct DecodedFrame {
  gst::Owned<GstSample> sample;      // with a buffer
  std::chrono::nanoseconds time{0};  // in the movie's time; 0 for a picture
};

// What is decoded for somebody who only looks: a hostile file is given up, not followed.
struct DecoderLimits {
  std::uint64_t pixels = UINT64_MAX;           // of one picture, as its stream says
  std::uint64_t memory = UINT64_MAX;           // bytes that the process takes more than at open()
  std::optional<std::chrono::seconds> time{};  // of the processor, from open() on
};

class Decoder {
 public:
  Decoder() = default;
  explicit Decoder(const DecoderLimits& limits) : limits_(limits) {}
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // `direction` is videoflip's, which turns the pictures; `tail`, in the words of
  // gst-launch, makes of them what is wanted. Unsupported without GStreamer's elements.
  Result<void> open(
      const std::filesystem::path& file, const std::string& direction, const std::string& tail);

  // The next one that is shown, nothing at the end: those that an edit list hides are
  // decoded, but passed over. Unsupported where there is no decoder, or it gets stuck;
  // InvalidInput past one of the limits.
  Result<std::optional<DecodedFrame>> next();

 private:
  static gboolean is_small_enough(GstElement* bin, GstPad* pad, GstCaps* caps, gpointer decoder);
  static GstPadProbeReturn watch_memory(GstPad* pad, GstPadProbeInfo* info, gpointer decoder);
  static void limit(GstBin* bin, GstBin* part, GstElement* element, gpointer decoder);
  Result<void> check_limits() const;
  gst::Owned<GError> error_on_bus() const;

  DecoderLimits limits_;
  std::clock_t begin_ = 0;
  std::uint64_t memory_before_ = 0;
  std::atomic<const char*> refusal_ = nullptr;  // a sentence
  gst::Owned<GstElement> pipeline_;
  gst::Owned<GstElement> frames_;
};

}  // namespace livephoto::tool
