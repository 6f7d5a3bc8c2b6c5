// livephotosink mode=trigger: captures of a stream, one by one, overlapping, and failing.
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/gst/live_rig.h"

using livephoto::gst::adopt;
using livephoto::gst::retain;
using livephoto::live::assert_numbers;
using livephoto::live::Encoded;
using livephoto::live::encoded;
using livephoto::live::Ended;
using livephoto::live::Feed;
using livephoto::live::from_to;
using livephoto::live::kFrame;
using livephoto::live::kRate;
using livephoto::live::number_in_still;
using livephoto::live::numbers_in_movie;
using livephoto::live::picture_of;
using livephoto::live::raw_caps;
using livephoto::live::Rig;
using livephoto::sample::comes_true;
using livephoto::sample::missing_of;
using livephoto::sample::read_pair;

namespace {

constexpr const char* kShort = "pre-capture=400000000 post-capture=400000000";  // ten frames each
constexpr const char* kEncoder = "x264enc speed-preset=ultrafast threads=1 key-int-max=7 bframes=2";

void assert_whole(const Ended& pair) {
  const auto read = read_pair(pair.still, pair.movie);
  fail_unless(read.problem.empty(), "%s", read.problem.c_str());
  fail_unless(read.identifier == pair.identifier, "%s has another identifier", pair.still.c_str());
}

// Of a capture at frame `still`, with so much around it as kShort says.
void assert_capture(const Ended& pair, int still) {
  assert_whole(pair);
  fail_unless_equals_int(number_in_still(pair.still), still);
  assert_numbers(numbers_in_movie(pair.movie), from_to(still - 10, still + 9));
  fail_unless_equals_uint64(pair.still_time, kFrame * static_cast<GstClockTime>(still));
}

// 16-bit sound of one channel at 48 kHz, as long as the frame.
livephoto::gst::Owned<GstBuffer> silence(int frame) {
  constexpr gsize kSize = 48000 / kRate * 2;
  GstBuffer* sound = gst_buffer_new_allocate(nullptr, kSize, nullptr);
  gst_buffer_memset(sound, 0, 0, kSize);
  GST_BUFFER_PTS(sound) = kFrame * static_cast<GstClockTime>(frame);
  GST_BUFFER_DURATION(sound) = kFrame;
  return adopt(sound);
}

void play_packets(Rig& rig, const Encoded& stream) {
  rig.name_files();
  rig.go_to(GST_STATE_PLAYING);
  rig.video.start(stream.caps.get());
  rig.push(stream, 0, 3);
  rig.expect_state(GST_STATE_PLAYING);
}

}  // namespace

// ---- One capture ---------------------------------------------------------------

GST_START_TEST(the_still_of_raw_pictures_is_the_frame_of_the_call) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 30);
  // Half a frame after picture 30 that is on screen still.
  rig.turn_to(kFrame * 30 + kFrame / 2);

  const auto identifier = rig.capture();
  rig.push(31, 60);

  const auto pair = rig.written();
  fail_unless(pair.identifier == identifier);
  assert_capture(pair, 30);
}
GST_END_TEST

GST_START_TEST(the_still_of_packets_is_the_frame_of_the_call) {
  const auto stream = encoded(70, kEncoder);
  Rig rig(kShort);
  play_packets(rig, stream);
  rig.push(stream, 3, 34);
  // Its packet has not come yet.
  rig.turn_to(kFrame * 37);
  const auto identifier = rig.capture();
  rig.push(stream, 34, 70);

  const auto pair = rig.written();
  fail_unless(pair.identifier == identifier);
  assert_capture(pair, 37);
}
GST_END_TEST

GST_START_TEST(what_a_display_shows_later_is_the_still_later) {
  Rig rig(kShort);
  rig.play_raw();
  gst_element_send_event(rig.sink(), gst_event_new_latency(3 * kFrame));
  rig.push(1, 30);

  rig.capture();
  rig.push(31, 60);

  assert_capture(rig.written(), 27);
}
GST_END_TEST

GST_START_TEST(a_capture_of_the_first_pictures_is_shorter) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 3);

  rig.capture();
  rig.push(4, 30);

  const auto pair = rig.written();
  assert_whole(pair);
  fail_unless_equals_int(number_in_still(pair.still), 3);
  assert_numbers(numbers_in_movie(pair.movie), from_to(0, 12));
}
GST_END_TEST

