// livephotomux: what it promises of the movie, of errors, of flushes and threads.
#include <glib/gstdio.h>
#include <gst/audio/audio.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "gst/support/handshake.h"
#include "gst/support/ptr.h"
#include "gst/support/tags.h"
// Behind the standard library: it defines fail().
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

namespace {

using livephoto::gst::adopt;
using livephoto::gst::Confirmation;
using livephoto::gst::confirms;
using livephoto::gst::new_announcement;
using livephoto::gst::new_confirmation_query;
using livephoto::gst::Owned;
using livephoto::gst::ReadMap;
using Bytes = std::vector<guint8>;

constexpr const char* kIdentifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";
constexpr const char* kOtherIdentifier = "AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE";

// One sequence and one picture parameter set of High, 8 bit 4:2:0.
constexpr const char* kHigh =
    "video/x-h264, stream-format=avc, alignment=au, profile=high, width=320, height=240, "
    "framerate=25/1, codec_data=(buffer)0164001effe100046764001e01000268ee";
// Without the profile in words; in the configuration it is High, then High 4:4:4.
constexpr const char* kHighUnnamed =
    "video/x-h264, stream-format=avc, alignment=au, width=320, height=240, "
    "codec_data=(buffer)0164001effe100046764001e01000268ee";
constexpr const char* k444Unnamed =
    "video/x-h264, stream-format=avc, alignment=au, width=320, height=240, "
    "codec_data=(buffer)01f4001effe1000467f4001e01000268ee";
// VPS, SPS and PPS of two bytes each, array_completeness 0.
#define HVCC_HEAD "0101600000000000000000001ef000fcfdf8f800000f"
constexpr const char* kHev1 =
    "video/x-h265, stream-format=hev1, alignment=au, profile=main, width=320, height=240, "
    "codec_data=(buffer)" HVCC_HEAD "03200001000240012100010002420122000100024401";
constexpr const char* kHev1WithoutSets =
    "video/x-h265, stream-format=hev1, alignment=au, profile=main, width=320, height=240, "
    "codec_data=(buffer)" HVCC_HEAD "00";
constexpr const char* kAac =
    "audio/mpeg, mpegversion=4, stream-format=raw, framed=true, rate=48000, channels=2, "
    "codec_data=(buffer)1190";
constexpr const char* kPcm =
    "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=2";
#define ALAC_RECORD "00001000001028 0a0e0200000000000000000000 0000bb80"

// ---- A movie's boxes ---------------------------------------------------------

struct Box {
  std::string type;
  std::size_t begin = 0;  // of the payload
  std::size_t end = 0;
};

guint32 u32_at(const Bytes& bytes, std::size_t at) {
  guint32 value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes.at(at + i);
  return value;
}

std::vector<Box> boxes_in(const Bytes& bytes, std::size_t begin, std::size_t end) {
  std::vector<Box> boxes;
  for (std::size_t at = begin; at + 8 <= end;) {
    const std::size_t size = u32_at(bytes, at);
    fail_unless(size >= 8 && at + size <= end, "a box does not fit");
    boxes.push_back({std::string(&bytes[at + 4], &bytes[at + 8]), at + 8, at + size});
    at += size;
  }
  return boxes;
}

std::string types_of(const Bytes& movie) {
  std::string types;
  for (const Box& box : boxes_in(movie, 0, movie.size())) types += box.type + " ";
  return types;
}

// By a path such as "moov/trak/mdia"; `which` counts boxes of the first name
// that repeats, the tracks.
Box find(const Bytes& movie, const std::string& path, int which = 0) {
  Box found{"", 0, movie.size()};
  std::size_t at = 0;
  while (at <= path.size()) {
    const std::size_t slash = std::min(path.find('/', at), path.size());
    const std::string type = path.substr(at, slash - at);
    int skip = type == "trak" ? which : 0;
    bool ok = false;
    for (const Box& box : boxes_in(movie, found.begin, found.end)) {
      if (box.type != type || skip-- > 0) continue;
      found = box;
      ok = true;
      break;
    }
    fail_unless(ok, "no %s", path.c_str());
    at = slash + 1;
  }
  return found;
}

constexpr int kVideoTrack = 0;
constexpr int kSoundTrack = 1;

// The media time of the edit that shows media.
gint32 media_time(const Bytes& movie, int track) {
  const Box elst = find(movie, "moov/trak/edts/elst", track);
  gint32 time = -1;
  for (std::size_t at = elst.begin + 8; time < 0 && at + 12 <= elst.end; at += 12)
    time = static_cast<gint32>(u32_at(movie, at + 4));
  return time;
}

// Runs of (count, duration), flattened.
std::vector<guint32> durations(const Bytes& movie, int track) {
  const Box stts = find(movie, "moov/trak/mdia/minf/stbl/stts", track);
  std::vector<guint32> runs;
  for (std::size_t at = stts.begin + 8; at < stts.end; at += 4) runs.push_back(u32_at(movie, at));
  return runs;
}

std::size_t tracks_in(const Bytes& movie) {
  const Box moov = find(movie, "moov");
  std::size_t count = 0;
  for (const Box& box : boxes_in(movie, moov.begin, moov.end)) count += box.type == "trak";
  return count;
}

bool contains(const Bytes& movie, std::string_view text) {
  return std::string_view(reinterpret_cast<const char*>(movie.data()), movie.size()).find(text) !=
         std::string_view::npos;
}

// ---- The element in a harness ------------------------------------------------

struct Teardown {
  void operator()(GstHarness* harness) const { gst_harness_teardown(harness); }
};
using Harness = std::unique_ptr<GstHarness, Teardown>;

struct Mux {
  Owned<GstElement> element;
  GstBus* bus;
  std::vector<Harness> pads;  // the first pulls the movie

  Mux() : element(adopt(gst_element_factory_make("livephotomux", nullptr))), bus(gst_bus_new()) {
    fail_unless(element != nullptr);
    gst_object_ref_sink(element.get());
    gst_element_set_bus(element.get(), bus);
    set("content-identifier", kIdentifier);
    set("marker-time", guint64{0});
  }
  ~Mux() {
    pads.clear();
    gst_element_set_bus(element.get(), nullptr);
    gst_element_set_state(element.get(), GST_STATE_NULL);
    gst_object_unref(bus);
  }
  Mux(const Mux&) = delete;
  Mux& operator=(const Mux&) = delete;

  template <class T>
  void set(const char* name, T value) {
    g_object_set(element.get(), name, value, nullptr);
  }

  GstHarness* add(const char* pad, const char* caps) {
    pads.emplace_back(
        gst_harness_new_with_element(element.get(), pad, pads.empty() ? "src" : nullptr));
    GstHarness* harness = pads.back().get();
    if (caps) gst_harness_set_src_caps_str(harness, caps);
    return harness;
  }

  // Everything that has come out.
  Bytes movie() const {
    Bytes bytes;
    while (auto buffer = adopt(gst_harness_try_pull(pads.front().get()))) {
      const ReadMap map(buffer.get());
      bytes.insert(bytes.end(), map.bytes().begin(), map.bytes().end());
    }
    return bytes;
  }

  // Sentences of all messages of the type so far, in order.
  std::vector<std::string> said(GstMessageType type) const {
    std::vector<std::string> sentences;
    while (GstMessage* message = gst_bus_pop_filtered(bus, type)) {
      GError* error = nullptr;
      if (type == GST_MESSAGE_ERROR)
        gst_message_parse_error(message, &error, nullptr);
      else
        gst_message_parse_warning(message, &error, nullptr);
      sentences.emplace_back(error->message);
      g_error_free(error);
      gst_message_unref(message);
    }
    return sentences;
  }

