// livephotoselect mode=trigger: one clip around the call of capture.
#include <atomic>
#include <filesystem>
#include <string>
#include <utility>

#include "tests/gst/live_rig.h"

using livephoto::gst::adopt;
using livephoto::live::assert_numbers;
using livephoto::live::encoded;
using livephoto::live::from_to;
using livephoto::live::kFrame;
using livephoto::live::Line;
using livephoto::live::number_in_still;
using livephoto::live::numbers_in_movie;
using livephoto::live::raw_caps;
using livephoto::live::Rig;
using livephoto::sample::comes_true;
using livephoto::sample::Folder;
using livephoto::sample::missing_of;
using livephoto::sample::read_pair;

namespace {

// Ten frames before, and ten after.
constexpr const char* kSelect =
    "livephotoselect name=l mode=trigger pre-capture=400000000 post-capture=400000000 ";

struct Files {
  Folder folder;
  std::string still() const { return (folder / "a.HEIC").string(); }
  std::string movie() const { return (folder / "a.MOV").string(); }

  Line of_raw() const {
    return {
        kSelect + std::string("livephotomux name=m ! filesink async=false location=") + movie() +
            " l.video_src ! x264enc speed-preset=ultrafast threads=1 ! h264parse ! m. l.audio_src "
            "! "
            "avenc_aac ! aacparse ! m. l.still_src ! heifstillsink location=" +
            still(),
        "video_sink"};
  }
  Line of_packets() const {
    return {
        kSelect + std::string("livephotomux name=m ! filesink async=false location=") + movie() +
            " l.video_src ! m. l.still_src ! avdec_h264 ! videoconvert ! heifstillsink location=" +
            still(),
        "video_sink"};
  }
  void expect(const std::string& identifier, int picture) const {
    const auto pair = read_pair(still(), movie());
    fail_unless(pair.problem.empty(), "%s", pair.problem.c_str());
    fail_unless(pair.identifier == identifier);
    fail_unless_equals_int(number_in_still(still()), picture);
    assert_numbers(numbers_in_movie(movie()), from_to(picture - 10, picture + 9));
  }
};

// The rest of the packets, from `first` on, and the end.
void end_with(Rig& rig, const livephoto::live::Encoded& stream, std::size_t first) {
  for (std::size_t i = first; i < stream.packets.size(); ++i)
    rig.video.push(adopt(gst_buffer_copy(stream.packets[i].get())));
  rig.video.send(gst_event_new_eos());
  rig.expect_eos();
  rig.go_to(GST_STATE_NULL);
}

}  // namespace

GST_START_TEST(raw_pictures_around_the_call_are_the_clip) {
  Files files;
  Rig rig(files.of_raw());
  rig.play_raw();
  rig.push(1, 30);
  rig.turn_to(kFrame * 30 + kFrame / 2);

  const auto identifier = rig.capture();
  fail_if(identifier.empty());
  for (int i = 31; i < 60; ++i) rig.video.push(livephoto::live::picture_of(i));
  rig.video.send(gst_event_new_eos());

  rig.expect_eos();
  rig.go_to(GST_STATE_NULL);
  files.expect(identifier, 30);
}
GST_END_TEST

GST_START_TEST(packets_around_the_call_are_the_clip) {
  const auto stream =
      encoded(70, "x264enc speed-preset=ultrafast threads=1 key-int-max=7 bframes=2");
  Files files;
  Rig rig(files.of_packets());
  rig.go_to(GST_STATE_PLAYING);
  rig.video.start(stream.caps.get());
  rig.push(stream, 0, 34);
  rig.turn_to(kFrame * 37);

  const auto identifier = rig.capture();
  fail_if(identifier.empty());
  end_with(rig, stream, 34);

  files.expect(identifier, 37);
}
GST_END_TEST