GST_START_TEST(the_sound_is_that_of_the_picture) {
  Rig rig(kShort);
  rig.link(rig.audio, "audio");
  rig.name_files();
  rig.go_to(GST_STATE_PLAYING);
  rig.audio.start("audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  rig.video.start(raw_caps().c_str());
  const auto push_sound = [&rig](int frame) { rig.audio.push(silence(frame)); };
  for (int i = 0; i < 30; ++i) {
    rig.push(i, i);
    push_sound(i);
  }
  rig.expect_state(GST_STATE_PLAYING);

  rig.capture();
  for (int i = 30; i < 60; ++i) {
    rig.push(i, i);
    push_sound(i);
  }

  const auto pair = rig.written();
  assert_capture(pair, 29);
  const auto movie = livephoto::sample::content_of(pair.movie);
  fail_if(movie.find("mp4a") == std::string::npos, "no sound");
  fail_unless_equals_int64(read_pair(pair.still, pair.movie).length.count(), 800);
}
GST_END_TEST

namespace {

struct Loudest {
  float value = 0;
  double second = -1;
};

void hear_loudest(GstElement*, GstBuffer* buffer, GstPad* pad, gpointer data) {
  auto& loudest = *static_cast<Loudest*>(data);
  const auto event = adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event.get(), &segment);
  guint64 time = 0;
  const gint sign =
      gst_segment_to_running_time_full(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer), &time);
  const livephoto::gst::ReadMap map(buffer);
  for (std::size_t i = 0; i * sizeof(float) < map.bytes().size(); ++i) {
    float value = 0;
    std::memcpy(&value, map.bytes().data() + i * sizeof(float), sizeof(float));
    if (std::abs(value) <= loudest.value) continue;
    const double begin = sign * static_cast<double>(time) / GST_SECOND;
    loudest = {std::abs(value), begin + static_cast<double>(i) / 48000};
  }
}

// When a movie's sound is loudest, in seconds from its begin on.
double loudest_second(const std::string& movie) {
  Loudest loudest;
  livephoto::live::play(
      "filesrc location=" + movie +
          " ! qtdemux name=d d.audio_0 ! avdec_aac ! audioconvert ! audio/x-raw,format=F32LE,"
          "channels=1 ! fakesink name=s signal-handoffs=true sync=false",
      G_CALLBACK(hear_loudest),
      &loudest);
  return loudest.second;
}

}  // namespace

// An encoder puts a frame of silence in front; what is heard must not be that much later.
GST_START_TEST(a_click_is_heard_when_it_was) {
  Rig rig(std::string(kShort) + " audio-encoder=avenc_aac");
  rig.link(rig.audio, "audio");
  rig.name_files();
  rig.go_to(GST_STATE_PLAYING);
  rig.audio.start("audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=1");
  rig.video.start(raw_caps().c_str());
  // Silence, but for a click in the middle of frame 25.
  const auto push = [&rig](int frame) {
    rig.push(frame, frame);
    auto sound = silence(frame);
    if (frame == 25) gst_buffer_memset(sound.get(), 2 * 960, 0x60, 2 * 48);
    rig.audio.push(std::move(sound));
  };
  for (int i = 0; i < 30; ++i) push(i);
  rig.expect_state(GST_STATE_PLAYING);
  rig.capture();
  for (int i = 30; i < 60; ++i) push(i);

  const auto pair = rig.written();
  assert_capture(pair, 29);
  // The clip begins with frame 19. A frame of AAC lasts 21 ms.
  const double click = loudest_second(pair.movie);
  fail_unless(std::abs(click - (25.5 - 19) / kRate) < 0.006, "heard at %f s", click);
}
GST_END_TEST

GST_START_TEST(the_tags_of_the_application_are_in_both_files) {
  Rig rig(kShort);
  gst_tag_setter_add_tags(
      GST_TAG_SETTER(rig.sink()),
      GST_TAG_MERGE_REPLACE,
      GST_TAG_DEVICE_MANUFACTURER,
      "Makers of cameras",
      nullptr);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 40);

  const auto pair = rig.written();
  for (const auto& path : {pair.still, pair.movie})
    fail_if(livephoto::sample::content_of(path).find("Makers of cameras") == std::string::npos);
}
GST_END_TEST

GST_START_TEST(the_tags_are_those_of_the_call) {
  Rig rig(kShort);
  const auto set_maker = [&rig](const char* maker) {
    gst_tag_setter_add_tags(
        GST_TAG_SETTER(rig.sink()),
        GST_TAG_MERGE_REPLACE,
        GST_TAG_DEVICE_MANUFACTURER,
        maker,
        nullptr);
  };
  set_maker("Makers of cameras");
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  set_maker("Makers of others");
  rig.push(21, 40);

  const auto pair = rig.written();
  for (const auto& path : {pair.still, pair.movie})
    fail_if(livephoto::sample::content_of(path).find("Makers of cameras") == std::string::npos);
}
GST_END_TEST

// ---- Names ---------------------------------------------------------------------

namespace {

struct Asked {
  Rig* rig;
  std::string answer;  // "" for NULL
  int first = 0;       // pictures that come while it thinks
  int last = -1;
};

gchar* answer(GstElement*, guint, gpointer data) {
  const auto& asked = *static_cast<Asked*>(data);
  asked.rig->push(asked.first, asked.last);
  return asked.answer.empty() ? nullptr : g_strdup(asked.answer.c_str());
}

void answer_with(Rig& rig, Asked& asked) {
  g_signal_connect(rig.sink(), "format-location", G_CALLBACK(answer), &asked);
}

}  // namespace

