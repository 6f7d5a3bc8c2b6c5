// The luma planes of a video, decoded by a pipeline of its own, from wherever it is sought.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/select/frame_measures.h"
#include "core/select/search.h"
#include "gst/support/access_unit.h"
#include "gst/support/ptr.h"

namespace livephoto::gst {

class FrameReader {
 public:
  // Called while it waits; false gives up.
  using Wait = std::function<bool()>;

  // With what brings no frame and is not read on; 0: endless.
  explicit FrameReader(std::chrono::milliseconds patience) : patience_(patience) {}
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // Up to the first picture. Errors as scan() has them.
  Result<select::SearchedVideo> open(const std::string& uri, const Wait& wait);
  // Begins a pass; what is left of the one before is dropped.
  Result<void> seek(const select::Pass& pass);
  // The same where it stands, at the beginning, for a source that refuses to seek.
  Result<void> go_on(const select::Pass& pass);
  // The next frame that is shown, lent to `use`; false at the end of the pass.
  using Use = std::function<void(const select::LumaView&, std::chrono::nanoseconds time)>;
  Result<bool> next(const Wait& wait, const Use& use);
  // How many pieces of the source came so far.
  unsigned reads() const { return reads_; }

 private:
  Result<void> build(const std::string& uri);
  static gboolean is_picture(GstElement* bin, GstPad* pad, GstCaps* caps, gpointer reader);
  static void take_stream(GstElement* bin, GstPad* pad, gpointer reader);
  static GstPadProbeReturn see_packet(GstPad* pad, GstPadProbeInfo* info, gpointer reader);
  static void note_source(GstElement* bin, GstElement* source, gpointer reader);
  static void note_element(GstBin* bin, GstBin* parent, GstElement* element, gpointer reader);
  Result<Owned<GstSample>> pull(const Wait& wait);
  Result<void> check_bus();
  bool can_seek();

  bool is_patient(int pauses) const;

  std::chrono::milliseconds patience_;
  Owned<GstElement> pipeline_;
  Owned<GstElement> sink_;      // an appsink
  GstElement* head_ = nullptr;  // the chain before it; on loan from the pipeline
  std::mutex mutex_;            // guards these two
  bool is_transport_stream_ = false;
  bool is_sought_safely_ = true;  // by the decoder that there is
  std::atomic<bool> has_picture_ = false;
  std::atomic<unsigned> reads_ = 0;
  bool is_at_begin_ = true;
  std::atomic<bool> leaves_out_frames_ = false;  // that no other needs
  AccessUnits access_units_;                     // in the decoder's thread
  Owned<GstSample> first_;                       // until it is asked for
  std::optional<Error> error_;                   // frames may still come after it
  std::string missing_;                          // what there is no decoder for
  Owned<GstCaps> caps_;                          // of the last frame
  GstVideoInfo info_{};
};

}  // namespace livephoto::gst