GST_START_TEST(sound_that_ended_before_the_call_is_in_the_clip) {
  Files files;
  Rig rig(files.of_raw());
  rig.link(rig.audio, "audio_sink");
  rig.go_to(GST_STATE_PLAYING);
  rig.audio.start("audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=1");
  rig.video.start(raw_caps().c_str());
  for (int i = 0; i < 30; ++i) {
    rig.push(i, i);
    GstBuffer* sound = gst_buffer_new_allocate(nullptr, 1920 * 4, nullptr);
    gst_buffer_memset(sound, 0, 0, 1920 * 4);
    GST_BUFFER_PTS(sound) = kFrame * static_cast<GstClockTime>(i);
    GST_BUFFER_DURATION(sound) = kFrame;
    rig.audio.push(adopt(sound));
  }
  rig.audio.send(gst_event_new_eos());

  const auto identifier = rig.capture();
  fail_if(identifier.empty());
  for (int i = 30; i < 60; ++i) rig.video.push(livephoto::live::picture_of(i));
  rig.video.send(gst_event_new_eos());

  rig.expect_eos();
  rig.go_to(GST_STATE_NULL);
  files.expect(identifier, 29);
  const auto movie = livephoto::sample::content_of(files.movie());
  fail_if(movie.find("mp4a") == std::string::npos, "no sound");
}
GST_END_TEST

GST_START_TEST(the_second_call_is_refused) {
  Files files;
  Rig rig(files.of_raw());
  rig.play_raw();
  rig.push(1, 20);
  fail_if(rig.capture().empty());
  fail_unless(rig.capture().empty());
}
GST_END_TEST

GST_START_TEST(before_it_plays_the_call_is_refused) {
  Files files;
  Rig rig(files.of_raw());
  fail_unless(rig.capture().empty());
  rig.go_to(GST_STATE_PAUSED);
  fail_unless(rig.capture().empty());
}
GST_END_TEST

GST_START_TEST(a_source_that_ends_before_the_call_is_an_error) {
  Files files;
  Rig rig(files.of_raw());
  rig.play_raw();
  rig.push(1, 20);
  rig.video.send(gst_event_new_eos());
  const auto error = rig.error();
  fail_if(error.find("before capture was called") == std::string::npos, "%s", error.c_str());
}
GST_END_TEST

GST_START_TEST(a_clip_never_spans_two_formats) {
  Files files;
  Rig rig(files.of_raw());
  rig.play_raw();
  rig.push(1, 20);
  rig.video.send(gst_event_new_caps(adopt(gst_caps_from_string(raw_caps(320).c_str())).get()));
  rig.push(21, 25, 320);
  const auto identifier = rig.capture();
  for (int i = 26; i < 60; ++i) rig.video.push(livephoto::live::picture_of(i, 320));
  rig.video.send(gst_event_new_eos());

  rig.expect_eos();
  rig.go_to(GST_STATE_NULL);
  fail_unless_equals_int(number_in_still(files.still(), 320), 25);
  assert_numbers(numbers_in_movie(files.movie()), from_to(21, 34));
}
GST_END_TEST

GST_START_TEST(what_is_behind_a_packet_without_a_time_begins_anew) {
  const auto stream =
      encoded(90, "x264enc speed-preset=ultrafast threads=1 key-int-max=7 bframes=0");
  Files files;
  Rig rig(files.of_packets());
  rig.go_to(GST_STATE_PLAYING);
  rig.video.start(stream.caps.get());
  rig.push(stream, 0, 38);
  auto timeless = adopt(gst_buffer_copy(stream.packets[38].get()));
  GST_BUFFER_PTS(timeless.get()) = GST_CLOCK_TIME_NONE;
  rig.video.push(std::move(timeless));
  // In the middle of a group: what refers to the packet that was left out cannot begin a clip.
  rig.push(stream, 39, 42);
  fail_unless(rig.capture().empty());
  rig.push(stream, 42, 46);

  fail_if(rig.capture().empty());
  end_with(rig, stream, 46);

  assert_numbers(numbers_in_movie(files.movie()), from_to(42, 54));
}
GST_END_TEST