GST_START_TEST(the_stream_goes_on_while_the_application_thinks_of_a_name) {
  Rig rig(kShort);
  Asked asked{&rig, (rig.folder / "slow").string(), 21, 120};
  answer_with(rig, asked);
  rig.play_raw();
  rig.push(1, 20);

  rig.capture();

  assert_capture(rig.written(), 20);
}
GST_END_TEST

GST_START_TEST(a_name_may_have_per_cent_signs) {
  Rig rig(kShort);
  const auto folder = rig.folder / "50%dark";
  std::filesystem::create_directory(folder);
  Asked asked{&rig, (folder / "100%d").string()};
  answer_with(rig, asked);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 40);

  const auto pair = rig.written();
  assert_capture(pair, 20);
  fail_unless(pair.movie == (folder / "100%d.MOV").string(), "%s", pair.movie.c_str());
}
GST_END_TEST

GST_START_TEST(a_per_cent_sign_of_the_location_is_one_of_the_file) {
  Rig rig(kShort);
  rig.name_files("50%%d-%d");
  rig.go_to(GST_STATE_READY);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 40);

  const auto pair = rig.written();
  fail_unless(pair.movie == (rig.folder / "50%d-0.MOV").string(), "%s", pair.movie.c_str());
}
GST_END_TEST

// NULL takes the property, which has the same name for all here.
GST_START_TEST(no_answer_takes_the_location_if_it_has_a_place_for_the_number) {
  Rig rig(kShort + std::string(" max-captures=1"));
  Asked asked{&rig, ""};
  answer_with(rig, asked);
  rig.name_files("always-the-same");
  rig.go_to(GST_STATE_READY);
  rig.play_raw();
  rig.push(1, 20);
  fail_unless(rig.capture().empty());
  rig.push(21, 40);
  rig.video.send(gst_event_new_eos());
  rig.expect_eos();
  fail_unless_equals_int(static_cast<int>(rig.warnings.size()), 1);
  fail_if(rig.warnings[0].find("a number's place") == std::string::npos);
  rig.go_to(GST_STATE_NULL);

  rig.name_files("numbered-%d");
  gst_element_set_start_time(rig.pipeline(), GST_CLOCK_TIME_NONE);
  rig.go_to(GST_STATE_READY);
  rig.play_raw();
  rig.push(41, 60);
  // The one that was refused is not counted.
  fail_if(rig.capture().empty());
  rig.push(61, 80);
  assert_whole(rig.written());
}
GST_END_TEST

// ---- Several -------------------------------------------------------------------

GST_START_TEST(captures_that_overlap_are_pairs_of_their_own) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  std::map<std::string, int> stills;
  stills[rig.capture()] = 20;
  rig.push(21, 24);
  stills[rig.capture()] = 24;
  stills[rig.capture()] = 24;
  rig.push(25, 31);
  stills[rig.capture()] = 31;
  rig.push(32, 50);

  const auto pairs = rig.written(4);

  std::set<std::string> names;
  for (const auto& [identifier, still] : stills) {
    fail_unless(pairs.contains(identifier), "%s is missing", identifier.c_str());
    assert_capture(pairs.at(identifier), still);
    names.insert(pairs.at(identifier).movie);
  }
  fail_unless_equals_int(static_cast<int>(names.size()), 4);
  fail_unless_equals_int(static_cast<int>(rig.folder.names().size()), 8);
}
GST_END_TEST

namespace {

// Keeps the thread that has written the first pair until the second is written.
struct HeldUp {
  std::mutex mutex;
  std::condition_variable written;
  int count = 0;
  bool in_vain = false;
};

GstBusSyncReply hold_first(GstBus*, GstMessage* message, gpointer data) {
  if (!gst_message_has_name(message, "live-photo-written")) return GST_BUS_PASS;
  auto& held = *static_cast<HeldUp*>(data);
  std::unique_lock lock(held.mutex);
  if (++held.count > 1)
    held.written.notify_all();
  else
    held.in_vain = !held.written.wait_for(lock, livephoto::sample::patience() / 2, [&] {
      return held.count > 1;
    });
  return GST_BUS_PASS;
}

}  // namespace

GST_START_TEST(a_capture_does_not_wait_for_the_thread_of_another) {
  HeldUp held;
  Rig rig(kShort);
  const auto set_handler = [&rig](GstBusSyncHandler handler, gpointer data) {
    GstBus* bus = gst_element_get_bus(rig.pipeline());
    gst_bus_set_sync_handler(bus, handler, data, nullptr);
    gst_object_unref(bus);
  };
  set_handler(hold_first, &held);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 24);
  rig.capture();
  rig.push(25, 50);

  rig.written(2);
  set_handler(nullptr, nullptr);
  fail_if(held.in_vain, "the second waited for the first");
}
GST_END_TEST

