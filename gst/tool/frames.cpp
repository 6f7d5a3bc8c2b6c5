#include "gst/tool/frames.h"

#include <array>
#include <cstdio>
#include <string>
#include <system_error>
#include <utility>

#include "core/file.h"
#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/decoder.h"
#include "gst/tool/pair_arguments.h"
#include "gst/tool/path_text.h"
#include "gst/tool/places.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using std::chrono::nanoseconds;

// Markers and frames of others are rounded differently.
constexpr nanoseconds kTolerance{500'000};

// PNG has 16 bits a colour, but GStreamer's encoder takes no more than 8.
constexpr const char* kPng = "video/x-raw,format=RGB ! pngenc";

struct Frame {
  Bytes png;
  nanoseconds time{0};
};

// The next frame that is shown; nothing at the end.
Result<std::optional<Frame>> next_png(Decoder& decoder) {
  const auto frame = decoder.next();
  if (!frame) return frame.error();
  if (!*frame) return std::optional<Frame>();
  const gst::ReadMap map(gst_sample_get_buffer((*frame)->sample.get()));
  if (!map) return invalid_input("A frame that was decoded cannot be read.");
  return std::optional(Frame{Bytes(map.bytes().begin(), map.bytes().end()), (*frame)->time});
}

fs::path numbered_path(const FramePlan& plan, std::size_t number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "-%04zu.png", number);
  fs::path path = plan.base;
  path += text.data();
  return path;
}

fs::path hidden_path(const fs::path& path) {
  return path.parent_path() / ("." + path.filename().string() + ".livephoto");
}

Result<FrameFiles> write_all(Decoder& decoder, const FramePlan& plan) {
  FrameFiles files;
  for (std::size_t number = 1;; ++number) {
    const auto frame = next_png(decoder);
    if (!frame) return frame.error();
    if (!*frame) return files;
    const fs::path path = numbered_path(plan, number);
    if (const auto ready = prepare({path}, plan.may_replace); !ready) return ready.error();
    if (const auto done = files.write({path, (*frame)->time}, (*frame)->png); !done)
      return done.error();
  }
}

Result<FrameFiles> write_one(Decoder& decoder, const FramePlan& plan) {
  std::optional<Frame> found;
  for (;;) {
    auto frame = next_png(decoder);
    if (!frame) return frame.error();
    if (!*frame || (found && (*frame)->time > *plan.only + kTolerance)) break;
    found = std::move(**frame);
  }
  if (!found) return invalid_input("The movie shows no frame at " + seconds_text(*plan.only) + ".");
  fs::path path = plan.base;
  path += "-frame.png";
  FrameFiles files;
  if (const auto done = files.write({path, found->time}, found->png); !done) return done.error();
  return files;
}

}  // namespace

FrameFiles::FrameFiles(FrameFiles&& other) noexcept : files_(std::exchange(other.files_, {})) {}

FrameFiles& FrameFiles::operator=(FrameFiles&& other) noexcept {
  std::swap(files_, other.files_);
  return *this;
}

FrameFiles::~FrameFiles() {
  std::error_code ignored;
  for (const FrameFile& file : files_) fs::remove(hidden_path(file.path), ignored);
}

Result<void> FrameFiles::write(FrameFile file, ByteSpan png) {
  std::error_code unknown;
  if (fs::is_directory(file.path, unknown))
    return Error{
        ErrorCode::Io,
        shown(file.path) + " is a folder; move it away, or name another place.",
        {}};
  if (const auto done = write_file(hidden_path(file.path), png); !done) return done;
  files_.push_back(std::move(file));
  return {};
}

Result<std::vector<FrameFile>> FrameFiles::keep() {
  for (const FrameFile& file : files_) {
    std::error_code failure;
    fs::rename(hidden_path(file.path), file.path, failure);
    if (failure)
      return Error{
          ErrorCode::Io,
          shown(file.path) + " cannot be written: " + failure.message() + ".",
          {}};
  }
  return std::exchange(files_, {});
}

Result<FrameFiles> write_frames(const fs::path& movie, const FramePlan& plan) {
  Decoder decoder;
  if (const auto opened = decoder.open(movie, "auto", kPng); !opened) return opened.error();
  return plan.only ? write_one(decoder, plan) : write_all(decoder, plan);
}

}  // namespace livephoto::tool