  void expect_one_error(std::string_view part) const {
    const auto errors = said(GST_MESSAGE_ERROR);
    assert_equals_uint64(errors.size(), 1);
    fail_unless(
        errors.front().find(part) != std::string::npos,
        "not about it: %s",
        errors.front().c_str());
    fail_unless(movie().empty(), "bytes went out in spite of an error");
    fail_if(gst_harness_try_pull_event(pads.front().get()) != nullptr);
  }
};

GstBuffer* packet(gsize size, GstClockTime pts, GstClockTime duration, guint8 fill = 0x11) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
  gst_buffer_memset(buffer, 0, fill, size);
  GST_BUFFER_PTS(buffer) = pts;
  GST_BUFFER_DURATION(buffer) = duration;
  return buffer;
}

constexpr GstClockTime kFrame = 40 * GST_MSECOND;

GstBuffer* picture(int index, GstClockTime offset = 0) {
  GstBuffer* buffer = packet(
      static_cast<gsize>(100 + index),
      offset + kFrame * static_cast<GstClockTime>(index),
      kFrame,
      static_cast<guint8>(index));
  if (index > 0) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

void push_pictures(GstHarness* harness, int count, GstClockTime offset = 0) {
  for (int i = 0; i < count; ++i)
    assert_equals_int(gst_harness_push(harness, picture(i, offset)), GST_FLOW_OK);
}

GstClockTime aac_time(int index) {
  return gst_util_uint64_scale(static_cast<guint64>(index) * 1024, GST_SECOND, 48000);
}

void push_aac(GstHarness* harness, int count, GstClockTime offset = 0) {
  for (int i = 0; i < count; ++i) {
    auto* buffer = packet(
        static_cast<gsize>(50 + i),
        offset + aac_time(i),
        aac_time(1),
        static_cast<guint8>(0x80 + i));
    assert_equals_int(gst_harness_push(harness, buffer), GST_FLOW_OK);
  }
}

bool end(GstHarness* harness) { return gst_harness_push_event(harness, gst_event_new_eos()); }

Bytes simple_movie(const std::function<void(Mux&)>& change) {
  Mux mux;
  change(mux);
  GstHarness* video = mux.add("video_0", kHigh);
  push_pictures(video, 10);
  fail_unless(end(video));
  return mux.movie();
}

void expect_refusal(const char* pad, const char* caps, std::string_view part) {
  Mux mux;
  GstHarness* harness = mux.add(pad, nullptr);
  gst_harness_push_event(harness, gst_event_new_stream_start("a"));
  auto described = adopt(gst_caps_from_string(caps));
  gst_harness_push_event(harness, gst_event_new_caps(described.get()));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness, gst_event_new_segment(&segment));
  fail_if(gst_harness_push(harness, packet(10, 0, GST_CLOCK_TIME_NONE)) == GST_FLOW_OK);
  mux.expect_one_error(part);
}

Owned<GstCaps> queried_caps(Mux& mux, const char* pad) {
  auto sink = adopt(gst_element_get_static_pad(mux.element.get(), pad));
  return adopt(gst_pad_query_caps(sink.get(), nullptr));
}

bool accepts(Mux& mux, const char* pad, const char* caps) {
  auto sink = adopt(gst_element_get_static_pad(mux.element.get(), pad));
  auto asked = adopt(gst_caps_from_string(caps));
  return gst_pad_query_accept_caps(sink.get(), asked.get());
}

}  // namespace

// ---- The movie ---------------------------------------------------------------

GST_START_TEST(test_writes_in_the_cameras_order) {
  const Bytes movie = simple_movie([](Mux&) {});

  fail_unless(types_of(movie) == "ftyp wide mdat moov ");
  fail_unless(contains(movie, kIdentifier));
  assert_equals_uint64(tracks_in(movie), 2);
  assert_equals_int(media_time(movie, kVideoTrack), 0);
}
GST_END_TEST

GST_START_TEST(test_faststart_puts_the_index_first) {
  const Bytes movie = simple_movie([](Mux& mux) { mux.set("faststart", TRUE); });

  fail_unless(types_of(movie) == "ftyp moov wide mdat ");
}
GST_END_TEST

GST_START_TEST(test_writes_nothing_before_the_end_and_then_a_whole_stream) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  push_pictures(video, 10);
  fail_if(gst_harness_try_pull_event(video) != nullptr);
  assert_equals_int(gst_harness_buffers_received(video), 0);

  fail_unless(end(video));

  const std::array expected = {
      GST_EVENT_STREAM_START,
      GST_EVENT_CAPS,
      GST_EVENT_SEGMENT,
      GST_EVENT_EOS};
  for (const GstEventType type : expected) {
    auto event = adopt(gst_harness_try_pull_event(video));
    fail_unless(event != nullptr);
    assert_equals_int(GST_EVENT_TYPE(event.get()), type);
    if (type == GST_EVENT_SEGMENT) {
      const GstSegment* segment = nullptr;
      gst_event_parse_segment(event.get(), &segment);
      assert_equals_int(segment->format, GST_FORMAT_BYTES);
    }
  }
  guint64 offset = 0;
  while (auto buffer = adopt(gst_harness_try_pull(video))) {
    assert_equals_uint64(GST_BUFFER_OFFSET(buffer.get()), offset);
    offset += gst_buffer_get_size(buffer.get());
    assert_equals_uint64(GST_BUFFER_OFFSET_END(buffer.get()), offset);
    fail_if(GST_BUFFER_PTS_IS_VALID(buffer.get()));
  }
}
GST_END_TEST

GST_START_TEST(test_copies_no_packet) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  std::vector<GstMemory*> in;
  for (int i = 0; i < 10; ++i) {
    GstBuffer* buffer = picture(i);
    in.push_back(gst_buffer_peek_memory(buffer, 0));
    gst_harness_push(video, buffer);
  }

  fail_unless(end(video));

  std::vector<GstMemory*> out;
  while (auto buffer = adopt(gst_harness_try_pull(video)))
    out.push_back(gst_buffer_peek_memory(buffer.get(), 0));
  assert_equals_uint64(out.size(), in.size() + 2);  // the head and the tail
  for (std::size_t i = 0; i < in.size(); ++i) fail_unless(out[i + 1] == in[i]);
}
GST_END_TEST

namespace {

Bytes movie_from_threads(bool audio_first) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* second = mux.add("audio_1", kAac);
  GstHarness* first = mux.add("audio_0", kPcm);
  const auto sound = [&] {
    push_aac(second, 19);
    end(second);
  };
  const auto pcm = [&] {
    gst_harness_push(first, packet(19200 * 4, 0, 400 * GST_MSECOND, 0x33));
    end(first);
  };
  const auto pictures = [&] {
    push_pictures(video, 10);
    end(video);
  };
  std::vector<std::thread> threads;
  if (audio_first) {
    threads.emplace_back(sound);
    threads.emplace_back(pcm);
    threads.emplace_back(pictures);
  } else {
    pictures();
    threads.emplace_back(pcm);
    threads.emplace_back(sound);
  }
  for (auto& thread : threads) thread.join();
  fail_unless(mux.said(GST_MESSAGE_ERROR).empty());
  return mux.movie();
}

}  // namespace

GST_START_TEST(test_threads_do_not_change_the_bytes) {
  const Bytes movie = movie_from_threads(false);

  assert_equals_uint64(tracks_in(movie), 4);
  fail_unless(contains(movie, "lpcm"));
  for (int i = 0; i < 5; ++i) fail_unless(movie == movie_from_threads(i % 2 == 0));
  // Tracks by the number of the pad, not by the order of requests.
  const Box first = find(movie, "moov/trak/mdia/minf/stbl/stsd", 1);
  const Bytes entry(
      movie.begin() + static_cast<std::ptrdiff_t>(first.begin),
      movie.begin() + static_cast<std::ptrdiff_t>(first.end));
  fail_unless(contains(entry, "lpcm"));
}
GST_END_TEST