GST_START_TEST(more_than_max_captures_at_once_are_refused) {
  Rig rig(std::string(kShort) + " max-captures=2");
  rig.play_raw();
  rig.push(1, 20);
  const auto first = rig.capture();
  const auto second = rig.capture();
  fail_if(first.empty() || second.empty());

  fail_unless(rig.capture().empty());
  rig.push(21, 40);
  rig.written(2);
  fail_unless_equals_int(static_cast<int>(rig.warnings.size()), 1);

  fail_if(rig.capture().empty(), "no capture after the others are written");
  rig.push(41, 60);
  rig.written();
}
GST_END_TEST

GST_START_TEST(the_ring_is_bounded_in_time) {
  static std::atomic<int> alive;
  alive = 0;
  // A group of pictures lasts 280 ms.
  const auto stream = encoded(200, kEncoder);
  Rig rig(kShort);
  play_packets(rig, stream);
  for (std::size_t i = 3; i < stream.packets.size(); ++i) {
    auto packet = adopt(gst_buffer_copy(stream.packets[i].get()));
    rig.turn_to(GST_BUFFER_PTS(packet.get()));
    ++alive;
    gst_mini_object_weak_ref(
        GST_MINI_OBJECT_CAST(packet.get()),
        +[](gpointer, GstMiniObject*) { --alive; },
        nullptr);
    rig.video.push(std::move(packet));
    // 400 ms, and the group that they begin in.
    fail_unless(alive <= 10 + 7 + 2, "%d packets are kept", alive.load());
  }
}
GST_END_TEST

// A camera whose picture stalls while its microphone goes on.
GST_START_TEST(sound_is_bounded_in_time_though_no_picture_comes) {
  static std::atomic<int> alive;
  alive = 0;
  const auto stream = encoded(20, kEncoder);
  Rig rig(kShort);
  rig.link(rig.audio, "audio");
  rig.name_files();
  rig.go_to(GST_STATE_PLAYING);
  rig.audio.start(
      "audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=48000,channels=1,"
      "codec_data=(buffer)1188");
  rig.video.start(stream.caps.get());
  rig.push(stream, 0, stream.packets.size());
  rig.expect_state(GST_STATE_PLAYING);
  for (int i = 0; i < 400; ++i) {
    GstBuffer* packet = gst_buffer_new_allocate(nullptr, 64, nullptr);
    gst_buffer_memset(packet, 0, 0, 64);
    GST_BUFFER_PTS(packet) = kFrame * static_cast<GstClockTime>(i);
    GST_BUFFER_DURATION(packet) = kFrame;
    rig.turn_to(GST_BUFFER_PTS(packet));
    ++alive;
    gst_mini_object_weak_ref(
        GST_MINI_OBJECT_CAST(packet),
        +[](gpointer, GstMiniObject*) { --alive; },
        nullptr);
    rig.audio.push(adopt(packet));
    // 400 ms before, and 300 ms for a decoder.
    fail_unless(alive <= 10 + 8 + 2, "%d packets are kept", alive.load());
  }
}
GST_END_TEST

GST_START_TEST(a_capture_that_no_picture_completes_fails_after_a_while) {
  Rig rig(std::string(kShort) + " max-captures=1");
  rig.play_raw();
  rig.push(1, 20);
  const auto identifier = rig.capture();
  rig.push(21, 25);

  // Nothing comes any more, so only the clock can tell.
  rig.wake_at(kFrame * 20 + 400 * GST_MSECOND + 4 * GST_SECOND);
  fail_unless(rig.capture().empty(), "it does not wait any more");
  rig.wake_at(30 * GST_SECOND);

  const auto lost = rig.next();
  fail_unless(lost.identifier == identifier);
  fail_if(
      lost.failure.find("No picture that follows has come") == std::string::npos,
      "%s",
      lost.failure.c_str());
  // It plays on.
  rig.push(751, 780);
  fail_if(rig.capture().empty());
  rig.push(781, 800);
  assert_capture(rig.written(), 780);
}
GST_END_TEST

// Its pictures came before there was a clock, and then none.
GST_START_TEST(a_capture_of_pictures_from_before_it_played_fails_after_a_while_too) {
  Rig rig(kShort);
  rig.name_files();
  rig.go_to(GST_STATE_PAUSED);
  rig.video.start(raw_caps().c_str());
  for (int i = 0; i < 8; ++i) rig.video.push(picture_of(i));
  rig.expect_state(GST_STATE_PAUSED);
  rig.go_to(GST_STATE_PLAYING);
  rig.expect_state(GST_STATE_PLAYING);
  const auto identifier = rig.capture();
  fail_if(identifier.empty());

  rig.wake_at(20 * GST_SECOND);

  const auto lost = rig.next();
  fail_unless(lost.identifier == identifier);
  fail_if(lost.failure.empty());
}
GST_END_TEST

