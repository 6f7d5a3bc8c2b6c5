// Captures of a stream that comes in real time: what each of them shows, what was lost, and the
// memory. Prints JSON Lines: one for each capture, and a summary.
//
//   trigger_bench raw|packets WIDTH HEIGHT SECONDS EVERY FOLDER [ENCODER]
//
// `packets` are encoded beforehand, ten seconds that are repeated: where the machine cannot
// encode in real time. Each picture has its number in it, in bars.
#include <gst/gst.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gst/support/ptr.h"
#include "tests/core/still/stored_picture.h"

namespace {

using livephoto::gst::adopt;
using livephoto::gst::Owned;
using livephoto::gst::retain;

constexpr int kRate = 30;
constexpr int kBits = 15;
constexpr int kRepeated = 10 * kRate;  // pictures that are encoded beforehand
constexpr GstClockTime kFrame = GST_SECOND / kRate;

struct Wish {
  bool is_raw = true;
  int width = 1920;
  int height = 1080;
  double seconds = 600;
  double every = 10;
  std::string folder;
  std::string encoder = "x264enc speed-preset=ultrafast pass=qual quantizer=24 vbv-buf-capacity=0";
};

GstClockTime time_of(int frame) {
  return gst_util_uint64_scale(static_cast<guint64>(frame), GST_SECOND, kRate);
}

int frame_at(GstClockTime time) {
  // Half a millisecond of tolerance, as the element has.
  return static_cast<int>(gst_util_uint64_scale(time + 500 * GST_USECOND, kRate, GST_SECOND));
}

// ---- Pictures ------------------------------------------------------------------

std::string raw_caps(const Wish& wish) {
  return "video/x-raw,format=I420,colorimetry=bt709,interlace-mode=progressive,framerate=30/"
         "1,width=" +
         std::to_string(wish.width) + ",height=" + std::to_string(wish.height);
}

// The upper eighth has the number, the rest a pattern that moves.
Owned<GstBuffer> picture_of(const Wish& wish, int number) {
  const auto luma = static_cast<gsize>(wish.width * wish.height);
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, luma * 3 / 2, nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  std::fill(map.data + luma, map.data + map.size, 120);
  for (int y = 0; y < wish.height; ++y) {
    guint8* row = map.data + static_cast<gsize>(y) * static_cast<gsize>(wish.width);
    for (int x = 0; x < wish.width; ++x) {
      row[x] = y < wish.height / 8
                   ? static_cast<guint8>((number >> (x * kBits / wish.width) & 1) != 0 ? 200 : 50)
                   : static_cast<guint8>(60 + (((x + 3 * number) ^ y) >> 3 & 63));
    }
  }
  gst_buffer_unmap(buffer, &map);
  return adopt(buffer);
}

int number_in(const std::string& path, const Wish& wish) {
  std::ifstream in(path, std::ios::binary);
  const livephoto::Bytes bytes{
      std::istreambuf_iterator<char>(in),
      std::istreambuf_iterator<char>()};
  const auto stored = livephoto::sample::stored_picture(
      bytes,
      0,
      static_cast<std::uint32_t>(wish.width),
      static_cast<std::uint32_t>(wish.height));
  const auto& luma = stored.planes[0];
  if (luma.values.empty()) return -1;
  int number = 0;
  for (int bit = 0; bit < kBits; ++bit) {
    const auto x = static_cast<std::size_t>((2 * bit + 1) * wish.width / (2 * kBits));
    if (luma.at(x, static_cast<std::size_t>(wish.height / 16)) > 125) number |= 1 << bit;
  }
  return number;
}

// ---- Streams -------------------------------------------------------------------

struct Packets {
  Owned<GstCaps> caps;
  std::vector<Owned<GstBuffer>> buffers;
};

struct Keeper {
  Packets kept;
  static GstPadProbeReturn keep(GstPad* pad, GstPadProbeInfo* info, gpointer self) {
    auto& kept = static_cast<Keeper*>(self)->kept;
    kept.caps = adopt(gst_pad_get_current_caps(pad));
    kept.buffers.push_back(retain(GST_PAD_PROBE_INFO_BUFFER(info)));
    return GST_PAD_PROBE_OK;
  }
};

struct Pushed {
  GstPad* pad = gst_pad_new("src", GST_PAD_SRC);
  void start(GstCaps* caps) const {
    gst_pad_set_active(pad, TRUE);
    gst_pad_push_event(pad, gst_event_new_stream_start("bench"));
    gst_pad_push_event(pad, gst_event_new_caps(caps));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad, gst_event_new_segment(&segment));
  }
};

