// Finds the source's moment before anything of it is used: the mode "auto".
#pragma once

#include <gst/gst.h>

#include <array>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/select/moments.h"

namespace livephoto::select {

// The source is looked through by a pipeline of its own, which reads it a second time; the one that
// the element is in is then sought as for any window. So it is the same for raw pictures and
// for packets, whatever stands before the element, and no decoder of the application's is
// sought again and again. The price is that only a source with an address can be looked through.
//
// The thread that brings the first data looks, any other that brings some waits. Posts PROGRESS
// messages. Thread-safe.
class AutoChoice {
 public:
  AutoChoice(GstElement* element, GstPad* video_sink, GstPad* audio_sink);

  void start();  // from READY to PAUSED
  void stop();   // whoever looks or waits goes on; before the pads are deactivated

  // False once the moment is known.
  bool is_active() const;

  // For data by `sink`. Chosen: the caller is to use choose(), and to say done() when what it has
  // found is in use. Known: it is in use. Flushed: the data is to be dropped.
  enum class Turn { Choose, Known, Flushed };
  Turn turn(GstPad* sink);
  // The best moment, with what is wanted of the source of that address kept. InvalidInput for a
  // source that cannot be looked through, with the ways out, and the errors of scan(). Nothing
  // where it was flushed meanwhile.
  Result<std::optional<Moment>> choose(const std::function<Wanted(const std::string&)>& wanted);
  // Lets `use` take it into use, unless it was stopped meanwhile.
  void done(const std::function<void()>& use);

  // For each flush of data that may be waiting.
  void flush_start(GstPad* sink);
  void flush_stop(GstPad* sink);

 private:
  enum class State { Off, Wanted, UnderWay, Known };
  struct Branch {
    GstPad* sink;
    bool is_flushing = false;
    unsigned flushes = 0;
  };

  Branch& branch_of(GstPad* sink) { return branches_[sink == branches_[0].sink ? 0 : 1]; }
  struct Look {
    const Branch* branch = nullptr;
    unsigned flushes = 0;  // of it, when it began
  };
  bool goes_on(const Look& look);
  std::optional<std::string> address_of_source(const Look& look);
  void say(GstProgressType type, const char* text);

  GstElement* element_;
  std::array<Branch, 2> branches_;  // video, then audio
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::Off;
  Branch* looking_ = nullptr;  // whose thread does
};

}  // namespace livephoto::select