GST_START_TEST(a_capture_fails_where_the_times_of_the_pictures_go_back) {
  const auto stream = encoded(300, kEncoder);
  Rig rig(kShort);
  play_packets(rig, stream);
  rig.push(stream, 3, 270);
  const auto identifier = rig.capture();
  fail_if(identifier.empty());

  // As many pictures as before come in each second, but of long ago.
  const GstClockTime begin = GST_BUFFER_PTS(stream.packets[269].get());
  for (std::size_t i = 0; i < 250; ++i) {
    rig.wake_at(begin + kFrame * static_cast<GstClockTime>(i));
    rig.video.push(adopt(gst_buffer_copy(stream.packets[i].get())));
  }

  const auto lost = rig.next();
  fail_unless(lost.identifier == identifier);
  fail_if(lost.failure.empty());
}
GST_END_TEST

GST_START_TEST(a_capture_that_waits_does_not_hold_its_element) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  const auto holders = GST_OBJECT_REFCOUNT_VALUE(rig.sink());
  fail_if(rig.capture().empty());
  fail_unless_equals_int(GST_OBJECT_REFCOUNT_VALUE(rig.sink()), holders);
}
GST_END_TEST

GST_START_TEST(pictures_that_come_late_complete_a_capture_all_the_same) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  for (int i = 21; i <= 40; ++i) {
    rig.wake_at(GST_SECOND * static_cast<GstClockTime>(i - 19));
    rig.video.push(picture_of(i));
  }
  assert_capture(rig.written(), 20);
}
GST_END_TEST

GST_START_TEST(the_ring_is_bounded_in_bytes) {
  const auto stream = encoded(60, "x264enc speed-preset=ultrafast threads=1 key-int-max=100");
  Rig rig;
  // (gst_parse_launch() of GStreamer 1.22 leaks the child whose property it sets.)
  gst_child_proxy_set(
      GST_CHILD_PROXY(rig.sink()),
      "select::max-size-bytes",
      G_GUINT64_CONSTANT(2000),
      nullptr);
  play_packets(rig, stream);
  rig.push(stream, 3, 60);

  // Of a group of pictures that is too large nothing is kept, and nothing can be captured.
  fail_unless(rig.capture().empty());
}
GST_END_TEST

GST_START_TEST(an_encoder_inside_makes_short_groups) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 120);
  rig.capture();
  rig.push(121, 140);

  const auto pair = rig.written();
  // Before the clip is at most one group of pictures, of about a second.
  assert_capture(pair, 120);
  const auto size = std::filesystem::file_size(pair.movie);
  fail_unless(size < 200000, "%ju bytes", static_cast<std::uintmax_t>(size));
}
GST_END_TEST

GST_START_TEST(many_captures_leave_nothing_behind) {
  Rig rig("pre-capture=80000000 post-capture=80000000");
  rig.play_raw();
  int frame = 1;
  const auto threads = [] {
    return std::distance(
        std::filesystem::directory_iterator("/proc/self/task"),
        std::filesystem::directory_iterator());
  };
  const auto take = [&] {
    rig.push(frame, frame + 5);
    frame += 6;
    rig.capture();
    rig.push(frame, frame + 5);
    frame += 6;
    rig.written();
  };
  take();
  const auto children = GST_BIN_NUMCHILDREN(GST_BIN(rig.sink()));

  for (int i = 0; i < 12; ++i) take();

  fail_unless_equals_int(GST_BIN_NUMCHILDREN(GST_BIN(rig.sink())), children);
  // A thread ends a moment after its pair is written; x265 and GStreamer keep some.
  fail_unless(
      comes_true([&] { return threads() < 40; }),
      "%d threads",
      static_cast<int>(threads()));
  fail_unless_equals_int(static_cast<int>(rig.folder.names().size()), 26);
}
GST_END_TEST

// ---- States --------------------------------------------------------------------

GST_START_TEST(only_what_plays_can_be_captured) {
  Rig rig(kShort);
  rig.name_files();
  fail_unless(rig.capture().empty());
  rig.go_to(GST_STATE_PAUSED);
  fail_unless(rig.capture().empty());
  rig.play_raw();
  fail_if(rig.capture().empty());
}
GST_END_TEST

GST_START_TEST(without_mode_trigger_nothing_is_captured) {
  Rig rig(std::string(kShort) + " mode=window");
  rig.play_raw();
  fail_unless(rig.capture().empty());
}
GST_END_TEST

GST_START_TEST(a_pause_does_not_end_a_capture) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 22);

  rig.go_to(GST_STATE_PAUSED);
  fail_unless(rig.capture().empty());
  rig.go_to(GST_STATE_PLAYING);
  rig.push(23, 40);

  assert_capture(rig.written(), 20);
}
GST_END_TEST

GST_START_TEST(a_stop_gives_up_what_is_not_complete) {
  Rig rig(kShort);
  for (int round = 0; round < 2; ++round) {
    rig.play_raw();
    rig.push(1, 20);
    rig.capture();
    rig.push(21, 22);

    rig.go_to(GST_STATE_READY);

    const auto ended = rig.next();
    fail_if(ended.failure.empty());
    fail_unless(rig.folder.names().empty());
    gst_element_set_start_time(rig.pipeline(), GST_CLOCK_TIME_NONE);
  }
}
GST_END_TEST

