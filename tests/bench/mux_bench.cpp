// Feeds the same packets into livephotomux, into qtmux, or into nothing. Run under callgrind with
// --instr-atstart=no it counts what happens between the first packet and the end of the file.
#include <valgrind/callgrind.h>

#include <memory>
#include <thread>

#include "tests/bench/feed.h"

using livephoto::bench::adopt;
using livephoto::bench::Drop;
using livephoto::bench::element;
using livephoto::bench::Feed;
using livephoto::bench::give_up;
using livephoto::bench::Owned;
using livephoto::bench::Packets;
using livephoto::bench::packets_of;

namespace {

void feed(Feed& pad, const char* name, Packets& packets) {
  pad.open(name, packets.caps.get());
  for (GstBuffer* buffer : packets.buffers)
    if (pad.push(buffer) != GST_FLOW_OK) give_up("the element refuses a packet");
  pad.end();
}

// Each stream from a thread of its own: qtmux waits for both.
void feed_both(GstPad* video_sink, GstPad* audio_sink, Packets& video, Packets& audio, Drop& last) {
  Feed video_pad(video_sink);
  Feed audio_pad(audio_sink);
  CALLGRIND_START_INSTRUMENTATION;
  std::thread sound([&] { feed(audio_pad, "audio", audio); });
  feed(video_pad, "video", video);
  sound.join();
  last.wait_for_end();
  CALLGRIND_STOP_INSTRUMENTATION;
}

void feed_muxer(const std::string& name, Packets& video, Packets& audio) {
  const auto muxer = element(name.c_str());
  if (name == "livephotomux")
    g_object_set(
        muxer.get(),
        "content-identifier",
        "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF",
        "marker-time",
        guint64{GST_SECOND},
        nullptr);
  const auto video_sink = adopt(gst_element_request_pad_simple(muxer.get(), "video_%u"));
  const auto audio_sink = adopt(gst_element_request_pad_simple(muxer.get(), "audio_%u"));
  const auto source = adopt(gst_element_get_static_pad(muxer.get(), "src"));
  Drop file;
  gst_pad_link_full(source.get(), file.pad(), GST_PAD_LINK_CHECK_NOTHING);
  gst_element_set_state(muxer.get(), GST_STATE_PLAYING);
  feed_both(video_sink.get(), audio_sink.get(), video, audio, file);
  std::printf("%zu bytes in %zu buffers\n", file.bytes(), file.buffers());
  gst_element_set_state(muxer.get(), GST_STATE_NULL);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) give_up("usage: mux_bench livephotomux|qtmux|none FILE.mp4 SECONDS");
  gst_init(nullptr, nullptr);
  const GstClockTime end = g_ascii_strtoull(argv[3], nullptr, 10) * GST_SECOND;
  auto video = packets_of(argv[2], "video", end);
  auto audio = packets_of(argv[2], "audio", end);
  std::printf("%zu and %zu packets\n", video.buffers.size(), audio.buffers.size());
  if (std::string(argv[1]) != "none") {
    feed_muxer(argv[1], video, audio);
    return 0;
  }
  Drop pictures;
  Drop sound;
  feed_both(pictures.pad(), sound.pad(), video, audio, pictures);
  return 0;
}
