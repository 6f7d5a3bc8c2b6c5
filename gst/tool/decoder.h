// Decodes a movie or a picture by GStreamer, one frame after the other.
#pragma once

#include <gst/gst.h>

#include <chrono>
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

class Decoder {
 public:
  Decoder() = default;
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // `direction` is videoflip's, which turns the pictures; `tail`, in the words of
  // gst-launch, makes of them what is wanted. Unsupported without GStreamer's elements.
  Result<void> open(
      const std::filesystem::path& file, const std::string& direction, const std::string& tail);

  // The next one that is shown, nothing at the end: those that an edit list hides are
  // decoded, but passed over. Unsupported where there is no decoder, or it gets stuck.
  Result<std::optional<DecodedFrame>> next();

 private:
  gst::Owned<GError> error_on_bus() const;

  gst::Owned<GstElement> pipeline_;
  gst::Owned<GstElement> frames_;
};

}  // namespace livephoto::tool