Owned<GstBuffer> stamped(GstBuffer* shared, int frame) {
  auto buffer = adopt(gst_buffer_copy(shared));
  GST_BUFFER_PTS(buffer.get()) = time_of(frame);
  GST_BUFFER_DTS(buffer.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(buffer.get()) = kFrame;
  return buffer;
}

// A group of pictures each second.
Packets encoded(const Wish& wish) {
  const auto line = adopt(gst_parse_launch(
      "identity name=in ! x264enc speed-preset=ultrafast pass=qual quantizer=24 vbv-buf-capacity=0 "
      "key-int-max=30 bframes=0 ! h264parse ! video/x-h264,stream-format=avc,alignment=au ! "
      "fakesink name=out async=false",
      nullptr));
  const auto in = adopt(gst_bin_get_by_name(GST_BIN(line.get()), "in"));
  const auto out = adopt(gst_bin_get_by_name(GST_BIN(line.get()), "out"));
  Keeper keeper;
  gst_pad_add_probe(
      adopt(gst_element_get_static_pad(out.get(), "sink")).get(),
      GST_PAD_PROBE_TYPE_BUFFER,
      Keeper::keep,
      &keeper,
      nullptr);
  gst_element_set_state(line.get(), GST_STATE_PLAYING);
  Pushed source;
  gst_pad_link(source.pad, adopt(gst_element_get_static_pad(in.get(), "sink")).get());
  source.start(adopt(gst_caps_from_string(raw_caps(wish).c_str())).get());
  for (int i = 0; i < kRepeated; ++i)
    gst_pad_push(source.pad, stamped(picture_of(wish, i).get(), i).release());
  gst_pad_push_event(source.pad, gst_event_new_eos());
  gst_pad_set_active(source.pad, FALSE);
  gst_element_set_state(line.get(), GST_STATE_NULL);
  gst_object_unref(source.pad);
  return std::move(keeper.kept);
}

// ---- The run -------------------------------------------------------------------

struct Call {
  int first = 0;  // the picture on screen just before the call, and just after it
  int last = 0;
};

long resident_kib() {
  std::ifstream in("/proc/self/statm");
  long size = 0;
  long resident = 0;
  in >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

class Bench {
 public:
  explicit Bench(Wish wish) : wish_(std::move(wish)) {
    // A camera's queue: what does not fit is lost.
    const std::string line =
        "queue name=in leaky=upstream max-size-buffers=30 max-size-bytes=0 max-size-time=0 ! "
        "l.video livephotosink name=l mode=trigger max-captures=8 location=" +
        wish_.folder + "/t%04d video-encoder=\"" + wish_.encoder + "\"";
    pipeline_ = adopt(gst_parse_launch(line.c_str(), nullptr));
    sink_ = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "l"));
    const auto in = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "in"));
    gst_pad_link(source_.pad, adopt(gst_element_get_static_pad(in.get(), "sink")).get());
    gst_pad_add_probe(
        adopt(gst_element_get_static_pad(sink_.get(), "video")).get(),
        GST_PAD_PROBE_TYPE_BUFFER,
        +[](GstPad*, GstPadProbeInfo*, gpointer self) {
          ++static_cast<Bench*>(self)->arrived_;
          return GST_PAD_PROBE_OK;
        },
        this,
        nullptr);
  }

  int run() {
    if (!wish_.is_raw) packets_ = encoded(wish_);
    for (int i = 0; wish_.is_raw && i < 2 * kRate; ++i) patterns_.push_back(picture_of(wish_, i));
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    std::thread feeding([this] { feed(); });
    listen();
    feeding.join();
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    gst_object_unref(source_.pad);
    std::printf(
        "{\"event\": \"summary\", \"frames\": %d, \"dropped\": %d, \"calls\": %d, \"refused\": %d, "
        "\"written\": %d, \"failed\": %d, \"latest_ms\": %.1f, \"resident_kib\": [",
        pushed_,
        pushed_ - arrived_.load(),
        calls_made_,
        refused_,
        written_,
        failed_,
        static_cast<double>(latest_) / 1e6);
    for (std::size_t i = 0; i < resident_.size(); ++i)
      std::printf("%s%ld", i == 0 ? "" : ", ", resident_[i]);
    std::printf("]}\n");
    return 0;
  }

 private:
  GstClockTime now() const {
    GstClock* clock = gst_element_get_clock(pipeline_.get());
    if (!clock) return 0;
    const auto time = gst_clock_get_time(clock) - gst_element_get_base_time(pipeline_.get());
    gst_object_unref(clock);
    return time;
  }

  void feed() {
    source_.start(
        wish_.is_raw ? adopt(gst_caps_from_string(raw_caps(wish_).c_str())).get()
                     : packets_.caps.get());
    const int count = static_cast<int>(wish_.seconds * kRate);
    double next_call = wish_.every / 2;
    for (int frame = 0; frame < count; ++frame) {
      while (frame > 0 && now() < time_of(frame))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (frame > 0 && now() > time_of(frame)) latest_ = std::max(latest_, now() - time_of(frame));
      gst_pad_push(source_.pad, next(frame).release());
      ++pushed_;
      // The first brings the pipeline to PLAYING, and until it is there its clock tells nothing.
      if (frame == 0) gst_element_get_state(pipeline_.get(), nullptr, nullptr, GST_CLOCK_TIME_NONE);
      if (static_cast<double>(time_of(frame)) / GST_SECOND >= next_call) {
        next_call += wish_.every;
        // Somewhere inside a frame, as a finger would.
        std::this_thread::sleep_for(std::chrono::milliseconds(calls_made_ * 7 % 25));
        call();
      }
    }
    gst_pad_push_event(source_.pad, gst_event_new_eos());
  }

  Owned<GstBuffer> next(int frame) {
    if (!wish_.is_raw)
      return stamped(packets_.buffers[static_cast<std::size_t>(frame % kRepeated)].get(), frame);
    if (frame < 2 * kRate) return stamped(patterns_[static_cast<std::size_t>(frame)].get(), frame);
    return stamped(picture_of(wish_, frame).get(), frame);
  }

  void call() {
    const int first = frame_at(now());
    gchar* raw = nullptr;
    g_signal_emit_by_name(sink_.get(), "capture", &raw);
    const auto identifier = adopt(raw);
    const int last = frame_at(now());
    ++calls_made_;
    if (!identifier) {
      ++refused_;
      return;
    }
    const std::lock_guard lock(mutex_);
    calls_[identifier.get()] = {first, last};
  }

  void listen() {
    const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline_.get())));
    while (GstMessage* raw = gst_bus_timed_pop(GST_BUS(bus.get()), GST_CLOCK_TIME_NONE)) {
      const auto message = adopt(GST_MINI_OBJECT_CAST(raw));
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_EOS) return;
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_ERROR) {
        GError* error = nullptr;
        gst_message_parse_error(raw, &error, nullptr);
        std::fprintf(stderr, "%s\n", adopt(error)->message);
        std::exit(1);
      }
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_ELEMENT) hear(gst_message_get_structure(raw));
    }
  }

  void hear(const GstStructure* said) {
    if (gst_structure_has_name(said, "live-photo-failed")) {
      ++failed_;
      const auto reason = adopt(g_strescape(gst_structure_get_string(said, "reason"), nullptr));
      std::printf("{\"event\": \"failed\", \"reason\": \"%s\"}\n", reason.get());
    }
    if (!gst_structure_has_name(said, "live-photo-written")) return;
    ++written_;
    const std::string still = gst_structure_get_string(said, "still-location");
    guint64 still_time = 0;
    gst_structure_get_uint64(said, "still-time", &still_time);
    Call call;
    {
      const std::lock_guard lock(mutex_);
      call = calls_[gst_structure_get_string(said, "content-identifier")];
    }
    const int number = number_in(still, wish_);
    const int frame = frame_at(still_time);
    const int expected = wish_.is_raw ? frame : frame % kRepeated;
    std::printf(
        "{\"event\": \"captured\", \"still\": \"%s\", \"movie\": \"%s\", \"frame\": %d, "
        "\"called_at\": [%d, %d], \"shows\": %d, \"expected\": %d}\n",
        still.c_str(),
        gst_structure_get_string(said, "movie-location"),
        frame,
        call.first,
        call.last,
        number,
        expected);
    std::fflush(stdout);
    resident_.push_back(resident_kib());
  }

  Wish wish_;
  Owned<GstElement> pipeline_;
  Owned<GstElement> sink_;
  Pushed source_;
  Packets packets_;
  std::vector<Owned<GstBuffer>> patterns_;  // of the begin: the pipeline starts while it is busy
  std::mutex mutex_;
  std::map<std::string, Call> calls_;
  std::atomic<int> arrived_ = 0;
  int pushed_ = 0;
  int calls_made_ = 0;
  int refused_ = 0;
  int written_ = 0;
  int failed_ = 0;
  GstClockTime latest_ = 0;  // how late a picture was at its most, in nanoseconds
  std::vector<long> resident_;
};

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc < 7) {
    std::fprintf(
        stderr,
        "usage: trigger_bench raw|packets WIDTH HEIGHT SECONDS EVERY FOLDER [ENCODER]\n");
    return 2;
  }
  Wish wish;
  wish.is_raw = std::string(argv[1]) == "raw";
  wish.width = std::atoi(argv[2]);
  wish.height = std::atoi(argv[3]);
  wish.seconds = std::atof(argv[4]);
  wish.every = std::atof(argv[5]);
  wish.folder = argv[6];
  if (argc > 7) wish.encoder = argv[7];
  return Bench(wish).run();
}