GST_START_TEST(test_hides_what_is_before_the_segment) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  // As x264enc does: a thousand hours; and the first picture before its segment,
  // as where a clip begins between two sync frames.
  const GstClockTime base = 3'600'000 * GST_SECOND;
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = segment.position = base + kFrame;
  gst_harness_push_event(video, gst_event_new_segment(&segment));
  push_pictures(video, 10, base);
  push_aac(audio, 19);

  end(audio);
  fail_unless(end(video));

  const Bytes movie = mux.movie();
  fail_unless(durations(movie, kVideoTrack) == std::vector<guint32>({1, 2402, 9, 2400}));
  // Of ten pictures nine are shown: behind the hidden one, a frame's pause and a tick.
  const Box video_edits = find(movie, "moov/trak/edts/elst", kVideoTrack);
  assert_equals_int(u32_at(movie, video_edits.begin + 8), 21600);
  assert_equals_int(media_time(movie, kVideoTrack), 2402);
  // The sound begins with the first picture that is shown.
  assert_equals_int(media_time(movie, kSoundTrack), 0);
}
GST_END_TEST

GST_START_TEST(test_a_missing_time_is_derived) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  for (int i = 0; i < 10; ++i) {
    GstBuffer* buffer = picture(i);
    if (i % 2 == 1 && i < 9) GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;
    gst_harness_push(video, buffer);
  }

  fail_unless(end(video));

  fail_unless(durations(mux.movie(), kVideoTrack) == std::vector<guint32>({10, 24}));
}
GST_END_TEST

GST_START_TEST(test_an_empty_buffer_and_a_gap_are_no_packet) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  push_pictures(video, 10);
  assert_equals_int(
      gst_harness_push(video, packet(0, 10 * kFrame, GST_CLOCK_TIME_NONE)),
      GST_FLOW_OK);
  fail_unless(gst_harness_push_event(video, gst_event_new_gap(10 * kFrame, kFrame)));

  fail_unless(end(video));

  fail_unless(durations(mux.movie(), kVideoTrack) == std::vector<guint32>({10, 24}));
}
GST_END_TEST

GST_START_TEST(test_hev1_becomes_hvc1) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHev1);
  push_pictures(video, 3);

  fail_unless(end(video));

  const Bytes movie = mux.movie();
  fail_unless(contains(movie, "hvc1"));
  fail_if(contains(movie, "hev1"));
  // array_completeness is the first bit of each array.
  const std::array<char, 6> arrays = {'\xA0', 0, 1, 0, 2, 0x40};
  fail_unless(contains(movie, {arrays.data(), arrays.size()}));
}
GST_END_TEST

GST_START_TEST(test_shape_and_colour_come_from_caps) {
  Mux mux;
  GstHarness* video = mux.add(
      "video_0",
      "video/x-h264, stream-format=avc, alignment=au, profile=high, width=320, height=240, "
      "pixel-aspect-ratio=4/3, colorimetry=bt709, framerate=30000/1001, "
      "codec_data=(buffer)0164001effe100046764001e01000268ee");
  for (int i = 0; i < 4; ++i) {
    GstBuffer* buffer = picture(i);
    GST_BUFFER_PTS(buffer) =
        gst_util_uint64_scale(static_cast<guint64>(i), GST_SECOND * 1001, 30000);
    gst_harness_push(video, buffer);
  }

  fail_unless(end(video));

  const Bytes movie = mux.movie();
  fail_unless(contains(movie, "pasp"));
  fail_unless(contains(movie, std::string_view("nclc\0\1\0\1\0\1", 10)));
  const Box mdhd = find(movie, "moov/trak/mdia/mdhd");
  assert_equals_int(u32_at(movie, mdhd.begin + 12), 30000);
}
GST_END_TEST

GST_START_TEST(test_alac_with_and_without_its_box) {
  std::vector<Bytes> movies;
  for (const char* config : {"0000002461 6c6163 00000000 " ALAC_RECORD, ALAC_RECORD}) {
    Mux mux;
    GstHarness* video = mux.add("video_0", kHigh);
    std::string digits;
    for (const char* c = config; *c; ++c)
      if (*c != ' ') digits += *c;
    const std::string caps = "audio/x-alac, rate=48000, channels=2, codec_data=(buffer)" + digits;
    GstHarness* audio = mux.add("audio_0", caps.c_str());
    push_pictures(video, 10);
    gst_harness_push(audio, packet(90, 0, 4096 * GST_SECOND / 48000));
    gst_harness_push(audio, packet(70, 4096 * GST_SECOND / 48000, 1000 * GST_SECOND / 48000));
    end(audio);
    fail_unless(end(video));
    movies.push_back(mux.movie());
  }

  fail_unless(movies[0] == movies[1]);
  // The last packet is as long as it says.
  fail_unless(durations(movies[0], kSoundTrack) == std::vector<guint32>({1, 4096, 1, 1000}));
}
GST_END_TEST

// ---- Identifier, marker, tags ------------------------------------------------

GST_START_TEST(test_tags_say_identifier_and_still) {
  Mux mux;
  mux.set<const char*>("content-identifier", nullptr);
  mux.set("marker-time", GST_CLOCK_TIME_NONE);
  GstHarness* video = mux.add("video_0", kHigh);
  gst_harness_push_event(video, gst_event_new_tag(new_announcement(kOtherIdentifier, 0)));
  push_pictures(video, 10);
  gst_harness_push_event(video, gst_event_new_tag(new_announcement(kIdentifier, 5 * kFrame)));

  fail_unless(end(video));

  const Bytes movie = mux.movie();
  fail_unless(contains(movie, kIdentifier));
  fail_if(contains(movie, kOtherIdentifier));
  const Box elst = find(movie, "moov/trak/edts/elst", 1);  // the marker's
  assert_equals_int(u32_at(movie, elst.begin + 8), 5 * 24);
}
GST_END_TEST

GST_START_TEST(test_tags_may_come_with_the_sound_alone) {
  Mux mux;
  mux.set<const char*>("content-identifier", nullptr);
  mux.set("marker-time", GST_CLOCK_TIME_NONE);
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  push_pictures(video, 10);
  end(video);
  push_aac(audio, 19);
  gst_harness_push_event(audio, gst_event_new_tag(new_announcement(kIdentifier, 0)));

  fail_unless(end(audio));

  fail_unless(contains(mux.movie(), kIdentifier));
}
GST_END_TEST

GST_START_TEST(test_properties_override_tags) {
  Mux mux;
  mux.set("marker-time", guint64{3 * kFrame});
  GstHarness* video = mux.add("video_0", kHigh);
  gst_harness_push_event(video, gst_event_new_tag(new_announcement(kOtherIdentifier, kFrame)));
  push_pictures(video, 10);

  fail_unless(end(video));

  const Bytes movie = mux.movie();
  fail_unless(contains(movie, kIdentifier));
  assert_equals_int(u32_at(movie, find(movie, "moov/trak/edts/elst", 1).begin + 8), 3 * 24);
}
GST_END_TEST

GST_START_TEST(test_describes_the_capture) {
  Mux mux;
  auto* setter = GST_TAG_SETTER(mux.element.get());
  gst_tag_setter_add_tags(
      setter,
      GST_TAG_MERGE_REPLACE,
      GST_TAG_DEVICE_MODEL,
      "Of the setter",
      nullptr);
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  GstTagList* own = gst_tag_list_new(
      GST_TAG_DEVICE_MODEL,
      "Of the stream",
      GST_TAG_DEVICE_MANUFACTURER,
      "Maker of the stream",
      GST_TAG_IMAGE_ORIENTATION,
      "rotate-90",
      nullptr);
  gst_harness_push_event(video, gst_event_new_tag(own));
  gst_harness_push_event(
      audio,
      gst_event_new_tag(gst_tag_list_new(
          GST_TAG_DESCRIPTION,
          "only sound",
          GST_TAG_IMAGE_ORIENTATION,
          "rotate-180",
          nullptr)));
  auto date = adopt(gst_date_time_new(9, 2024, 10, 1, 21, 2, 3));
  GstTagList* global = gst_tag_list_new(GST_TAG_DATE_TIME, date.get(), nullptr);
  gst_tag_list_set_scope(global, GST_TAG_SCOPE_GLOBAL);
  gst_harness_push_event(audio, gst_event_new_tag(global));
  push_pictures(video, 10);
  end(video);
  push_aac(audio, 19);

  fail_unless(end(audio));

  const Bytes movie = mux.movie();
  fail_unless(contains(movie, "Of the setter"));
  fail_if(contains(movie, "Of the stream"));
  fail_unless(contains(movie, "Maker of the stream"));
  fail_unless(contains(movie, "2024-10-01T21:02:03+0900"));
  fail_if(contains(movie, "only sound"));
  const Box tkhd = find(movie, "moov/trak/tkhd");
  assert_equals_int(u32_at(movie, tkhd.begin + 40), 0);  // the matrix of a quarter turn
  assert_equals_int(u32_at(movie, tkhd.begin + 44), 0x10000);
}
GST_END_TEST

