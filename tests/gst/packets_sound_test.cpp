// livephotoselect on encoded sound: whole packets, and those that lead to them.
#include <thread>

#include "tests/gst/packet_rig.h"

using livephoto::gst::adopt;
using livephoto::gst::ReadMap;
using namespace livephoto::rig;

namespace {

constexpr const char* kAac48 =
    "audio/mpeg,mpegversion=4,stream-format=raw,rate=48000,channels=2,codec_data=(buffer)1190";
constexpr const char* kPcm = "audio/x-raw,format=S16LE,layout=interleaved,rate=8000,channels=1";
constexpr const char* kPictures = "video/x-raw,format=I420,width=16,height=16,framerate=25/1";

// The sound behind a video whose T0 and T1 are given above.
struct SoundScene : Scene {
  explicit SoundScene(const char* caps) : Scene(kWindow, true) {
    video.start(kVideo);
    audio.start(caps);
  }
  void finish() {
    audio.eos();
    video.push_video(kStream);
    video.eos();
    expect_clip();
  }
  gint64 time_of(std::size_t index) {
    return from_origin(rig.sound, GST_BUFFER_PTS(rig.sound.buffers().at(index)));
  }
};

}  // namespace

GST_START_TEST(aac_begins_one_packet_early_and_covers_the_end) {
  SoundScene scene(kAac48);
  scene.audio.push_sounds(30, 1024, 48'000);
  scene.finish();

  // 192 ms are in packet 9; the packet 15 begins at 320 ms, with the clip's end.
  assert_numbers(scene.rig.sound, {8, 9, 10, 11, 12, 13, 14});
  assert_near(scene.time_of(0), 8 * 1024 * 62'500 / 3 - 200'000'000, 1);
  assert_near(scene.time_of(1), -8'000'000, 1);
  const GstSegment& segment = scene.rig.sound.segment();
  assert_equals_uint64(segment.stop - segment.start, kClipEnd - kFirstShown);
  assert_equals_uint64(segment.base, 0);
  for (GstBuffer* buffer : scene.rig.sound.buffers()) {
    const int number = ReadMap(buffer).bytes().back();
    fail_unless(gst_buffer_peek_memory(buffer, 0) == scene.audio.memories[number]);
  }
  assert_text(
      scene.rig.sound.words(),
      "stream-start caps segment announcement frame frame frame frame frame frame frame eos");
}
GST_END_TEST

namespace {

constexpr const char* kReplicating[] = {
    // HE-AAC says so; at 24 kHz an encoder need not.
    "audio/mpeg,mpegversion=4,stream-format=raw,rate=48000,channels=2,codec_data=(buffer)2b118800",
    "audio/mpeg,mpegversion=4,stream-format=raw,rate=24000,channels=2,codec_data=(buffer)1310",
};

}  // namespace

GST_START_TEST(aac_with_band_replication_begins_two_packets_early) {
  SoundScene scene(kReplicating[__i__]);
  scene.audio.push_sounds(20, 1024, 24'000);
  scene.finish();

  assert_numbers(scene.rig.sound, {2, 3, 4, 5, 6, 7});
}
GST_END_TEST

GST_START_TEST(alac_begins_with_the_clip) {
  SoundScene scene(
      "audio/x-alac,rate=48000,channels=2,codec_data=(buffer)"
      "000010000010280a0e0200ff00000000000000000000bb80");
  scene.audio.push_sounds(10, 4096, 48'000);
  scene.finish();

  assert_numbers(scene.rig.sound, {2, 3});
}
GST_END_TEST

GST_START_TEST(times_that_a_container_rounds_are_corrected) {
  SoundScene scene(kAac48);
  scene.audio.push_sounds(30, 1024, 48'000, GST_MSECOND);
  scene.finish();

  assert_numbers(scene.rig.sound, {8, 9, 10, 11, 12, 13, 14});
  assert_near(scene.time_of(0), 8 * 1024 * 62'500 / 3 - 200'000'000, 10'000);
}
GST_END_TEST

GST_START_TEST(sound_that_comes_after_the_picture_ends_by_itself) {
  SoundScene scene(kAac48);
  scene.video.push_video(kStream);
  std::thread video([&] { scene.video.eos(); });
  scene.audio.push_sounds(14, 1024, 48'000);
  video.join();
  fail_unless(scene.rig.sound.count("frame") == 0);
  assert_equals_int(scene.audio.push_sound(14, 14 * 1024 * 62'500 / 3), GST_FLOW_OK);
  assert_equals_int(scene.audio.push_sound(15, kClipEnd), GST_FLOW_EOS);

  scene.expect_clip();
  assert_numbers(scene.rig.sound, {8, 9, 10, 11, 12, 13, 14});
}
GST_END_TEST

GST_START_TEST(raw_sound_goes_with_packets_of_pictures) {
  SoundScene scene(kPcm);
  for (int i = 0; i < 10; ++i) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 800, nullptr);  // 50 ms
    gst_buffer_memset(buffer, 0, static_cast<guint8>(i), 800);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(i) * 50 * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 50 * GST_MSECOND;
    scene.audio.push(buffer);
  }
  scene.finish();

  gsize bytes = 0;
  for (GstBuffer* buffer : scene.rig.sound.buffers()) bytes += gst_buffer_get_size(buffer);
  assert_equals_uint64(bytes, 3 * 40 * 16);  // 120 ms
  assert_equals_int(ReadMap(scene.rig.sound.buffers()[0]).bytes().front(), 4);
  assert_numbers(scene.rig.picture, kClip);
}
GST_END_TEST

GST_START_TEST(packets_of_sound_go_with_raw_pictures) {
  Scene scene(kWindow, true);
  scene.video.start(kPictures);
  scene.audio.start(kAac48);
  scene.audio.push_sounds(30, 1024, 48'000);
  for (int i = 0; i < 12; ++i) {
    GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 384, nullptr);
    gst_buffer_memset(buffer, 0, static_cast<guint8>(i), 384);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(i) * kFrame;
    scene.video.push(buffer);
  }

  scene.expect_clip();
  assert_numbers(scene.rig.picture, {5, 6, 7});
  assert_numbers(scene.rig.sound, {8, 9, 10, 11, 12, 13, 14});
}
GST_END_TEST

GST_START_TEST(sound_that_ends_before_the_clip_is_no_sound) {
  SoundScene scene(kAac48);
  scene.audio.push_sounds(8, 1024, 48'000);
  scene.finish();

  assert_text(scene.rig.sound.words(), "stream-start segment eos");
}
GST_END_TEST

GST_START_TEST(a_change_of_the_sounds_configuration_after_the_clip_is_fine) {
  SoundScene scene(kAac48);
  scene.audio.push_sounds(30, 1024, 48'000);
  scene.audio.send_caps(kReplicating[1]);
  scene.audio.push_sound(30, 640 * GST_MSECOND);
  scene.finish();

  const auto caps = adopt(gst_caps_from_string(kAac48));
  fail_unless(gst_caps_is_equal(scene.rig.sound.caps(), caps.get()));
  assert_numbers(scene.rig.sound, {8, 9, 10, 11, 12, 13, 14});
}
GST_END_TEST

GST_START_TEST(a_broken_configuration_of_the_sound_is_an_error) {
  Scene scene(kWindow, true);
  scene.audio.start("audio/mpeg,mpegversion=4,stream-format=raw,rate=48000,channels=2");

  scene.rig.expect_error("has a broken decoder configuration");
}
GST_END_TEST

static Suite* packets_sound_suite() {
  livephoto::gst::register_live_photo_tags();
  auto* suite = suite_create("packets_sound");
  auto* tests = tcase_create("packets_sound");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);

  tcase_add_test(tests, aac_begins_one_packet_early_and_covers_the_end);
  tcase_add_loop_test(
      tests,
      aac_with_band_replication_begins_two_packets_early,
      0,
      G_N_ELEMENTS(kReplicating));
  tcase_add_test(tests, alac_begins_with_the_clip);
  tcase_add_test(tests, times_that_a_container_rounds_are_corrected);
  tcase_add_test(tests, sound_that_comes_after_the_picture_ends_by_itself);
  tcase_add_test(tests, raw_sound_goes_with_packets_of_pictures);
  tcase_add_test(tests, packets_of_sound_go_with_raw_pictures);
  tcase_add_test(tests, sound_that_ends_before_the_clip_is_no_sound);
  tcase_add_test(tests, a_change_of_the_sounds_configuration_after_the_clip_is_fine);
  tcase_add_test(tests, a_broken_configuration_of_the_sound_is_an_error);
  return suite;
}

GST_CHECK_MAIN(packets_sound)
