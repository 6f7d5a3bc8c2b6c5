// A source that can seek as a demuxer does, with one thread for all of its pads.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "tests/gst/select_rig.h"

namespace livephoto::rig {

// One picture, and as much sound, in 100 ms; numbered, so that the 150th is at 15 s.
inline constexpr GstClockTime kStep = 100 * GST_MSECOND;
inline constexpr int kSoundBytes = 1600;

class SeekSource {
 public:
  enum class Picture { Raw, Packets };
  struct Seek {
    GstPad* pad;
    GstClockTime target;
    GstSeekFlags flags;
    guint32 seqnum;
  };

  // What a test says of it, before it starts.
  bool is_seekable = true;
  bool is_live = false;
  int count = 200;
  int group = 10;                     // packets from one that begins decoding to the next
  std::function<void()> on_question;  // whether it can seek
  std::function<void(int)> on_push;   // of which picture or sound
  // Where it lands; nothing: it refuses. The default is the sync frame before.
  std::function<std::optional<int>(int target)> land = [this](int target) {
    return target / group * group;
  };

  SeekSource(bool has_video, bool has_audio, Picture picture = Picture::Raw) : picture_(picture) {
    if (has_video) video_ = new_pad();
    if (has_audio) audio_ = new_pad();
  }
  ~SeekSource() {
    stop();
    for (GstPad* pad : pads()) {
      gst_pad_set_active(pad, FALSE);
      gst_object_unref(pad);
    }
  }
  SeekSource(const SeekSource&) = delete;
  SeekSource& operator=(const SeekSource&) = delete;

  GstPad* video() { return video_; }
  GstPad* audio() { return audio_; }

  void start() {
    const std::unique_lock lock(seeking_);
    state_ = State::Started;
    thread_ = std::thread([this, first = std::exchange(first_, 0)] {
      for (GstPad* pad : pads()) {
        gst_pad_push_event(pad, gst_event_new_stream_start("a-source"));
        gst_pad_push_event(pad, gst_event_new_caps(caps_of(pad).get()));
      }
      run(first, GST_SEQNUM_INVALID);
    });
  }
  // Once what is behind it is in READY, or it is at its end.
  void stop() {
    const std::unique_lock lock(seeking_);
    state_ = State::Stopped;
    if (thread_.joinable()) thread_.join();
  }

  std::vector<Seek> seeks() {
    const std::unique_lock lock(mutex_);
    return seeks_;
  }
  // How many buffers it has begun to push.
  unsigned pushed() const { return pushed_; }
  // The targets of the seeks, each counted once.
  std::vector<GstClockTime> targets() {
    std::vector<GstClockTime> targets;
    guint32 last = GST_SEQNUM_INVALID;
    for (const Seek& seek : seeks()) {
      if (seek.seqnum != last) targets.push_back(seek.target);
      last = seek.seqnum;
    }
    return targets;
  }

 private:
  GstPad* new_pad() {
    auto* pad = GST_PAD(gst_object_ref_sink(gst_pad_new("src", GST_PAD_SRC)));
    gst_pad_set_element_private(pad, this);
    gst_pad_set_event_function(pad, event);
    gst_pad_set_query_function(pad, query);
    gst_pad_set_active(pad, TRUE);
    return pad;
  }
  std::vector<GstPad*> pads() const {
    std::vector<GstPad*> pads;
    for (GstPad* pad : {video_, audio_})
      if (pad) pads.push_back(pad);
    return pads;
  }
  Owned<GstCaps> caps_of(GstPad* pad) const {
    const char* caps =
        pad == audio_ ? "audio/x-raw,format=S16LE,layout=interleaved,rate=8000,channels=1"
        : picture_ == Picture::Raw
            ? "video/x-raw,format=I420,width=16,height=16,framerate=10/1"
            : "video/x-h264,stream-format=avc,alignment=au,width=64,height=48,framerate=10/1,"
              "codec_data=(buffer)0164000affe100046764000a01000268ee";
    return adopt(gst_caps_from_string(caps));
  }

