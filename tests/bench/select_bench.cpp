// Processor time that livephotoselect takes of its own for each raw frame and the sound that goes
// with it, and what a decoder takes for a frame.
#include <array>
#include <cstring>
#include <vector>

#include "tests/bench/feed.h"

using livephoto::bench::adopt;
using livephoto::bench::Drop;
using livephoto::bench::element;
using livephoto::bench::Feed;
using livephoto::bench::give_up;
using livephoto::bench::Owned;
using livephoto::bench::packets_of;
using livephoto::bench::processor_time;

namespace {

constexpr guint64 kFrames = 50000;
constexpr guint64 kRate = 48000;
constexpr guint64 kSamples = kRate / 30;  // with each frame
constexpr gsize kFrameBytes = 1920 * 1080 * 3 / 2;

// All frames share their samples: only what is done with buffers is to be seen.
class Source {
 public:
  Source()
      : picture_(gst_allocator_alloc(nullptr, kFrameBytes, nullptr)),
        sound_(gst_allocator_alloc(nullptr, kSamples * 4, nullptr)) {
    for (GstMemory* memory : {picture_, sound_}) {
      GstMapInfo map;
      gst_memory_map(memory, &map, GST_MAP_WRITE);
      std::memset(map.data, 0, map.size);
      gst_memory_unmap(memory, &map);
    }
  }
  ~Source() {
    gst_memory_unref(picture_);
    gst_memory_unref(sound_);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  GstBuffer* frame(guint64 number) const { return buffer(picture_, number); }
  GstBuffer* samples(guint64 number) const { return buffer(sound_, number); }

 private:
  static GstBuffer* buffer(GstMemory* memory, guint64 number) {
    GstBuffer* made = gst_buffer_new();
    gst_buffer_append_memory(made, gst_memory_ref(memory));
    GST_BUFFER_PTS(made) = gst_util_uint64_scale(number, GST_SECOND, 30);
    GST_BUFFER_DURATION(made) = GST_SECOND / 30;
    return made;
  }

  GstMemory* picture_;
  GstMemory* sound_;
};

// Nanoseconds of processor time for each frame.
double feed(GstPad* video_sink, GstPad* audio_sink, std::initializer_list<Drop*> ends) {
  const auto video_caps = adopt(gst_caps_from_string(
      "video/x-raw,format=I420,width=1920,height=1080,framerate=30/1,interlace-mode=progressive"));
  const auto audio_caps = adopt(gst_caps_from_string(
      "audio/x-raw,format=S16LE,rate=48000,channels=2,channel-mask=(bitmask)3,layout=interleaved"));
  const Source source;
  Feed video(video_sink);
  Feed audio(audio_sink);
  video.open("video", video_caps.get());
  audio.open("audio", audio_caps.get());
  const double before = processor_time();
  for (guint64 number = 0; number < kFrames; ++number) {
    const auto picture = video.push(source.frame(number));
    const auto sound = audio.push(source.samples(number));
    if (picture != GST_FLOW_OK || sound != GST_FLOW_OK) give_up("the element refuses a buffer");
  }
  video.end();
  audio.end();
  for (Drop* end : ends) end->wait_for_end();
  return (processor_time() - before) / kFrames;
}

double feed_nothing() {
  Drop video;
  Drop audio;
  return feed(video.pad(), audio.pad(), {&video, &audio});
}

// `start` says how many of the frames are before the clip.
double feed_select(GstClockTime start) {
  const auto select = element("livephotoselect");
  g_object_set(
      select.get(),
      "start-time",
      start,
      "duration",
      guint64{3000 * GST_SECOND},
      "still-time",
      start,
      "controls-source",
      FALSE,
      nullptr);
  std::array<Drop, 3> drops;
  constexpr std::array kSources{"video_src", "audio_src", "still_src"};
  for (std::size_t i = 0; i < drops.size(); ++i) {
    const auto source = adopt(gst_element_get_static_pad(select.get(), kSources[i]));
    gst_pad_link_full(source.get(), drops[i].pad(), GST_PAD_LINK_CHECK_NOTHING);
  }
  const auto video_sink = adopt(gst_element_get_static_pad(select.get(), "video_sink"));
  const auto audio_sink = adopt(gst_element_get_static_pad(select.get(), "audio_sink"));
  gst_element_set_state(select.get(), GST_STATE_PLAYING);
  const double cost = feed(video_sink.get(), audio_sink.get(), {&drops[0], &drops[1]});
  gst_element_set_state(select.get(), GST_STATE_NULL);
  const auto expected = kFrames - gst_util_uint64_scale(start, 30, GST_SECOND);
  if (drops[0].buffers() != expected || drops[2].buffers() != 1)
    give_up("the clip has another number of frames than it should have");
  return cost;
}

// By a decoder with one thread.
double decode(const char* file) {
  const auto packets = packets_of(file, "video");
  const auto decoder = element("avdec_h264");
  g_object_set(decoder.get(), "max-threads", 1, nullptr);
  Drop frames;
  const auto source = adopt(gst_element_get_static_pad(decoder.get(), "src"));
  gst_pad_link_full(source.get(), frames.pad(), GST_PAD_LINK_CHECK_NOTHING);
  const auto sink = adopt(gst_element_get_static_pad(decoder.get(), "sink"));
  gst_element_set_state(decoder.get(), GST_STATE_PLAYING);
  Feed feed(sink.get());
  feed.open("video", packets.caps.get());
  const double before = processor_time();
  for (GstBuffer* packet : packets.buffers)
    if (feed.push(packet) != GST_FLOW_OK) give_up("the decoder refuses a packet");
  feed.end();
  frames.wait_for_end();
  const double spent = processor_time() - before;
  gst_element_set_state(decoder.get(), GST_STATE_NULL);
  return spent / static_cast<double>(frames.buffers());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) give_up("usage: select_bench FILE.mp4");
  gst_init(nullptr, nullptr);
  feed_nothing();  // warms up
  const double nothing = feed_nothing();
  const double kept = feed_select(0);
  const double dropped = feed_select(1500 * GST_SECOND);
  std::printf("nothing %.0f\nkept %.0f\ndropped %.0f\n", nothing, kept, dropped);
  std::printf("decoded %.0f\n", decode(argv[1]));
  return 0;
}