GST_START_TEST(after_a_stop_it_captures_again_in_another_mode_too) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 40);
  assert_capture(rig.written(), 20);
  rig.go_to(GST_STATE_NULL);

  g_object_set(
      rig.sink(),
      "duration",
      G_GUINT64_CONSTANT(400000000),
      "controls-source",
      FALSE,
      nullptr);
  gst_util_set_object_arg(G_OBJECT(rig.sink()), "mode", "window");
  rig.name_files("window");
  rig.go_to(GST_STATE_PLAYING);
  rig.video.start(raw_caps().c_str());
  rig.push(0, 20);
  rig.video.send(gst_event_new_eos());

  const auto pair = rig.written();
  assert_whole(pair);
  assert_numbers(numbers_in_movie(pair.movie), from_to(0, 9));
  rig.expect_eos();
}
GST_END_TEST

// ---- The end -------------------------------------------------------------------

GST_START_TEST(eos_ends_captures_with_what_came_and_waits_for_them) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 23);

  rig.video.send(gst_event_new_eos());

  const auto pair = rig.written();
  assert_whole(pair);
  fail_unless_equals_int(number_in_still(pair.still), 20);
  assert_numbers(numbers_in_movie(pair.movie), from_to(10, 23));
  rig.expect_eos();
}
GST_END_TEST

GST_START_TEST(eos_without_captures_is_posted_at_once) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 5);
  rig.video.send(gst_event_new_eos());
  rig.expect_eos();
}
GST_END_TEST

GST_START_TEST(a_flush_ends_captures_with_what_came) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 23);

  rig.video.send(gst_event_new_flush_start());
  rig.video.send(gst_event_new_flush_stop(TRUE));

  const auto pair = rig.written();
  assert_whole(pair);
  fail_unless_equals_int(number_in_still(pair.still), 20);
  // What came before is not captured any more.
  rig.video.send_segment();
  fail_unless(rig.capture().empty());
}
GST_END_TEST

// As in a pipeline that plays a file: its running time begins anew with the flush, and so must
// the clock's.
GST_START_TEST(after_a_flush_the_still_is_that_of_the_call_again) {
  Rig rig(kShort);
  gst_element_set_start_time(rig.pipeline(), 0);
  rig.play_raw();
  rig.push(1, 30);
  rig.video.send(gst_event_new_flush_start());
  rig.video.send(gst_event_new_flush_stop(TRUE));
  fail_unless(rig.capture().empty(), "a capture before the stream is there again");
  rig.video.send_segment();
  rig.video.push(picture_of(0));
  rig.expect_state(GST_STATE_PLAYING);
  const auto push = [&rig](int first, int last) {
    for (int i = first; i <= last; ++i) {
      rig.turn_to(kFrame * static_cast<GstClockTime>(30 + i));
      rig.video.push(picture_of(i));
    }
  };
  push(1, 20);

  rig.capture();
  push(21, 70);

  assert_capture(rig.written(), 20);
}
GST_END_TEST

GST_START_TEST(a_seek_of_the_pipeline_comes_to_the_source) {
  static std::atomic<int> seeks;
  seeks = 0;
  Rig rig(kShort);
  gst_pad_set_event_function(
      rig.video.pad(),
      +[](GstPad*, GstObject*, GstEvent* event) -> gboolean {
        if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK) ++seeks;
        gst_event_unref(event);
        return TRUE;
      });
  rig.play_raw();

  fail_unless(gst_element_seek_simple(rig.pipeline(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));

  fail_unless_equals_int(seeks, 1);
}
GST_END_TEST

GST_START_TEST(a_capture_that_waits_for_what_a_flush_has_taken_fails) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  const auto identifier = rig.capture();

  rig.video.send(gst_event_new_flush_stop(FALSE));

  const auto lost = rig.next();
  fail_unless(lost.identifier == identifier);
  fail_if(lost.failure.find("another place") == std::string::npos, "%s", lost.failure.c_str());
  fail_unless_equals_int(static_cast<int>(rig.warnings.size()), 1);
  rig.video.send_segment();
  rig.push(21, 40);
  rig.capture();
  rig.push(41, 60);
  assert_capture(rig.written(), 40);
}
GST_END_TEST

GST_START_TEST(sound_without_a_time_ends_no_capture) {
  Rig rig(kShort);
  rig.link(rig.audio, "audio");
  rig.name_files();
  rig.go_to(GST_STATE_PLAYING);
  rig.audio.start(
      "audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=48000,channels=1,"
      "codec_data=(buffer)1188");
  rig.video.start(raw_caps().c_str());
  rig.push(0, 20);
  rig.expect_state(GST_STATE_PLAYING);
  rig.capture();
  rig.push(21, 23);

  rig.audio.push(adopt(gst_buffer_new_allocate(nullptr, 64, nullptr)));
  rig.audio.send(gst_event_new_eos());
  rig.push(24, 40);

  assert_capture(rig.written(), 20);
}
GST_END_TEST