// ---- Errors ------------------------------------------------------------------

namespace {

void expect_error_at_end(
    const std::function<void(Mux&)>& change, int first_picture, std::string_view part) {
  Mux mux;
  change(mux);
  GstHarness* video = mux.add("video_0", kHigh);
  for (int i = first_picture; i < 10; ++i) gst_harness_push(video, picture(i));
  fail_if(end(video));
  mux.expect_one_error(part);
}

}  // namespace

GST_START_TEST(test_says_what_the_clip_lacks) {
  expect_error_at_end(
      [](Mux& mux) { mux.set<const char*>("content-identifier", nullptr); },
      0,
      "no content identifier; put livephotoselect before");
  expect_error_at_end(
      [](Mux& mux) { mux.set("marker-time", GST_CLOCK_TIME_NONE); },
      0,
      "set its property marker-time");
  expect_error_at_end(
      [](Mux& mux) { mux.set("marker-time", guint64{GST_SECOND}); },
      0,
      "is outside the clip");
  expect_error_at_end([](Mux&) {}, 1, "cannot be decoded by itself");
  expect_error_at_end([](Mux&) {}, 10, "No picture reached the muxer");
}
GST_END_TEST

GST_START_TEST(test_an_invalid_identifier_is_refused_at_once) {
  Mux mux;
  mux.set("content-identifier", "not-a-uuid");

  assert_equals_int(
      gst_element_set_state(mux.element.get(), GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);

  const auto errors = mux.said(GST_MESSAGE_ERROR);
  assert_equals_uint64(errors.size(), 1);
  fail_unless(errors.front().find("not-a-uuid") != std::string::npos);
}
GST_END_TEST

GST_START_TEST(test_sound_alone_is_no_movie) {
  Mux mux;
  GstHarness* audio = mux.add("audio_0", kAac);
  push_aac(audio, 10);

  fail_if(end(audio));

  mux.expect_one_error("No picture reached the muxer");
}
GST_END_TEST

GST_START_TEST(test_memory_is_bounded) {
  Mux mux;
  mux.set("max-size-bytes", guint64{450});
  GstHarness* video = mux.add("video_0", kHigh);
  push_pictures(video, 4);

  assert_equals_int(gst_harness_push(video, picture(4)), GST_FLOW_ERROR);
  assert_equals_int(gst_harness_push(video, picture(5)), GST_FLOW_ERROR);
  fail_if(end(video));

  mux.expect_one_error("raise the property max-size-bytes");
}
GST_END_TEST

GST_START_TEST(test_silence_counts_as_memory) {
  Mux mux;
  mux.set("max-size-bytes", guint64{100'000});
  mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kPcm);
  gst_harness_push(audio, packet(400, 0, GST_CLOCK_TIME_NONE));

  assert_equals_int(
      gst_harness_push(audio, packet(400, 3600 * GST_SECOND, GST_CLOCK_TIME_NONE)),
      GST_FLOW_ERROR);

  mux.expect_one_error("has a gap of 3599.");
}
GST_END_TEST

GST_START_TEST(test_half_a_sample_is_refused) {
  Mux mux;
  mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kPcm);

  assert_equals_int(gst_harness_push(audio, packet(401, 0, GST_CLOCK_TIME_NONE)), GST_FLOW_ERROR);

  mux.expect_one_error("does not hold whole samples");
}
GST_END_TEST

GST_START_TEST(test_a_stream_without_times_is_refused) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_BYTES);

  gst_harness_push_event(video, gst_event_new_segment(&segment));
  fail_if(gst_harness_push(video, picture(0)) == GST_FLOW_OK);

  mux.expect_one_error("its segment is in bytes");
}
GST_END_TEST

GST_START_TEST(test_says_why_it_refuses_a_stream) {
  expect_refusal("video_0", "video/x-vp9, width=320, height=240", "encode the video as H.264");
  expect_refusal("audio_0", "audio/x-opus, rate=48000, channels=2", "encode the sound as AAC");
  expect_refusal("audio_0", "audio/mpeg, mpegversion=1, layer=3", "aacparse");
  expect_refusal(
      "audio_0",
      "audio/x-raw, format=S16LE, layout=non-interleaved, rate=8000, channels=2",
      "audioconvert");
  expect_refusal("video_0", "video/x-h264, stream-format=byte-stream, alignment=au", "h264parse");
  expect_refusal(
      "video_0",
      "video/x-h264, stream-format=avc, alignment=au, profile=high-4:4:4, width=320, height=240, "
      "codec_data=(buffer)01f4001effe1000467f4001e01000268ee",
      "of profile high-4:4:4");
  expect_refusal("video_0", k444Unnamed, "set strict=false");
  expect_refusal("video_0", kHev1WithoutSets, "h265parse");
  expect_refusal(
      "video_0",
      "video/x-h264, stream-format=avc3, alignment=au, profile=high, width=320, height=240, "
      "codec_data=(buffer)0164001effe000",
      "stream-format=avc'");
  expect_refusal(
      "video_0",
      "video/x-h264, stream-format=avc, alignment=au, profile=high, width=320, height=240, "
      "codec_data=(buffer)0164001effe1ffff67",
      "broken decoder configuration");
  expect_refusal(
      "audio_0",
      "audio/mpeg, mpegversion=4, stream-format=raw, rate=48000, channels=2, codec_data=(buffer)11",
      "broken decoder configuration");
}
GST_END_TEST

GST_START_TEST(test_a_change_within_the_clip_is_refused) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  push_pictures(video, 5);
  auto smaller = adopt(gst_caps_from_string(kHigh));
  smaller = adopt(gst_caps_make_writable(smaller.release()));
  gst_caps_set_simple(smaller.get(), "width", G_TYPE_INT, 160, nullptr);

  gst_harness_push_event(video, gst_event_new_caps(smaller.get()));
  fail_if(gst_harness_push(video, picture(5)) == GST_FLOW_OK);

  mux.expect_one_error("(width 320 to 160)");
}
GST_END_TEST

GST_START_TEST(test_a_fuller_description_within_the_clip_is_taken) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHighUnnamed);
  push_pictures(video, 5);
  auto fuller = adopt(gst_caps_from_string(kHighUnnamed));
  fuller = adopt(gst_caps_make_writable(fuller.release()));
  gst_caps_set_simple(
      fuller.get(),
      "colorimetry",
      G_TYPE_STRING,
      "bt709",
      "framerate",
      GST_TYPE_FRACTION,
      25,
      1,
      nullptr);

  fail_unless(gst_harness_push_event(video, gst_event_new_caps(fuller.get())));
  assert_equals_int(gst_harness_push(video, picture(5)), GST_FLOW_OK);
  fail_unless(end(video));

  fail_unless(contains(mux.movie(), std::string_view("nclc\0\1\0\1\0\1", 10)));
}
GST_END_TEST

GST_START_TEST(test_an_unlinked_source_pad_is_an_error) {
  Mux mux;
  mux.pads.emplace_back(gst_harness_new_with_element(mux.element.get(), "video_0", nullptr));
  GstHarness* video = mux.pads.front().get();
  gst_harness_set_src_caps_str(video, kHigh);
  push_pictures(video, 5);

  fail_if(end(video));

  const auto errors = mux.said(GST_MESSAGE_ERROR);
  assert_equals_uint64(errors.size(), 1);
  fail_unless(errors.front().find("link the muxer's pad src") != std::string::npos);
}
GST_END_TEST