  GstBuffer* buffer_of(GstPad* pad, int number) const {
    GstBuffer* buffer = nullptr;
    const auto byte = static_cast<guint8>(number);
    const bool is_sync = number % group == 0;
    if (pad == video_ && picture_ == Picture::Packets) {
      const guint8 bytes[] = {0, 0, 0, 2, static_cast<guint8>(is_sync ? 0x65 : 0x41), byte};
      buffer = gst_buffer_new_memdup(bytes, sizeof bytes);
      if (!is_sync) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
    } else {
      const gsize size = pad == video_ ? 16 * 16 * 3 / 2 : kSoundBytes;
      buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
      gst_buffer_memset(buffer, 0, byte, size);
    }
    GST_BUFFER_PTS(buffer) = kStep * static_cast<GstClockTime>(number);
    GST_BUFFER_DURATION(buffer) = kStep;
    return buffer;
  }

  void run(int first, guint32 seqnum) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.time = kStep * static_cast<GstClockTime>(first);
    std::vector<GstPad*> going = pads();
    for (GstPad* pad : going) {
      GstEvent* event = gst_event_new_segment(&segment);
      if (seqnum != GST_SEQNUM_INVALID) gst_event_set_seqnum(event, seqnum);
      gst_pad_push_event(pad, event);
    }
    for (int i = first; i < count && !going.empty(); ++i) {
      for (GstPad* pad : pads()) {
        if (std::ranges::find(going, pad) == going.end()) continue;
        ++pushed_;
        if (on_push) on_push(i);
        const auto flow = gst_pad_push(pad, buffer_of(pad, i));
        if (flow == GST_FLOW_EOS) std::erase(going, pad);
        if (flow != GST_FLOW_EOS && flow != GST_FLOW_OK) return;
      }
    }
    for (GstPad* pad : pads()) gst_pad_push_event(pad, gst_event_new_eos());
  }

  bool seek(GstPad* pad, GstEvent* event) {
    GstSeekFlags flags = GST_SEEK_FLAG_NONE;
    gint64 target = 0;
    gst_event_parse_seek(event, nullptr, nullptr, &flags, nullptr, &target, nullptr, nullptr);
    const guint32 seqnum = gst_event_get_seqnum(event);
    const std::unique_lock seeking(seeking_);
    if (state_ == State::Stopped) return false;
    bool is_known = false;
    {
      const std::unique_lock lock(mutex_);
      is_known = !seeks_.empty() && seeks_.back().seqnum == seqnum;
      seeks_.push_back({pad, static_cast<GstClockTime>(target), flags, seqnum});
    }
    if (is_known && done_) return true;  // by another pad
    const auto position = land(static_cast<int>(static_cast<GstClockTime>(target) / kStep));
    done_ = position.has_value();
    if (!done_) return false;
    if (state_ == State::New) {  // it will begin there
      first_ = *position;
      return true;
    }
    for (GstPad* each : pads()) push_flush(each, gst_event_new_flush_start(), seqnum);
    if (thread_.joinable()) thread_.join();
    for (GstPad* each : pads()) push_flush(each, gst_event_new_flush_stop(TRUE), seqnum);
    thread_ = std::thread([this, first = *position, seqnum] { run(first, seqnum); });
    return true;
  }
  static void push_flush(GstPad* pad, GstEvent* event, guint32 seqnum) {
    gst_event_set_seqnum(event, seqnum);
    gst_pad_push_event(pad, event);
  }

  static SeekSource& of(GstPad* pad) {
    return *static_cast<SeekSource*>(gst_pad_get_element_private(pad));
  }
  static gboolean event(GstPad* pad, GstObject*, GstEvent* event) {
    const bool done = GST_EVENT_TYPE(event) == GST_EVENT_SEEK && of(pad).seek(pad, event);
    gst_event_unref(event);
    return done;
  }
  static gboolean query(GstPad* pad, GstObject*, GstQuery* query) {
    const SeekSource& self = of(pad);
    switch (GST_QUERY_TYPE(query)) {
      case GST_QUERY_SEEKING:
        if (self.on_question) self.on_question();
        gst_query_set_seeking(query, GST_FORMAT_TIME, self.is_seekable, 0, -1);
        return TRUE;
      case GST_QUERY_LATENCY:
        gst_query_set_latency(query, self.is_live, 0, GST_CLOCK_TIME_NONE);
        return TRUE;
      default:
        return FALSE;
    }
  }

  Picture picture_;
  GstPad* video_ = nullptr;
  GstPad* audio_ = nullptr;
  std::mutex seeking_;  // held while a seek is done
  enum class State { New, Started, Stopped } state_ = State::New;
  int first_ = 0;
  std::thread thread_;
  bool done_ = false;  // the last seek
  std::atomic<unsigned> pushed_ = 0;
  std::mutex mutex_;
  std::vector<Seek> seeks_;
};

}  // namespace livephoto::rig