GST_START_TEST(a_capture_never_spans_two_formats) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  rig.capture();
  rig.push(21, 23);
  rig.video.send(gst_event_new_caps(adopt(gst_caps_from_string(raw_caps(320).c_str())).get()));
  rig.push(24, 30, 320);

  const auto before = rig.written();
  assert_whole(before);
  fail_unless_equals_int(number_in_still(before.still), 20);
  assert_numbers(numbers_in_movie(before.movie), from_to(10, 23));

  rig.capture();
  rig.push(31, 50, 320);
  const auto behind = rig.written();
  assert_whole(behind);
  fail_unless_equals_int(number_in_still(behind.still, 320), 30);
  assert_numbers(numbers_in_movie(behind.movie), from_to(24, 39));
}
GST_END_TEST

// ---- Failing -------------------------------------------------------------------

GST_START_TEST(a_capture_that_fails_leaves_the_pipeline_playing) {
  Rig rig(kShort);
  const auto inner = rig.folder / "inner";
  std::filesystem::create_directory(inner);
  rig.name_files("inner/a%d");
  rig.go_to(GST_STATE_READY);
  rig.play_raw();
  rig.push(1, 20);
  const auto identifier = rig.capture();
  std::filesystem::remove_all(inner);
  rig.push(21, 40);

  const auto lost = rig.next();
  fail_unless(lost.identifier == identifier);
  fail_if(lost.failure.find("inner") == std::string::npos, "%s", lost.failure.c_str());
  fail_unless_equals_int(static_cast<int>(rig.warnings.size()), 1);

  std::filesystem::create_directory(inner);
  rig.capture();
  rig.push(41, 60);
  assert_capture(rig.written(), 40);
}
GST_END_TEST

// What the threads of this process want for their stacks, for a while.
class StackSize {
 public:
  explicit StackSize(std::size_t size) {
    pthread_attr_init(&before_);
    pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, size);
    pthread_setattr_default_np(&huge);
    pthread_attr_destroy(&huge);
  }
  ~StackSize() {
    pthread_setattr_default_np(&before_);
    pthread_attr_destroy(&before_);
  }
  StackSize(const StackSize&) = delete;
  StackSize& operator=(const StackSize&) = delete;

 private:
  pthread_attr_t before_;
};

GST_START_TEST(a_capture_fails_where_the_system_starts_no_thread) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  const auto identifier = rig.capture();
  {
    const StackSize more_than_there_is(std::size_t{1} << 47);
    rig.push(21, 40);
  }

  const auto lost = rig.next();
  fail_unless(lost.identifier == identifier);
  fail_if(lost.failure.find("no thread") == std::string::npos, "%s", lost.failure.c_str());
  rig.capture();
  rig.push(41, 60);
  assert_capture(rig.written(), 40);
}
GST_END_TEST