namespace {

std::atomic<int> buffers_seen;

GstFlowReturn refuse_after_three(GstPad*, GstObject*, GstBuffer* buffer) {
  gst_buffer_unref(buffer);
  return ++buffers_seen >= 3 ? GST_FLOW_ERROR : GST_FLOW_OK;
}

}  // namespace

GST_START_TEST(test_stops_where_downstream_fails) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  buffers_seen = 0;
  gst_pad_set_chain_function(video->sinkpad, refuse_after_three);
  push_pictures(video, 10);

  fail_if(end(video));

  assert_equals_int(buffers_seen, 3);
  fail_unless(mux.said(GST_MESSAGE_ERROR).empty());  // that sink has said why
  for (auto type : {GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT})
    assert_equals_int(GST_EVENT_TYPE(adopt(gst_harness_try_pull_event(video)).get()), type);
  fail_if(gst_harness_try_pull_event(video) != nullptr);  // no EOS
}
GST_END_TEST

namespace {

// How often it was said by the pad that the movie is written.
int confirmations(GstHarness* harness) {
  int count = 0;
  while (auto event = adopt(gst_harness_try_pull_upstream_event(harness)))
    if (confirms(event.get(), Confirmation::MovieWritten)) ++count;
  return count;
}

gboolean refuse_eos(GstPad*, GstObject*, GstEvent* event) {
  const bool refused = GST_EVENT_TYPE(event) == GST_EVENT_EOS;
  gst_event_unref(event);
  return !refused;
}

}  // namespace

GST_START_TEST(test_says_upstream_that_the_movie_is_written) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  const auto query = adopt(new_confirmation_query(Confirmation::MovieWritten));
  fail_unless(gst_pad_peer_query(video->srcpad, query.get()));
  push_pictures(video, 10);
  push_aac(audio, 10);
  fail_unless(end(video));
  assert_equals_int(confirmations(video), 0);

  fail_unless(end(audio));

  assert_equals_int(confirmations(video), 1);
  assert_equals_int(confirmations(audio), 1);
}
GST_END_TEST

GST_START_TEST(test_says_nothing_of_a_movie_that_failed) {
  {
    Mux mux;
    GstHarness* video = mux.add("video_0", kHigh);
    buffers_seen = 0;
    gst_pad_set_chain_function(video->sinkpad, refuse_after_three);
    push_pictures(video, 10);
    fail_if(end(video));
    assert_equals_int(confirmations(video), 0);
  }
  {
    // As a sink does that cannot write the bytes that it has kept back.
    Mux mux;
    GstHarness* video = mux.add("video_0", kHigh);
    gst_pad_set_event_function(video->sinkpad, refuse_eos);
    push_pictures(video, 10);
    fail_if(end(video));
    assert_equals_int(confirmations(video), 0);
  }
  {
    Mux mux;
    mux.set("marker-time", guint64{GST_SECOND});
    GstHarness* video = mux.add("video_0", kHigh);
    push_pictures(video, 10);
    fail_if(end(video));
    assert_equals_int(confirmations(video), 0);
  }
}
GST_END_TEST

// ---- Negotiation -------------------------------------------------------------

GST_START_TEST(test_offers_what_apple_decodes) {
  Mux mux;
  mux.add("video_0", nullptr);

  const auto strict = queried_caps(mux, "video_0");
  fail_unless(accepts(mux, "video_0", kHigh));
  fail_unless(accepts(mux, "video_0", kHighUnnamed));
  fail_if(
      accepts(mux, "video_0", "video/x-h264, stream-format=avc, alignment=au, profile=high-10"));
  fail_if(
      accepts(mux, "video_0", "video/x-h265, stream-format=hvc1, alignment=au, profile=main-444"));
  fail_unless(
      accepts(mux, "video_0", "video/x-h265, stream-format=hvc1, alignment=au, profile=main-10"));
  for (guint i = 0; i < gst_caps_get_size(strict.get()); ++i)
    fail_unless(gst_structure_has_field(gst_caps_get_structure(strict.get(), i), "profile"));

  mux.set("strict", FALSE);
  fail_unless(
      accepts(mux, "video_0", "video/x-h264, stream-format=avc, alignment=au, profile=high-10"));
}
GST_END_TEST

GST_START_TEST(test_not_strict_takes_any_profile) {
  Mux mux;
  mux.set("strict", FALSE);
  GstHarness* video = mux.add("video_0", k444Unnamed);
  push_pictures(video, 3);

  fail_unless(end(video));

  fail_unless(contains(mux.movie(), "avcC"));
}
GST_END_TEST

GST_START_TEST(test_a_profile_may_be_named_by_the_configuration_alone) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHighUnnamed);
  push_pictures(video, 3);

  fail_unless(end(video));

  fail_unless(contains(mux.movie(), "avcC"));
}
GST_END_TEST

GST_START_TEST(test_answers_queries_about_its_bytes) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  auto seeking = adopt(gst_query_new_seeking(GST_FORMAT_BYTES));
  gboolean seekable = TRUE;

  fail_unless(gst_pad_peer_query(video->sinkpad, seeking.get()));
  gst_query_parse_seeking(seeking.get(), nullptr, &seekable, nullptr, nullptr);
  fail_if(seekable);

  auto position = adopt(gst_query_new_position(GST_FORMAT_BYTES));
  fail_if(gst_pad_peer_query(video->sinkpad, position.get()));
  auto allocation = adopt(gst_query_new_allocation(nullptr, FALSE));
  fail_if(gst_pad_peer_query(video->srcpad, allocation.get()));
  fail_if(gst_harness_push_upstream_event(
      video,
      gst_event_new_seek(
          1,
          GST_FORMAT_BYTES,
          GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET,
          0,
          GST_SEEK_TYPE_NONE,
          -1)));
}
GST_END_TEST

// ---- Pads, states, flushes ---------------------------------------------------

GST_START_TEST(test_there_is_one_video) {
  Mux mux;
  auto* templ = gst_element_get_pad_template(mux.element.get(), "video_%u");
  auto video = adopt(gst_element_request_pad(mux.element.get(), templ, nullptr, nullptr));
  fail_unless(video != nullptr);
  fail_unless_equals_string(GST_PAD_NAME(video.get()), "video_0");

  fail_if(gst_element_request_pad(mux.element.get(), templ, nullptr, nullptr) != nullptr);

  auto sound = adopt(gst_element_request_pad_simple(mux.element.get(), "audio_3"));
  auto next = adopt(gst_element_request_pad_simple(mux.element.get(), "audio_%u"));
  fail_unless_equals_string(GST_PAD_NAME(sound.get()), "audio_3");
  fail_unless_equals_string(GST_PAD_NAME(next.get()), "audio_0");
  gst_element_release_request_pad(mux.element.get(), video.get());
  auto again = adopt(gst_element_request_pad(mux.element.get(), templ, nullptr, nullptr));
  fail_unless(again != nullptr);
}
GST_END_TEST

GST_START_TEST(test_a_released_pad_counts_as_gone) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  auto audio = adopt(gst_element_request_pad_simple(mux.element.get(), "audio_%u"));
  push_pictures(video, 10);
  fail_unless(end(video));
  fail_unless(mux.movie().empty());

  gst_element_release_request_pad(mux.element.get(), audio.get());

  const auto head = adopt(gst_harness_pull(video));  // from another thread
  fail_unless(head != nullptr);
  auto type = GST_EVENT_UNKNOWN;
  while (type != GST_EVENT_EOS)
    if (auto event = adopt(gst_harness_pull_event(video))) type = GST_EVENT_TYPE(event.get());
  assert_equals_int(gst_harness_buffers_received(video), 12);
}
GST_END_TEST

