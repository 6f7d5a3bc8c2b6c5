// livephotosink mode=trigger between pads of a test's own, under a clock that the test turns.
#pragma once

#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gst/support/ptr.h"
#include "tests/core/still/stored_picture.h"
#include "tests/gst/pair_files.h"
#include "tests/gst/patience.h"
// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>

namespace livephoto::live {

using gst::adopt;
using gst::Owned;
using gst::retain;

constexpr int kRate = 25;
constexpr GstClockTime kFrame = GST_SECOND / kRate;
constexpr int kWidth = 160;
constexpr int kHeight = 96;

// ---- Pictures with a number in them -----------------------------------------------

// Ten bits, one beside the other.
constexpr int kBits = 10;

inline Owned<GstBuffer> picture_of(int number, int width = kWidth, int height = kHeight) {
  const auto luma = static_cast<gsize>(width * height);
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, luma * 3 / 2, nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  std::fill(map.data + luma, map.data + map.size, 128);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      map.data[y * width + x] = (number >> (x * kBits / width) & 1) != 0 ? 200 : 50;
  gst_buffer_unmap(buffer, &map);
  GST_BUFFER_PTS(buffer) = kFrame * static_cast<GstClockTime>(number);
  GST_BUFFER_DURATION(buffer) = kFrame;
  return adopt(buffer);
}

template <class Samples>
int number_in(const Samples& luma, int width, int height, std::size_t stride) {
  int number = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    const int x = (2 * bit + 1) * width / (2 * kBits);
    const auto at = static_cast<std::size_t>(height / 2) * stride + static_cast<std::size_t>(x);
    if (luma[at] > 125) number |= 1 << bit;
  }
  return number;
}

// -1 where it cannot be decoded.
inline int number_in_still(
    const std::filesystem::path& path, int width = kWidth, int height = kHeight) {
  const auto text = sample::content_of(path);
  const Bytes bytes(text.begin(), text.end());
  const auto stored = sample::stored_picture(
      bytes,
      0,
      static_cast<std::uint32_t>(width),
      static_cast<std::uint32_t>(height));
  const auto& luma = stored.planes[0];
  if (luma.values.empty()) return -1;
  return number_in(luma.values, width, height, luma.width);
}