GST_START_TEST(a_location_must_have_a_place_for_the_number) {
  Rig rig(kShort);
  rig.name_files("always-the-same");
  fail_unless_equals_int(rig.go_to(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
}
GST_END_TEST

GST_START_TEST(a_folder_that_is_not_there_is_found_at_once) {
  Rig rig(kShort);
  rig.name_files("nowhere/a%d");
  fail_unless_equals_int(rig.go_to(GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
}
GST_END_TEST

// ---- What it costs the others --------------------------------------------------

GST_START_TEST(it_adds_nothing_to_the_latency) {
  livephoto::sample::Folder folder;
  const auto line = adopt(gst_parse_launch(
      ("videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=25/1 ! tee name=t "
       "t. ! queue ! fakesink sync=true t. ! queue ! livephotosink mode=trigger "
       "location=" +
       (folder / "a%d").string())
          .c_str(),
      nullptr));
  const auto alone = adopt(gst_parse_launch(
      "videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=25/1 ! queue ! "
      "fakesink sync=true",
      nullptr));
  GstClockTime latencies[2] = {0, 0};
  GstElement* pipelines[] = {line.get(), alone.get()};
  for (int i = 0; i < 2; ++i) {
    gst_element_set_state(pipelines[i], GST_STATE_PLAYING);
    gst_element_get_state(pipelines[i], nullptr, nullptr, 20 * GST_SECOND);
    const auto query = adopt(gst_query_new_latency());
    fail_unless(gst_element_query(pipelines[i], query.get()));
    gboolean live = FALSE;
    gst_query_parse_latency(query.get(), &live, &latencies[i], nullptr);
    fail_unless(live);
    gst_element_set_state(pipelines[i], GST_STATE_NULL);
  }
  fail_unless_equals_uint64(latencies[0], latencies[1]);
}
GST_END_TEST

GST_START_TEST(every_buffer_is_taken_while_captures_are_written) {
  Rig rig(kShort);
  rig.play_raw();
  rig.push(1, 20);
  // push() fails where one is refused; that it does not wait for a writer is shown by the order:
  // all are taken before the first pair is there.
  for (int i = 0; i < 4; ++i) {
    fail_if(rig.capture().empty());
    rig.push(21 + i, 21 + i);
  }
  rig.push(25, 120);
  rig.written(4);
}
GST_END_TEST

static Suite* live_suite() {
  auto* suite = suite_create("live");
  const auto add_case = [suite](const char* name) {
    auto* tests = tcase_create(name);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return tests;
  };
  auto* one = add_case("one");
  tcase_add_test(one, the_still_of_raw_pictures_is_the_frame_of_the_call);
  tcase_add_test(one, the_still_of_packets_is_the_frame_of_the_call);
  tcase_add_test(one, what_a_display_shows_later_is_the_still_later);
  tcase_add_test(one, a_capture_of_the_first_pictures_is_shorter);
  tcase_add_test(one, the_sound_is_that_of_the_picture);
  tcase_add_test(one, a_click_is_heard_when_it_was);
  tcase_add_test(one, the_tags_of_the_application_are_in_both_files);
  tcase_add_test(one, the_tags_are_those_of_the_call);

  auto* names = add_case("names");
  tcase_add_test(names, the_stream_goes_on_while_the_application_thinks_of_a_name);
  tcase_add_test(names, a_name_may_have_per_cent_signs);
  tcase_add_test(names, a_per_cent_sign_of_the_location_is_one_of_the_file);
  tcase_add_test(names, no_answer_takes_the_location_if_it_has_a_place_for_the_number);

  auto* several = add_case("several");
  tcase_add_test(several, captures_that_overlap_are_pairs_of_their_own);
  tcase_add_test(several, a_capture_does_not_wait_for_the_thread_of_another);
  tcase_add_test(several, more_than_max_captures_at_once_are_refused);
  tcase_add_test(several, the_ring_is_bounded_in_time);
  tcase_add_test(several, the_ring_is_bounded_in_bytes);
  tcase_add_test(several, sound_is_bounded_in_time_though_no_picture_comes);
  tcase_add_test(several, an_encoder_inside_makes_short_groups);
  tcase_add_test(several, many_captures_leave_nothing_behind);

  auto* states = add_case("states");
  tcase_add_test(states, only_what_plays_can_be_captured);
  tcase_add_test(states, without_mode_trigger_nothing_is_captured);
  tcase_add_test(states, a_pause_does_not_end_a_capture);
  tcase_add_test(states, a_stop_gives_up_what_is_not_complete);
  tcase_add_test(states, after_a_stop_it_captures_again_in_another_mode_too);

  auto* end = add_case("end");
  tcase_add_test(end, eos_ends_captures_with_what_came_and_waits_for_them);
  tcase_add_test(end, eos_without_captures_is_posted_at_once);
  tcase_add_test(end, a_flush_ends_captures_with_what_came);
  tcase_add_test(end, after_a_flush_the_still_is_that_of_the_call_again);
  tcase_add_test(end, a_seek_of_the_pipeline_comes_to_the_source);
  tcase_add_test(end, a_capture_that_waits_for_what_a_flush_has_taken_fails);
  tcase_add_test(end, sound_without_a_time_ends_no_capture);
  tcase_add_test(end, a_capture_never_spans_two_formats);

  auto* failing = add_case("failing");
  tcase_add_test(failing, a_capture_that_fails_leaves_the_pipeline_playing);
  tcase_add_test(failing, a_capture_that_no_picture_completes_fails_after_a_while);
  tcase_add_test(failing, a_capture_of_pictures_from_before_it_played_fails_after_a_while_too);
  tcase_add_test(failing, a_capture_fails_where_the_times_of_the_pictures_go_back);
  tcase_add_test(failing, a_capture_that_waits_does_not_hold_its_element);
  tcase_add_test(failing, pictures_that_come_late_complete_a_capture_all_the_same);
  tcase_add_test(failing, a_capture_fails_where_the_system_starts_no_thread);
  tcase_add_test(failing, a_location_must_have_a_place_for_the_number);
  tcase_add_test(failing, a_folder_that_is_not_there_is_found_at_once);

  auto* others = add_case("others");
  tcase_add_test(others, it_adds_nothing_to_the_latency);
  tcase_add_test(others, every_buffer_is_taken_while_captures_are_written);
  return suite;
}

// Not GST_CHECK_MAIN: without the encoders the whole program is skipped.
int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  const auto missing = missing_of(
      {"videotestsrc", "x264enc", "h264parse", "avdec_h264", "avenc_aac", "aacparse", "qtdemux"});
  if (!missing.empty()) {
    g_print("SKIP all: there is no %s\n", missing.c_str());
    return 77;  // is skipped, for meson
  }
  return gst_check_run_suite(live_suite(), "live", __FILE__);
}