GST_START_TEST(test_a_pad_that_never_had_caps_is_left_out) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", nullptr);
  gst_harness_push_event(audio, gst_event_new_stream_start("nothing"));
  fail_unless(end(audio));
  push_pictures(video, 10);

  fail_unless(end(video));

  assert_equals_uint64(tracks_in(mux.movie()), 2);
}
GST_END_TEST

GST_START_TEST(test_refuses_data_after_the_end) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  push_pictures(video, 5);
  end(video);
  // A new stream clears the pad's own mark.
  gst_harness_push_event(video, gst_event_new_stream_start("another"));

  assert_equals_int(gst_harness_push(video, picture(0)), GST_FLOW_EOS);
}
GST_END_TEST

GST_START_TEST(test_a_flush_begins_anew) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  const Bytes expected = [] {
    Mux fresh;
    GstHarness* pictures = fresh.add("video_0", kHigh);
    GstHarness* sound = fresh.add("audio_0", kAac);
    push_pictures(pictures, 5);
    push_aac(sound, 9);
    end(sound);
    end(pictures);
    return fresh.movie();
  }();
  for (int run = 0; run < 3; ++run) {
    push_pictures(video, run == 0 ? 8 : 5);
    push_aac(audio, run == 0 ? 30 : 9);
    if (run > 0) {
      end(audio);
      fail_unless(end(video));
      fail_unless(mux.movie() == expected);
    }
    // As a seek does it, on both pads.
    GstEvent* start = gst_event_new_flush_start();
    GstEvent* stop = gst_event_new_flush_stop(TRUE);
    while (adopt(gst_harness_try_pull_event(video))) continue;
    gst_harness_push_event(video, gst_event_ref(start));
    gst_harness_push_event(audio, start);
    gst_harness_push_event(video, gst_event_ref(stop));
    gst_harness_push_event(audio, stop);
    for (auto type : {GST_EVENT_FLUSH_START, GST_EVENT_FLUSH_STOP})
      assert_equals_int(GST_EVENT_TYPE(adopt(gst_harness_pull_event(video)).get()), type);
    fail_if(gst_harness_try_pull_event(video) != nullptr);  // once, not twice
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(video, gst_event_new_segment(&segment));
    gst_harness_push_event(audio, gst_event_new_segment(&segment));
  }
  fail_unless(mux.said(GST_MESSAGE_ERROR).empty());
}
GST_END_TEST

GST_START_TEST(test_a_flush_interrupts_the_writing) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  auto source = adopt(gst_element_get_static_pad(mux.element.get(), "src"));
  const gulong block = gst_pad_add_probe(
      source.get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; },
      nullptr,
      nullptr);
  push_pictures(video, 5);
  std::atomic<int> ended = -1;
  std::thread thread([&] { ended = end(video); });
  while (!gst_pad_is_blocking(source.get())) g_usleep(1000);

  gst_harness_push_event(video, gst_event_new_flush_start());
  thread.join();
  gst_harness_push_event(video, gst_event_new_flush_stop(TRUE));

  assert_equals_int(ended, FALSE);
  gst_pad_remove_probe(source.get(), block);
  fail_unless(mux.movie().empty());
  fail_unless(mux.said(GST_MESSAGE_ERROR).empty());
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(video, gst_event_new_segment(&segment));
  push_pictures(video, 5);
  fail_unless(end(video));
  fail_unless(types_of(mux.movie()) == "ftyp wide mdat moov ");
}
GST_END_TEST

GST_START_TEST(test_can_be_used_again) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  const Bytes expected = simple_movie([](Mux&) {});
  push_pictures(video, 7);  // abandoned

  for (int run = 0; run < 3; ++run) {
    fail_if(gst_element_set_state(mux.element.get(), GST_STATE_READY) == GST_STATE_CHANGE_FAILURE);
    fail_if(
        gst_element_set_state(mux.element.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE);
    // Upstream repeats its sticky events when the pad is active again.
    gst_harness_push_event(video, gst_event_new_stream_start("again"));
    auto caps = adopt(gst_caps_from_string(kHigh));
    gst_harness_push_event(video, gst_event_new_caps(caps.get()));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_harness_push_event(video, gst_event_new_segment(&segment));
    push_pictures(video, 10);
    fail_unless(end(video));
    fail_unless(mux.movie() == expected);
  }
}
GST_END_TEST

GST_START_TEST(test_pads_come_and_go_in_any_state) {
  Mux mux;
  for (const GstState state :
       {GST_STATE_NULL,
        GST_STATE_READY,
        GST_STATE_PAUSED,
        GST_STATE_PLAYING,
        GST_STATE_READY,
        GST_STATE_PLAYING,
        GST_STATE_NULL}) {
    gst_element_set_state(mux.element.get(), state);
    auto video = adopt(gst_element_request_pad_simple(mux.element.get(), "video_%u"));
    auto audio = adopt(gst_element_request_pad_simple(mux.element.get(), "audio_%u"));
    fail_unless(video && audio);
    assert_equals_int(gst_pad_is_active(audio.get()), state >= GST_STATE_PAUSED);
    gst_element_release_request_pad(mux.element.get(), video.get());
    gst_element_release_request_pad(mux.element.get(), audio.get());
  }
  fail_unless(mux.said(GST_MESSAGE_ERROR).empty());
}
GST_END_TEST

// ---- Sound -------------------------------------------------------------------

GST_START_TEST(test_a_gap_in_aac_lengthens_the_packet_before) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  push_pictures(video, 25);
  push_aac(audio, 10);
  push_aac(audio, 10, aac_time(20));  // ten packets later than expected
  push_aac(audio, 5, aac_time(31));   // one packet, 21 ms: jitter

  end(audio);
  fail_unless(end(video));

  fail_unless(
      durations(mux.movie(), kSoundTrack) ==
      std::vector<guint32>({9, 1024, 1, 11 * 1024, 15, 1024}));
  fail_unless(mux.said(GST_MESSAGE_WARNING).empty());
}
GST_END_TEST

GST_START_TEST(test_a_gap_in_pcm_becomes_silence) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kPcm);
  push_pictures(video, 25);
  gst_harness_push(audio, packet(4800 * 4, 0, 100 * GST_MSECOND, 0x55));
  gst_harness_push(audio, packet(4800 * 4, 300 * GST_MSECOND, 100 * GST_MSECOND, 0x66));

  end(audio);
  fail_unless(end(video));

  const Bytes movie = mux.movie();
  fail_unless(durations(movie, kSoundTrack) == std::vector<guint32>({4 * 4800, 1}));
  const std::string quiet(9600 * 4, '\0');
  fail_unless(contains(movie, "\x55" + quiet + "\x66"));
}
GST_END_TEST

GST_START_TEST(test_an_overlap_is_reported_once) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  push_pictures(video, 25);
  push_aac(audio, 10);
  push_aac(audio, 10, aac_time(3));

  end(audio);
  fail_unless(end(video));

  const auto warnings = mux.said(GST_MESSAGE_WARNING);
  assert_equals_uint64(warnings.size(), 1);
  fail_unless(warnings.front().find("overlaps with itself by 0.149 s") != std::string::npos);
}
GST_END_TEST

GST_START_TEST(test_packets_of_no_encoder_have_no_priming) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  push_pictures(video, 10);
  push_aac(audio, 19);

  end(audio);
  fail_unless(end(video));

  assert_equals_int(media_time(mux.movie(), kSoundTrack), 0);
}
GST_END_TEST

GST_START_TEST(test_the_pads_property_says_the_priming) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  gst_child_proxy_set(GST_CHILD_PROXY(mux.element.get()), "audio_0::priming", 333, nullptr);
  push_pictures(video, 10);
  GstBuffer* first = packet(50, 0, GST_CLOCK_TIME_NONE);
  gst_buffer_add_audio_clipping_meta(first, GST_FORMAT_DEFAULT, 500, 0);
  gst_harness_push(audio, first);
  push_aac(audio, 19, aac_time(1));

  end(audio);
  fail_unless(end(video));

  assert_equals_int(media_time(mux.movie(), kSoundTrack), 333);
}
GST_END_TEST