// Plays to the end; `hand` is given what comes to a sink "s" that has signal-handoffs.
inline void play(const std::string& description, GCallback hand, gpointer data) {
  const auto line = adopt(gst_parse_launch(description.c_str(), nullptr));
  const auto sink = adopt(gst_bin_get_by_name(GST_BIN(line.get()), "s"));
  g_signal_connect(sink.get(), "handoff", hand, data);
  gst_element_set_state(line.get(), GST_STATE_PLAYING);
  GstBus* bus = gst_element_get_bus(line.get());
  GstMessage* end = gst_bus_timed_pop_filtered(
      bus,
      60 * GST_SECOND,
      static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  fail_unless(end && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS, "%s", description.c_str());
  gst_message_unref(end);
  gst_object_unref(bus);
  gst_element_set_state(line.get(), GST_STATE_NULL);
}

// Those of the frames shown, in order.
inline std::vector<int> numbers_in_movie(const std::filesystem::path& path) {
  struct Found {
    std::vector<int> numbers;
  } found;
  play(
      "filesrc location=" + path.string() +
          " ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! "
          "fakesink name=s signal-handoffs=true sync=false",
      G_CALLBACK(+[](GstElement*, GstBuffer* buffer, GstPad* pad, gpointer data) {
        const auto caps = adopt(gst_pad_get_current_caps(pad));
        int width = 0;
        int height = 0;
        const GstStructure* fields = gst_caps_get_structure(caps.get(), 0);
        gst_structure_get_int(fields, "width", &width);
        gst_structure_get_int(fields, "height", &height);
        const gst::ReadMap map(buffer);
        static_cast<Found*>(data)->numbers.push_back(number_in(
            map.bytes(),
            width,
            height,
            map.bytes().size() / static_cast<std::size_t>(height)));
      }),
      &found);
  return found.numbers;
}

inline std::vector<int> from_to(int first, int last) {
  std::vector<int> numbers;
  for (int i = first; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

inline void assert_numbers(const std::vector<int>& found, const std::vector<int>& expected) {
  std::string text;
  for (const int number : found) text += " " + std::to_string(number);
  fail_unless(found == expected, "other frames:%s", text.c_str());
}

// ---- The element and its surroundings ----------------------------------------------

// A source pad that a test pushes by.
class Feed {
 public:
  Feed() : pad_(GST_PAD(gst_object_ref_sink(gst_pad_new("src", GST_PAD_SRC)))) {}
  ~Feed() {
    gst_pad_set_active(pad_, FALSE);
    gst_object_unref(pad_);
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  GstPad* pad() const { return pad_; }
  void start(GstCaps* caps) {
    gst_pad_set_active(pad_, TRUE);
    send(gst_event_new_stream_start("a-source"));
    send(gst_event_new_caps(caps));
    send_segment();
  }
  void start(const char* caps) { start(adopt(gst_caps_from_string(caps)).get()); }
  void send_segment() {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    send(gst_event_new_segment(&segment));
  }
  void send(GstEvent* event) { gst_pad_push_event(pad_, event); }
  GstFlowReturn push(Owned<GstBuffer> buffer) { return gst_pad_push(pad_, buffer.release()); }

 private:
  GstPad* pad_;
};

inline std::string raw_caps(int width = kWidth, int height = kHeight) {
  return "video/x-raw,format=I420,colorimetry=bt709,interlace-mode=progressive,width=" +
         std::to_string(width) + ",height=" + std::to_string(height) + ",framerate=25/1";
}

// Pictures as packets, in the order in which they are decoded.
struct Encoded {
  Owned<GstCaps> caps;
  std::vector<Owned<GstBuffer>> packets;
};

inline Encoded encoded(int count, const std::string& encoder, int width = kWidth) {
  GstHarness* harness = gst_harness_new_parse(
      (encoder + " ! h264parse ! capsfilter caps=video/x-h264,stream-format=avc,alignment=au")
          .c_str());
  gst_harness_set_src_caps_str(harness, raw_caps(width).c_str());
  for (int i = 0; i < count; ++i) gst_harness_push(harness, picture_of(i, width).release());
  gst_harness_push_event(harness, gst_event_new_eos());
  // x264enc begins at 1000 h; here the segment begins at 0.
  Encoded out;
  GstSegment segment;
  while (GstEvent* event = gst_harness_try_pull_event(harness)) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) gst_event_copy_segment(event, &segment);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(event, &caps);
      out.caps = retain(caps);
    }
    gst_event_unref(event);
  }
  while (GstBuffer* raw = gst_harness_try_pull(harness)) {
    auto packet = adopt(gst_buffer_copy(raw));
    gst_buffer_unref(raw);
    GST_BUFFER_PTS(packet.get()) -= segment.start;
    GST_BUFFER_DTS(packet.get()) = GST_CLOCK_TIME_NONE;
    out.packets.push_back(std::move(packet));
  }
  gst_harness_teardown(harness);
  return out;
}

struct Ended {
  std::string identifier;
  std::string movie;
  std::string still;
  std::string failure;  // "" where the pair was written
  guint64 still_time = 0;
};

// An element `l` and what is behind it.
struct Line {
  std::string description;
  const gchar* video_pad;
};

class Rig {
 public:
  explicit Rig(const std::string& properties = "")
      : Rig(Line{
            "livephotosink name=l mode=trigger video-encoder=\"x264enc speed-preset=ultrafast "
            "threads=1\" " +
                properties,
            "video"}) {}
  explicit Rig(const Line& line)
      : pipeline_(adopt(gst_parse_launch(line.description.c_str(), nullptr))),
        bus_(gst_element_get_bus(pipeline_.get())),
        clock_(gst_test_clock_new_with_start_time(0)) {
    // gst_parse_launch() makes a pipeline of several elements only.
    if (!GST_IS_PIPELINE(pipeline_.get())) wrap();
    sink_ = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "l"));
    gst_pipeline_use_clock(GST_PIPELINE(pipeline_.get()), clock_);
    gst_element_set_start_time(pipeline_.get(), GST_CLOCK_TIME_NONE);
    gst_element_set_base_time(pipeline_.get(), 0);
    link(video, line.video_pad);
  }
  ~Rig() {
    go_to(GST_STATE_NULL);
    gst_object_unref(bus_);
    gst_object_unref(clock_);
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  sample::Folder folder;
  Feed video;
  Feed audio;

  GstElement* sink() const { return sink_.get(); }
  GstElement* pipeline() const { return pipeline_.get(); }

  void name_files(const std::string& name = "a%d") {
    g_object_set(sink_.get(), "location", (folder / name).c_str(), nullptr);
  }
  void link(Feed& feed, const gchar* pad) {
    const auto to = adopt(gst_element_get_static_pad(sink_.get(), pad));
    fail_unless(GST_PAD_LINK_SUCCESSFUL(gst_pad_link(feed.pad(), to.get())));
  }
  GstStateChangeReturn go_to(GstState state) {
    const auto change = gst_element_set_state(pipeline_.get(), state);
    if (state <= GST_STATE_READY) {
      gst_pad_set_active(video.pad(), FALSE);
      gst_pad_set_active(audio.pad(), FALSE);
    }
    return change;
  }
  void expect_state(GstState state) {
    GstState now = GST_STATE_NULL;
    gst_element_get_state(pipeline_.get(), &now, nullptr, 20 * GST_SECOND);
    assert_equals_int(now, state);
  }
  // To PLAYING, with the first picture, which brings it there.
  void play_raw() {
    const bool has_location =
        g_object_class_find_property(G_OBJECT_GET_CLASS(sink_.get()), "location") != nullptr;
    if (has_location && GST_STATE(pipeline_.get()) == GST_STATE_NULL) name_files();
    go_to(GST_STATE_PLAYING);
    video.start(raw_caps().c_str());
    push(0, 0);
    expect_state(GST_STATE_PLAYING);
  }

  // Pictures first to last, each when the clock shows its time.
  void push(int first, int last, int width = kWidth) {
    for (int i = first; i <= last; ++i) {
      turn_to(kFrame * static_cast<GstClockTime>(i));
      fail_unless_equals_int(video.push(picture_of(i, width)), GST_FLOW_OK);
    }
  }
  void push(const Encoded& stream, std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end && i < stream.packets.size(); ++i) {
      turn_to(GST_BUFFER_PTS(stream.packets[i].get()));
      fail_unless_equals_int(
          video.push(adopt(gst_buffer_copy(stream.packets[i].get()))),
          GST_FLOW_OK);
    }
  }
  void turn_to(GstClockTime time) {
    if (time > gst_clock_get_time(GST_CLOCK(clock_)))
      gst_test_clock_set_time(GST_TEST_CLOCK(clock_), time);
  }

  // As turn_to(), and lets those have it who wait for the clock.
  void wake_at(GstClockTime time) {
    turn_to(time);
    while (GstClockID id = gst_test_clock_process_next_clock_id(GST_TEST_CLOCK(clock_)))
      gst_clock_id_unref(id);
  }

  // "" for NULL.
  std::string capture() {
    gchar* raw = nullptr;
    g_signal_emit_by_name(sink_.get(), "capture", &raw);
    const auto identifier = adopt(raw);
    return identifier ? identifier.get() : "";
  }

  // The next capture that ends, whichever it is; an error, EOS or nothing fails.
  Ended next() {
    while (auto message = pop()) {
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ELEMENT) {
        if (auto ended = ended_by(GST_MESSAGE_CAST(message.get())); !ended.identifier.empty())
          return ended;
        continue;
      }
      fail_unless(
          GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_EOS,
          "EOS in place of a capture's end");
      fail_unless(false, "%s", text_of(GST_MESSAGE_CAST(message.get())).c_str());
    }
    fail_unless(false, "nothing comes");
    return {};
  }
  Ended written() {
    auto ended = next();
    fail_unless(ended.failure.empty(), "%s", ended.failure.c_str());
    return ended;
  }
  std::map<std::string, Ended> written(std::size_t count) {
    std::map<std::string, Ended> all;
    while (all.size() < count) {
      auto one = written();
      all.emplace(one.identifier, one);
    }
    return all;
  }
  void expect_eos() {
    auto message = pop();
    while (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ELEMENT) message = pop();
    fail_unless(message != nullptr, "no EOS");
    fail_unless_equals_int(GST_MESSAGE_TYPE(message.get()), GST_MESSAGE_EOS);
  }
  // The error that ends it.
  std::string error() {
    auto message = pop();
    while (message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ELEMENT) message = pop();
    fail_unless(message && GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR, "no error");
    return text_of(GST_MESSAGE_CAST(message.get()));
  }
  std::vector<std::string> warnings;

 private:
  void wrap() {
    GstElement* alone = pipeline_.release();
    pipeline_ = adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
    gst_bin_add(GST_BIN(pipeline_.get()), alone);
    bus_ = gst_element_get_bus(pipeline_.get());
  }

  Owned<GstMiniObject> pop() {
    const auto timeout = static_cast<GstClockTime>(sample::patience().count()) * GST_SECOND;
    constexpr auto kTypes = static_cast<GstMessageType>(
        GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING);
    while (GstMessage* raw = gst_bus_timed_pop_filtered(bus_, timeout, kTypes)) {
      auto message = adopt(GST_MINI_OBJECT_CAST(raw));
      if (GST_MESSAGE_TYPE(raw) != GST_MESSAGE_WARNING) return message;
      warnings.push_back(text_of(raw));
    }
    return nullptr;
  }

  static std::string text_of(GstMessage* message) {
    GError* raw = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
      gst_message_parse_warning(message, &raw, nullptr);
    else
      gst_message_parse_error(message, &raw, nullptr);
    return adopt(raw)->message;
  }

  static Ended ended_by(GstMessage* message) {
    const GstStructure* said = gst_message_get_structure(message);
    Ended ended;
    const auto text = [said](const gchar* field) {
      const gchar* value = gst_structure_get_string(said, field);
      return std::string(value ? value : "");
    };
    if (gst_structure_has_name(said, "live-photo-failed")) ended.failure = text("reason");
    if (ended.failure.empty() && !gst_structure_has_name(said, "live-photo-written")) return {};
    ended.identifier = text("content-identifier");
    ended.movie = text("movie-location");
    ended.still = text("still-location");
    gst_structure_get_uint64(said, "still-time", &ended.still_time);
    return ended;
  }

  Owned<GstElement> pipeline_;
  GstBus* bus_;
  GstClock* clock_;
  Owned<GstElement> sink_;
};

}  // namespace livephoto::live
