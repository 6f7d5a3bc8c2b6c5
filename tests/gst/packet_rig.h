// Encoded streams for livephotoselect, and the clip that a test makes of them.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/gst/select_rig.h"

namespace livephoto::rig {

using Numbers = std::vector<int>;

inline constexpr const char* kVideo =
    "video/x-h264,stream-format=avc,alignment=au,width=64,height=48,framerate=25/1,"
    "codec_data=(buffer)0164000affe100046764000a01000268ee";

// A picture lasts 40 ms. They stand in the order in which they are decoded: it can
// begin at an I, and a b is shown before what was decoded just before it.
inline constexpr const char* kStream =
    "I0 P2 b1 P4 b3 P6 b5 P8 b7 P10 b9 P11 I12 P14 b13 P16 b15 P17";
// The pictures 5, 6 (the still) and 7; T0 is 200 ms, T1 320 ms.
inline constexpr const char* kWindow =
    "start-time=210000000 duration=110000000 still-time=250000000";
inline const Numbers kClip = {0, 2, 1, 4, 3, 6, 5, 8, 7};
inline const Numbers kStill = {0, 2, 1, 4, 3, 6};
inline constexpr GstClockTime kFrame = 40 * GST_MSECOND;
inline constexpr GstClockTime kFirstShown = 5 * kFrame;
inline constexpr GstClockTime kClipEnd = 8 * kFrame;

// A source pad that a test pushes by.
class Feed {
 public:
  Feed() : pad_(GST_PAD(gst_object_ref_sink(gst_pad_new("src", GST_PAD_SRC)))) {
    gst_pad_set_active(pad_, TRUE);
  }
  ~Feed() {
    gst_pad_set_active(pad_, FALSE);
    gst_object_unref(pad_);
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  GstPad* pad() { return pad_; }
  bool send(GstEvent* event) { return gst_pad_push_event(pad_, event); }
  bool send_caps(const char* caps) {
    return send(gst_event_new_caps(adopt(gst_caps_from_string(caps)).get()));
  }
  // What begins at `start` is stream time 0.
  void send_segment(GstClockTime start = 0) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = start;
    send(gst_event_new_segment(&segment));
  }
  void start(const char* caps, GstClockTime segment_start = 0) {
    send(gst_event_new_stream_start("a-source"));
    send_caps(caps);
    send_segment(segment_start);
  }
  GstFlowReturn push(GstBuffer* buffer) { return gst_pad_push(pad_, buffer); }
  void eos() { send(gst_event_new_eos()); }

  // Packets as kStream has them, with a NAL unit of two bytes each. The answer to the last.
  GstFlowReturn push_video(const std::string& stream, GstClockTime dts_delay = 2 * kFrame) {
    std::istringstream words(stream);
    GstFlowReturn flow = GST_FLOW_OK;
    for (std::string word; flow == GST_FLOW_OK && words >> word;) {
      const int number = std::atoi(&word[1]);
      const bool is_sync = word[0] == 'I';
      const guint8 bytes[] =
          {0, 0, 0, 2, static_cast<guint8>(is_sync ? 0x65 : 0x41), static_cast<guint8>(number)};
      GstBuffer* packet = gst_buffer_new_memdup(bytes, sizeof bytes);
      if (!is_sync) GST_BUFFER_FLAG_SET(packet, GST_BUFFER_FLAG_DELTA_UNIT);
      GST_BUFFER_PTS(packet) = kFrame * static_cast<GstClockTime>(number);
      GST_BUFFER_DURATION(packet) = kFrame;
      if (GST_BUFFER_PTS(packet) >= dts_delay)
        GST_BUFFER_DTS(packet) = GST_BUFFER_PTS(packet) - dts_delay;
      memories[number] = gst_buffer_peek_memory(packet, 0);
      flow = push(packet);
    }
    return flow;
  }
  GstFlowReturn push_sound(int number, GstClockTime time) {
    const auto byte = static_cast<guint8>(number);
    GstBuffer* packet = gst_buffer_new_memdup(&byte, 1);
    GST_BUFFER_PTS(packet) = time;
    memories[number] = gst_buffer_peek_memory(packet, 0);
    return push(packet);
  }
  // Packets of so many samples each, rounded to `tick` as a container does it.
  void push_sounds(int count, guint64 samples, guint64 rate, GstClockTime tick = 1) {
    for (int i = 0; i < count; ++i) {
      const auto time =
          gst_util_uint64_scale_round(static_cast<guint64>(i) * samples, GST_SECOND, rate);
      push_sound(i, (time + tick / 2) / tick * tick);
    }
  }

  std::map<int, GstMemory*> memories;  // of what was pushed, by its number

 private:
  GstPad* pad_;
};

struct Scene {
  Feed video, audio;
  Rig rig;

  explicit Scene(const std::string& properties = kWindow, bool has_sound = false)
      : rig(properties, video.pad(), has_sound ? audio.pad() : nullptr) {
    rig.go_to(GST_STATE_PAUSED);
  }
  void make_clip(const char* stream = kStream) {
    video.start(kVideo);
    video.push_video(stream);
    video.eos();
    expect_clip();
  }
  void expect_clip() {
    assert_text(rig.errors(), "");
    rig.expect_eos();
  }
};

inline void assert_numbers(Branch& branch, const Numbers& expected) {
  std::string text;
  const auto found = branch.numbers();
  for (const int number : found) text += " " + std::to_string(number);
  fail_unless(found == expected, "other packets:%s", text.c_str());
}

// From the branch's origin, which is where it is to be running time 0.
inline gint64 from_origin(Branch& branch, GstClockTime time) {
  const GstSegment& segment = branch.segment();
  return GST_CLOCK_DIFF(segment.start - segment.base, time);
}

inline gint64 origin_of_source(int number) {
  return GST_CLOCK_DIFF(kFirstShown, kFrame * static_cast<GstClockTime>(number));
}

inline void assert_near(gint64 found, gint64 expected, gint64 tolerance) {
  fail_unless(
      std::abs(found - expected) <= tolerance,
      "%" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT,
      found,
      expected);
}

}  // namespace livephoto::rig