GST_START_TEST(test_clipping_says_the_priming_and_the_end) {
  Mux mux;
  GstHarness* video = mux.add("video_0", kHigh);
  GstHarness* audio = mux.add("audio_0", kAac);
  push_pictures(video, 10);
  // 2100 samples in front: two packets and a part of the third.
  for (int i = 0; i < 6; ++i) {
    GstBuffer* buffer = packet(50, i < 3 ? 0 : aac_time(i) - aac_time(2), GST_CLOCK_TIME_NONE);
    const std::array<guint64, 6> start = {1024, 1024, 52, 0, 0, 0};
    const guint64 clipped_end = i == 5 ? 24 : 0;
    gst_buffer_add_audio_clipping_meta(
        buffer,
        GST_FORMAT_DEFAULT,
        start.at(static_cast<std::size_t>(i)),
        clipped_end);
    gst_harness_push(audio, buffer);
  }

  end(audio);
  fail_unless(end(video));

  const Bytes movie = mux.movie();
  assert_equals_int(media_time(movie, kSoundTrack), 2100);
  fail_unless(durations(movie, kSoundTrack) == std::vector<guint32>({5, 1024, 1, 1000}));
}
GST_END_TEST

// ---- Behind real encoders ----------------------------------------------------

namespace {

// A passive element that calls itself an audio encoder.
GType mystery_encoder_type() {
  static const GType type = [] {
    auto identity = adopt(gst_element_factory_make("identity", nullptr));
    gst_object_ref_sink(identity.get());
    GTypeQuery parent;
    g_type_query(G_OBJECT_TYPE(identity.get()), &parent);
    GTypeInfo info{};
    info.class_size = static_cast<guint16>(parent.class_size);
    info.instance_size = static_cast<guint16>(parent.instance_size);
    info.class_init = [](gpointer klass, gpointer) {
      gst_element_class_set_static_metadata(
          GST_ELEMENT_CLASS(klass),
          "Mystery",
          "Codec/Encoder/Audio",
          "Unknown",
          "Nobody");
    };
    return g_type_register_static(
        parent.type,
        "MysteryAudioEncoder",
        &info,
        static_cast<GTypeFlags>(0));
  }();
  return type;
}

struct Run {
  Bytes movie;
  std::vector<std::string> warnings;
};

// The movie of a line whose muxer is called m.
Run run(const std::string& sound) {
  GError* error = nullptr;
  const std::string line =
      "videotestsrc num-buffers=10 ! video/x-raw,width=64,height=48 ! x264enc ! h264parse ! "
      "livephotomux name=m content-identifier=" +
      std::string(kIdentifier) + " marker-time=0 ! appsink name=out sync=false async=false " +
      sound;
  GstElement* pipeline = gst_parse_launch(line.c_str(), &error);
  fail_unless(error == nullptr, "%s", error ? error->message : "");
  Run result;
  auto out = adopt(gst_bin_get_by_name(GST_BIN(pipeline), "out"));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  while (true) {
    GstSample* raw = nullptr;
    g_signal_emit_by_name(out.get(), "try-pull-sample", 20 * GST_SECOND, &raw);
    if (!raw) break;
    auto sample = adopt(raw);
    const ReadMap map(gst_sample_get_buffer(sample.get()));
    result.movie.insert(result.movie.end(), map.bytes().begin(), map.bytes().end());
  }
  auto* bus = gst_element_get_bus(pipeline);
  while (GstMessage* message = gst_bus_pop_filtered(
             bus,
             static_cast<GstMessageType>(GST_MESSAGE_WARNING | GST_MESSAGE_ERROR))) {
    GError* said = nullptr;
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING)
      gst_message_parse_warning(message, &said, nullptr);
    else
      gst_message_parse_error(message, &said, nullptr);
    result.warnings.emplace_back(said->message);
    g_error_free(said);
    gst_message_unref(message);
  }
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return result;
}

bool have(std::initializer_list<const char*> factories) {
  for (const char* name : factories) {
    auto factory = adopt(gst_element_factory_find(name));
    if (factory) continue;
    g_print("skipped: there is no %s\n", name);
    return false;
  }
  return true;
}

constexpr const char* kTone = " audiotestsrc num-buffers=20 ! audio/x-raw,rate=48000,channels=2 ! ";

int priming_behind(const std::string& encoder) {
  const Run result = run(kTone + encoder + " ! m.audio_0");
  fail_unless(
      result.warnings.empty(),
      "%s",
      result.warnings.empty() ? "" : result.warnings[0].c_str());
  return media_time(result.movie, kSoundTrack);
}

}  // namespace

GST_START_TEST(test_knows_what_encoders_put_in_front) {
  if (!have({"x264enc", "avenc_aac", "voaacenc", "avenc_alac", "aacparse"})) return;

  assert_equals_int(priming_behind("avenc_aac"), 1024);
  assert_equals_int(priming_behind("avenc_aac ! aacparse ! queue ! tee"), 1024);
  assert_equals_int(priming_behind("voaacenc ! aacparse"), 1600);
  assert_equals_int(priming_behind("avenc_alac"), 0);
  assert_equals_int(priming_behind("audioconvert ! audio/x-raw,format=S24BE"), 0);
}
GST_END_TEST

