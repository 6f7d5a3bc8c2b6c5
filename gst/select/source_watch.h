// Finds out that nothing will ever come to an element.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace livephoto::select {

// A demuxer that finds no stream of use (a Matroska header alone, a file of
// subtitles) says no-more-pads and nothing else: what stands behind it stays
// unlinked, and its pipeline would wait for ever. This listens to the elements
// beside the watched one and tells it when each that adds pads by itself has
// added its last, and no chain of elements leads from a source to a sink pad.
// Where there is no such element, or one never says so, nothing is told.
class SourceWatch {
 public:
  using Callback = void (*)(GstElement* element);

  // The element owns the watch. `on_nothing` comes at most once after each start,
  // from a thread of the system clock, with no lock held.
  SourceWatch(GstElement* element, Callback on_nothing);
  ~SourceWatch();
  SourceWatch(const SourceWatch&) = delete;
  SourceWatch& operator=(const SourceWatch&) = delete;

  // Whether one of those that were there at the start has yet to add its first pad,
  // and has not said no-more-pads (parsebin 1.22 never does). From a thread that
  // start() and stop() wait for.
  bool may_add_pads() const;

  void start();  // from READY to PAUSED: before the sources start
  void stop();

 private:
  struct State;

  GstElement* element_;
  Callback on_nothing_;
  std::shared_ptr<State> state_;
};

}  // namespace livephoto::select
