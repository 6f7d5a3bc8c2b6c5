// A video that is opened in a pipeline: its first picture and its first sound are handed on, all
// else is drained.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::tool {

enum class Stream { Picture, Sound };

// How the streams are handed on.
enum class Form { Packets, Raw };

class Source {
 public:
  // Answers the pad that a stream goes to; null drains it. Called from a streaming thread, once for
  // each of the two streams.
  using Take = std::function<gst::Owned<GstPad>(Stream, GstPad*, const GstCaps*)>;
  // Called for each message of the pipeline, in the thread that runs it; true ends the run.
  using Hear = std::function<bool(GstMessage*)>;

  Source(const std::filesystem::path& video, Form form, Take take);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  GstElement* pipeline() const { return pipeline_.get(); }

  // How many pieces of the file were read so far: a slow one may have to be read for long before
  // anything comes of it.
  unsigned reads() const { return reads_; }

  // Until `hear` says so or the streams end. The first error is the result: a sentence.
  Result<void> run(GstState state, const Hear& hear);

 private:
  void add_stream(GstPad* pad);
  void drain(GstPad* pad);
  bool hear(GstMessage* message);

  gst::Owned<GstElement> pipeline_;
  Take take_;
  Hear hear_;
  std::atomic<unsigned> reads_ = 0;
  std::mutex mutex_;  // guards these two
  bool has_picture_ = false;
  bool has_sound_ = false;
  GMainLoop* loop_ = nullptr;
  std::optional<Error> error_;
  std::string missing_;  // what there is no decoder for
};

}  // namespace livephoto::tool