GST_START_TEST(sound_behind_a_packet_without_a_time_does_not_begin_anew) {
  static std::atomic<int> packets;
  packets = 0;
  Rig rig(Line{
      kSelect + std::string("l.video_src ! fakesink async=false l.still_src ! fakesink "
                            "async=false l.audio_src ! fakesink async=false"),
      "video_sink"});
  rig.link(rig.audio, "audio_sink");
  gst_pad_add_probe(
      adopt(gst_element_get_static_pad(rig.sink(), "audio_src")).get(),
      GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer) {
        ++packets;
        return GST_PAD_PROBE_OK;
      },
      nullptr,
      nullptr);
  const auto push_sound = [&rig](GstClockTime time) {
    GstBuffer* packet = gst_buffer_new_allocate(nullptr, 64, nullptr);
    gst_buffer_memset(packet, 0, 0, 64);
    GST_BUFFER_PTS(packet) = time;
    GST_BUFFER_DURATION(packet) = kFrame;
    rig.audio.push(adopt(packet));
  };
  rig.go_to(GST_STATE_PLAYING);
  rig.audio.start(
      "audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=48000,channels=1,"
      "codec_data=(buffer)1188");
  rig.video.start(raw_caps().c_str());
  for (int i = 0; i < 30; ++i) {
    rig.push(i, i);
    push_sound(kFrame * static_cast<GstClockTime>(i));
  }
  push_sound(GST_CLOCK_TIME_NONE);
  rig.audio.send(gst_event_new_eos());

  fail_if(rig.capture().empty());
  for (int i = 30; i < 60; ++i) rig.video.push(livephoto::live::picture_of(i));
  rig.video.send(gst_event_new_eos());

  // From ten pictures before the call on.
  fail_unless(comes_true([] { return packets >= 10; }), "%d packets", packets.load());
}
GST_END_TEST

GST_START_TEST(what_is_kept_is_bounded) {
  Files files;
  // Some ten pictures.
  Rig rig(files.of_raw());
  g_object_set(rig.sink(), "max-size-bytes", G_GUINT64_CONSTANT(230400), nullptr);
  rig.play_raw();
  rig.push(1, 100);
  const auto identifier = rig.capture();
  fail_if(identifier.empty());
  for (int i = 101; i < 130; ++i) rig.video.push(livephoto::live::picture_of(i));
  rig.video.send(gst_event_new_eos());
  rig.expect_eos();
  rig.go_to(GST_STATE_NULL);
  const auto numbers = numbers_in_movie(files.movie());
  fail_unless_equals_int(number_in_still(files.still()), 100);
  fail_unless_equals_int(numbers.front(), 91);
}
GST_END_TEST

static Suite* trigger_suite() {
  auto* suite = suite_create("trigger");
  auto* tests = tcase_create("general");
  tcase_set_timeout(tests, 120);
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, raw_pictures_around_the_call_are_the_clip);
  tcase_add_test(tests, packets_around_the_call_are_the_clip);
  tcase_add_test(tests, sound_that_ended_before_the_call_is_in_the_clip);
  tcase_add_test(tests, the_second_call_is_refused);
  tcase_add_test(tests, before_it_plays_the_call_is_refused);
  tcase_add_test(tests, a_source_that_ends_before_the_call_is_an_error);
  tcase_add_test(tests, a_clip_never_spans_two_formats);
  tcase_add_test(tests, what_is_behind_a_packet_without_a_time_begins_anew);
  tcase_add_test(tests, sound_behind_a_packet_without_a_time_does_not_begin_anew);
  tcase_add_test(tests, what_is_kept_is_bounded);
  return suite;
}

// Not GST_CHECK_MAIN: without the encoders the whole program is skipped.
int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  const auto missing =
      missing_of({"x264enc", "h264parse", "avdec_h264", "avenc_aac", "aacparse", "qtdemux"});
  if (!missing.empty()) {
    g_print("SKIP all: there is no %s\n", missing.c_str());
    return 77;  // is skipped, for meson
  }
  return gst_check_run_suite(trigger_suite(), "trigger", __FILE__);
}
