// The captures of livephotosink mode=trigger: what is kept for them (live.cpp), and what becomes
// of them (live_captures.cpp).
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/result.h"
#include "gst/sink/alarm.h"
#include "gst/sink/live_pair.h"
#include "gst/sink/watermark.h"
#include "gst/support/access_unit.h"
#include "gst/support/ring.h"

namespace livephoto::sink {

struct LiveSettings {
  nanoseconds before{0};
  nanoseconds after{0};
  guint most_at_once = 0;
  std::uint64_t most_bytes = 0;  // of packets that are kept, of picture and sound each
};

// What the element says of a capture. Called from any thread, with no lock held.
struct LiveReports {
  std::function<Result<std::string>(guint)> location;  // of a capture, by its number
  std::function<void(Owned<GstStructure>)> written;
  std::function<void(const std::string&, const Error&)> failed;  // identifier, why
  // All is written after EOS, with its sequence number. A flush waits meanwhile.
  std::function<void(guint32)> ended;
};

enum class LiveKind { Picture, Sound };

// Thread-safe. Takes data and never waits: each pair is written by a thread of its own.
class Live : public std::enable_shared_from_this<Live> {
 public:
  // `owner` lives until stop() has returned.
  Live(GstLivePhotoSink* owner, const LiveSettings& settings, LiveReports reports);
  // After stop().
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  // Begins a capture of what is on screen at a running time: the identifier of the pair to
  // come. InvalidInput, with what to do, where that cannot be. What is on screen is kept from
  // here on, however long its location is thought about.
  Result<std::string> capture(nanoseconds running_time);

  // ---- From the streaming threads.

  // Pictures are encoded inside, and come here before they are: capture() keeps them.
  void expect_raw();
  void raw_caps(GstCaps* caps);
  void raw_picture(GstBuffer* picture, const GstSegment& segment);

  // True where the encoder should begin a new group of pictures.
  bool packet(LiveKind kind, Owned<GstBuffer> packet);
  void caps(LiveKind kind, GstCaps* caps, std::optional<std::string> encoder);
  // False for a segment that tells no time.
  bool segment(LiveKind kind, const GstSegment& segment);
  void tags(LiveKind kind, const GstTagList* tags);
  void begin(LiveKind kind);  // a stream
  void end(LiveKind kind, guint32 sequence_number);
  void flush_start();  // what waits is finished with what came
  void flush_stop(LiveKind kind);

  void set_latency(nanoseconds latency);

  // ---- States.

  // Captures that wait for pictures fail; those that are being written are finished. Nothing
  // streams any more.
  void stop();

 private:
  struct Capture {
    std::string identifier;
    std::optional<std::string> location{};  // once it is known
    SetTags tags{};
    nanoseconds at{0};  // the running time of what was on screen at the call
    Owned<GDateTime> date{};
    KeptPicture kept{};
    nanoseconds kept_at{0};
    bool is_settled = false;  // what is kept is the picture
  };
  struct RawPicture {
    Owned<GstBuffer> buffer;
    Owned<GstCaps> caps;
    nanoseconds time{0};
  };
  struct Stream {
    explicit Stream(std::uint64_t most) : ring(most) {}
    gst::Ring ring;
    GstSegment segment{};
    Owned<GstCaps> caps;
    Owned<GstTagList> global_tags;
    Owned<GstTagList> stream_tags;
    bool has_begun = false;
    bool has_ended = false;
  };
  struct Worker {
    std::thread thread;
    std::shared_ptr<std::atomic<bool>> is_done;
  };
  // What a decoder of sound needs before its first sample, and the muxer looks back for.
  static constexpr nanoseconds kSoundMargin{300'000'000};
  using Failures = std::vector<std::pair<std::string, Error>>;

  Stream& stream_of(LiveKind kind) { return kind == LiveKind::Picture ? picture_ : sound_; }
  nanoseconds end_of(const Capture& capture) const { return capture.at + settings_.after; }
  std::optional<nanoseconds> on_screen_now() const;

  // These want the lock.
  Result<void> check_capture(nanoseconds at) const;
  void settle(Capture& capture);
  void settle_before(nanoseconds time);
  bool is_complete(const Capture& capture) const;
  void finish_complete(Failures& failures);
  void finish_all(Failures& failures);
  void fail_waiting(const std::string& why, Failures& failures);
  void fail_stalled(Failures& failures);
  void watch(nanoseconds wait);
  bool give_up(const std::string& identifier);
  void finish(Capture capture, Failures& failures);
  LiveClip clip_of(Capture& capture);
  std::vector<Owned<GstTagList>> tags_of(const Stream& stream, const Capture& capture) const;
  void forget_old();
  void forget_old_raw();
  void write(LiveClip clip, Failures& failures);
  void join_done();

  // These must not have it.
  void report(const Failures& failures);
  void name(const std::string& identifier, const std::string& location);
  void look_after_waiting();
  void run(LiveClip clip);
  void report_end();

  GstLivePhotoSink* owner_;
  const LiveSettings settings_;
  const LiveReports reports_;

  // While EOS is taken and posted, and while a flush takes it back; before the other. Who hears of
  // it may flush at once, in the same thread.
  std::recursive_mutex ending_;
  mutable std::mutex mutex_;
  nanoseconds latency_{0};
  guint begun_ = 0;
  guint reported_ = 0;  // written or failed, and told
  bool is_stopped_ = false;
  guint at_once_ = 0;  // captures that wait or are being written
  std::deque<Capture> waiting_;
  std::vector<LiveClip> unnamed_;            // complete, but for their locations
  Alarm alarm_;                              // for what waits
  std::optional<nanoseconds> picture_came_;  // the last that goes on, by the clock
  std::vector<Worker> workers_;
  bool expects_raw_ = false;
  std::deque<RawPicture> raw_;
  Owned<GstCaps> raw_caps_;
  gst::AccessUnits access_units_;
  Stream picture_;
  Stream sound_;
  Watermark watermark_;
  std::optional<nanoseconds> source_begin_;  // of the first picture, in stream time
  nanoseconds sound_delay_{0};               // that an encoder has put in front
  bool asked_for_sync_ = false;
  std::optional<guint32> end_;  // EOS waits for the captures
};

}  // namespace livephoto::sink