namespace {

constexpr int kClick = 12'345;  // sample

void write_file(const std::string& path, const void* data, std::size_t size) {
  GError* error = nullptr;
  fail_unless(
      g_file_set_contents(
          path.c_str(),
          static_cast<const gchar*>(data),
          static_cast<gssize>(size),
          &error),
      "%s",
      error ? error->message : "");
}

// Silence of 0.4 s with one loud sample, through the encoder.
Bytes movie_with_click(const std::string& folder, const std::string& encoder) {
  std::vector<gint16> samples(19'200, 0);
  samples.at(kClick) = 30'000;
  write_file(folder + "/click.raw", samples.data(), samples.size() * sizeof(gint16));
  return run("filesrc location=" + folder +
             "/click.raw ! rawaudioparse pcm-format=s16le sample-rate=48000 num-channels=1 ! "
             "audioconvert ! " +
             encoder + " ! m.audio_0")
      .movie;
}

// The loudest sample that comes out of qtdemux and a decoder.
int loudest_sample(const std::string& folder, const Bytes& movie) {
  write_file(folder + "/click.mov", movie.data(), movie.size());
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(
      ("filesrc location=" + folder +
       "/click.mov ! qtdemux name=d d.audio_0 ! decodebin ! audioconvert ! "
       "audio/x-raw,format=S16LE ! appsink name=out sync=false")
          .c_str(),
      &error);
  fail_unless(error == nullptr);
  auto out = adopt(gst_bin_get_by_name(GST_BIN(pipeline), "out"));
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  int position = 0;
  int loudest = 0;
  int found = -1;
  while (true) {
    GstSample* raw = nullptr;
    g_signal_emit_by_name(out.get(), "try-pull-sample", 20 * GST_SECOND, &raw);
    if (!raw) break;
    auto sample = adopt(raw);
    const ReadMap map(gst_sample_get_buffer(sample.get()));
    for (std::size_t i = 0; i + 1 < map.bytes().size(); i += 2, ++position) {
      const int level = std::abs(static_cast<gint16>(map.bytes()[i] | map.bytes()[i + 1] << 8));
      if (level <= loudest) continue;
      loudest = level;
      found = position;
    }
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return found;
}

}  // namespace

GST_START_TEST(test_a_click_stays_where_it_was) {
  if (!have({"x264enc", "avenc_aac", "avdec_aac", "voaacenc", "avenc_alac", "qtdemux"})) return;
  const auto folder = adopt(g_dir_make_tmp("livephotomux-XXXXXX", nullptr));
  const std::string path = folder.get();

  for (const char* encoder : {"avenc_aac", "voaacenc", "avenc_alac", "identity"})
    assert_equals_int(loudest_sample(path, movie_with_click(path, encoder)), kClick);

  g_remove((path + "/click.raw").c_str());
  g_remove((path + "/click.mov").c_str());
  g_rmdir(path.c_str());
}
GST_END_TEST

GST_START_TEST(test_finds_encoders_in_bins) {
  if (!have({"x264enc", "avenc_aac", "voaacenc", "aacparse"})) return;

  assert_equals_int(priming_behind("( avenc_aac ! ( aacparse ) )"), 1024);
  assert_equals_int(priming_behind("( audioconvert ! voaacenc ) ! ( aacparse )"), 1600);
}
GST_END_TEST

GST_START_TEST(test_takes_the_priming_in_a_launch_line) {
  if (!have({"x264enc", "avenc_aac"})) return;

  const Run result = run(std::string(kTone) + "avenc_aac ! m.audio_0  ");
  assert_equals_int(media_time(result.movie, kSoundTrack), 1024);

  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(
      "livephotomux name=m audio_0::priming=77 ! fakesink audiotestsrc ! avenc_aac ! m.",
      &error);
  fail_unless(error == nullptr);
  gint priming = 0;
  auto mux = adopt(gst_bin_get_by_name(GST_BIN(pipeline), "m"));
  gst_child_proxy_get(GST_CHILD_PROXY(mux.get()), "audio_0::priming", &priming, nullptr);
  assert_equals_int(priming, 77);
  gst_object_unref(pipeline);
}
GST_END_TEST

GST_START_TEST(test_warns_of_an_encoder_that_nobody_measured) {
  if (!have({"x264enc", "avenc_aac"})) return;
  gst_element_register(nullptr, "mysteryenc", GST_RANK_NONE, mystery_encoder_type());

  const Run result = run(std::string(kTone) + "avenc_aac ! mysteryenc ! m.");

  assert_equals_int(media_time(result.movie, kSoundTrack), 1024);
  assert_equals_uint64(result.warnings.size(), 1);
  fail_unless(
      result.warnings.front().find("set the property priming of audio_0") != std::string::npos);
}
GST_END_TEST

GST_START_TEST(test_encoders_negotiate_what_apple_decodes) {
  if (!have({"x264enc", "h264parse"})) return;
  for (const char* format : {"Y444", "I420_10LE", "Y42B", "RGB"}) {
    GError* error = nullptr;
    const std::string line =
        "videotestsrc num-buffers=3 ! video/x-raw,width=64,height=48,format=" +
        std::string(format) +
        " ! videoconvert ! x264enc ! h264parse ! livephotomux name=m content-identifier=" +
        kIdentifier + " marker-time=0 ! fakesink async=false";
    GstElement* pipeline = gst_parse_launch(line.c_str(), &error);
    fail_unless(error == nullptr);
    auto* bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    GstMessage* message = gst_bus_timed_pop_filtered(
        bus,
        20 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    fail_unless(message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS, "%s", format);
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  }
}
GST_END_TEST

static Suite* livephotomux_suite() {
  Suite* suite = suite_create("livephotomux");

  TCase* movie = tcase_create("movie");
  suite_add_tcase(suite, movie);
  tcase_set_timeout(movie, 180);
  tcase_add_test(movie, test_writes_in_the_cameras_order);
  tcase_add_test(movie, test_faststart_puts_the_index_first);
  tcase_add_test(movie, test_writes_nothing_before_the_end_and_then_a_whole_stream);
  tcase_add_test(movie, test_copies_no_packet);
  tcase_add_test(movie, test_threads_do_not_change_the_bytes);
  tcase_add_test(movie, test_hides_what_is_before_the_segment);
  tcase_add_test(movie, test_a_missing_time_is_derived);
  tcase_add_test(movie, test_an_empty_buffer_and_a_gap_are_no_packet);
  tcase_add_test(movie, test_hev1_becomes_hvc1);
  tcase_add_test(movie, test_shape_and_colour_come_from_caps);
  tcase_add_test(movie, test_alac_with_and_without_its_box);

  TCase* tags = tcase_create("tags");
  suite_add_tcase(suite, tags);
  tcase_set_timeout(tags, 180);
  tcase_add_test(tags, test_tags_say_identifier_and_still);
  tcase_add_test(tags, test_tags_may_come_with_the_sound_alone);
  tcase_add_test(tags, test_properties_override_tags);
  tcase_add_test(tags, test_describes_the_capture);

  TCase* errors = tcase_create("errors");
  suite_add_tcase(suite, errors);
  tcase_set_timeout(errors, 180);
  tcase_add_test(errors, test_says_what_the_clip_lacks);
  tcase_add_test(errors, test_an_invalid_identifier_is_refused_at_once);
  tcase_add_test(errors, test_sound_alone_is_no_movie);
  tcase_add_test(errors, test_memory_is_bounded);
  tcase_add_test(errors, test_silence_counts_as_memory);
  tcase_add_test(errors, test_half_a_sample_is_refused);
  tcase_add_test(errors, test_a_stream_without_times_is_refused);
  tcase_add_test(errors, test_says_why_it_refuses_a_stream);
  tcase_add_test(errors, test_a_change_within_the_clip_is_refused);
  tcase_add_test(errors, test_a_fuller_description_within_the_clip_is_taken);
  tcase_add_test(errors, test_an_unlinked_source_pad_is_an_error);
  tcase_add_test(errors, test_stops_where_downstream_fails);
  tcase_add_test(errors, test_says_upstream_that_the_movie_is_written);
  tcase_add_test(errors, test_says_nothing_of_a_movie_that_failed);

  TCase* negotiation = tcase_create("negotiation");
  suite_add_tcase(suite, negotiation);
  tcase_set_timeout(negotiation, 180);
  tcase_add_test(negotiation, test_offers_what_apple_decodes);
  tcase_add_test(negotiation, test_not_strict_takes_any_profile);
  tcase_add_test(negotiation, test_a_profile_may_be_named_by_the_configuration_alone);
  tcase_add_test(negotiation, test_answers_queries_about_its_bytes);

  TCase* run = tcase_create("run");
  suite_add_tcase(suite, run);
  tcase_set_timeout(run, 180);
  tcase_add_test(run, test_there_is_one_video);
  tcase_add_test(run, test_a_released_pad_counts_as_gone);
  tcase_add_test(run, test_a_pad_that_never_had_caps_is_left_out);
  tcase_add_test(run, test_refuses_data_after_the_end);
  tcase_add_test(run, test_a_flush_begins_anew);
  tcase_add_test(run, test_a_flush_interrupts_the_writing);
  tcase_add_test(run, test_can_be_used_again);
  tcase_add_test(run, test_pads_come_and_go_in_any_state);

  TCase* sound = tcase_create("sound");
  suite_add_tcase(suite, sound);
  tcase_set_timeout(sound, 180);
  tcase_add_test(sound, test_a_gap_in_aac_lengthens_the_packet_before);
  tcase_add_test(sound, test_a_gap_in_pcm_becomes_silence);
  tcase_add_test(sound, test_an_overlap_is_reported_once);
  tcase_add_test(sound, test_packets_of_no_encoder_have_no_priming);
  tcase_add_test(sound, test_the_pads_property_says_the_priming);
  tcase_add_test(sound, test_clipping_says_the_priming_and_the_end);

  TCase* encoders = tcase_create("encoders");
  suite_add_tcase(suite, encoders);
  tcase_set_timeout(encoders, 180);
  tcase_add_test(encoders, test_knows_what_encoders_put_in_front);
  tcase_add_test(encoders, test_a_click_stays_where_it_was);
  tcase_add_test(encoders, test_finds_encoders_in_bins);
  tcase_add_test(encoders, test_takes_the_priming_in_a_launch_line);
  tcase_add_test(encoders, test_warns_of_an_encoder_that_nobody_measured);
  tcase_add_test(encoders, test_encoders_negotiate_what_apple_decodes);
  return suite;
}

GST_CHECK_MAIN(livephotomux)
