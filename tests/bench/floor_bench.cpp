// The work that no way to make the still gets around, measured alone, in milliseconds of wall time:
// decoding from the key frame to the still's frame, and encoding that frame by libheif as
// heifstillsink has it encoded.
#include <gst/video/video.h>
#include <libheif/heif.h>

#include <chrono>
#include <cstring>

#include "tests/bench/feed.h"

using livephoto::bench::adopt;
using livephoto::bench::element;
using livephoto::bench::Feed;
using livephoto::bench::give_up;
using livephoto::bench::Owned;
using livephoto::bench::Packets;
using livephoto::bench::packets_of;
using Clock = std::chrono::steady_clock;

namespace {

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

// From the last key frame to the frame that is on screen at `still`.
std::vector<GstBuffer*> prefix_of(const Packets& packets, GstClockTime still) {
  std::vector<GstBuffer*> prefix;
  std::size_t length = 0;
  GstClockTime shown = 0;
  for (GstBuffer* packet : packets.buffers) {
    const auto time = GST_BUFFER_PTS(packet);
    if (!GST_BUFFER_FLAG_IS_SET(packet, GST_BUFFER_FLAG_DELTA_UNIT) && time <= still) {
      prefix.clear();
      shown = 0;
    }
    prefix.push_back(packet);
    if (time > still + GST_MSECOND / 2 || time < shown) continue;
    shown = time;
    length = prefix.size();
  }
  prefix.resize(length);
  return prefix;
}

// Keeps the frame that is shown last.
struct LastFrame {
  GstBuffer* buffer = nullptr;
  Owned<GstCaps> caps;
  bool has_ended = false;
};

GstPadProbeReturn keep(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* last = static_cast<LastFrame*>(data);
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!last->caps) last->caps = adopt(gst_pad_get_current_caps(pad));
    if (!last->buffer || GST_BUFFER_PTS(buffer) > GST_BUFFER_PTS(last->buffer))
      gst_buffer_replace(&last->buffer, buffer);
  }
  return GST_PAD_PROBE_OK;
}

double decode(const Packets& packets, GstClockTime still, LastFrame& last) {
  const auto prefix = prefix_of(packets, still);
  const auto decoder = element("avdec_h264");
  livephoto::bench::Drop frames;
  const auto source = adopt(gst_element_get_static_pad(decoder.get(), "src"));
  gst_pad_link_full(source.get(), frames.pad(), GST_PAD_LINK_CHECK_NOTHING);
  gst_pad_add_probe(source.get(), GST_PAD_PROBE_TYPE_BUFFER, keep, &last, nullptr);
  const auto sink = adopt(gst_element_get_static_pad(decoder.get(), "sink"));
  gst_element_set_state(decoder.get(), GST_STATE_PLAYING);
  Feed feed(sink.get());
  feed.open("video", packets.caps.get());
  const auto begin = Clock::now();
  for (GstBuffer* packet : prefix)
    if (feed.push(gst_buffer_ref(packet)) != GST_FLOW_OK) give_up("the decoder refuses a packet");
  feed.end();
  frames.wait_for_end();
  const double spent = milliseconds_since(begin);
  gst_element_set_state(decoder.get(), GST_STATE_NULL);
  std::fprintf(stderr, "%zu packets, %zu frames\n", prefix.size(), frames.buffers());
  return spent;
}

void must(const heif_error& error) {
  if (error.code != heif_error_Ok) give_up(error.message);
}

double encode(const LastFrame& last, int quality, const char* preset) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (!gst_video_info_from_caps(&info, last.caps.get()) ||
      GST_VIDEO_INFO_FORMAT(&info) != GST_VIDEO_FORMAT_I420 ||
      !gst_video_frame_map(&frame, &info, last.buffer, GST_MAP_READ))
    give_up("the decoder gives no I420");

  const auto begin = Clock::now();
  heif_context* context = heif_context_alloc();
  heif_image* image = nullptr;
  must(heif_image_create(info.width, info.height, heif_colorspace_YCbCr, heif_chroma_420, &image));
  constexpr heif_channel kChannels[] = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  for (guint plane = 0; plane < 3; ++plane) {
    const int width = GST_VIDEO_FRAME_COMP_WIDTH(&frame, plane);
    const int height = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, plane);
    must(heif_image_add_plane(image, kChannels[plane], width, height, 8));
    int stride = 0;
    auto* out = heif_image_get_plane(image, kChannels[plane], &stride);
    const auto* in = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, plane));
    for (int y = 0; y < height; ++y)
      std::memcpy(
          out + y * stride,
          in + y * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, plane),
          static_cast<std::size_t>(width));
  }
  heif_color_profile_nclx* label = heif_nclx_color_profile_alloc();
  label->full_range_flag = 0;
  must(heif_image_set_nclx_color_profile(image, label));
  heif_encoder* encoder = nullptr;
  must(heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder));
  must(heif_encoder_set_lossy_quality(encoder, quality));
  must(heif_encoder_set_parameter_string(encoder, "preset", preset));
  must(heif_encoder_set_parameter_string(encoder, "x265:sao", "1"));
  heif_encoding_options* options = heif_encoding_options_alloc();
  options->output_nclx_profile = label;
  options->macOS_compatibility_workaround_no_nclx_profile = 0;
  must(heif_context_encode_image(context, image, encoder, options, nullptr));
  const double spent = milliseconds_since(begin);

  heif_encoding_options_free(options);
  heif_encoder_release(encoder);
  heif_nclx_color_profile_free(label);
  heif_image_release(image);
  heif_context_free(context);
  gst_video_frame_unmap(&frame);
  return spent;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) give_up("usage: floor_bench FILE.mp4 STILL-NANOSECONDS QUALITY PRESET");
  gst_init(nullptr, nullptr);
  const auto packets = packets_of(argv[1], "video");
  LastFrame last;
  const double decoding = decode(packets, g_ascii_strtoull(argv[2], nullptr, 10), last);
  const double encoding = encode(last, std::atoi(argv[3]), argv[4]);
  std::printf("decode %.1f\nencode %.1f\n", decoding, encoding);
  gst_buffer_unref(last.buffer);
  for (GstBuffer* packet : packets.buffers) gst_buffer_unref(packet);
  return 0;
}
