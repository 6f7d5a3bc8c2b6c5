// livephotoselect brings its source to the clip before it reads, by a seek of its own.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/gst/seek_source.h"

using namespace livephoto::rig;
using livephoto::gst::ReadMap;
using Picture = SeekSource::Picture;
using Numbers = std::vector<int>;
using Targets = std::vector<GstClockTime>;

namespace {

// The pictures 155, 156 and 157.
constexpr const char* kFar = "start-time=15500000000 duration=300000000 ";
constexpr GstClockTime kTarget = 14'500 * GST_MSECOND;

std::string in_words(const std::vector<GstClockTime>& times) {
  std::string words;
  for (const auto time : times) words += std::to_string(time / GST_MSECOND) + " ";
  return words;
}

Numbers from_to(int first, int last) {
  Numbers numbers;
  for (int i = first; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

// One source, or one for each stream.
struct Scene {
  SeekSource source;
  Rig rig;

  explicit Scene(
      Picture picture = Picture::Raw, const std::string& properties = kFar, bool has_sound = true)
      : source(true, has_sound, picture), rig(properties, source.video(), source.audio()) {}

  void play(GstState state = GST_STATE_PAUSED) {
    rig.go_to(state);
    source.start();
    rig.expect_eos();
    check_quiet();
  }
  // Nothing has been told of the seek to anybody behind.
  void check_quiet() {
    assert_text(rig.errors(), "");
    for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) {
      const auto words = branch->words();
      fail_unless(words.find("flush") == std::string::npos, "\"%s\"", words.c_str());
      assert_equals_uint64(branch->count("stream-start"), 1);
    }
  }
  void check_clip(int first = 155, int last = 157, int decoded_first = -1) {
    const auto expected = from_to(decoded_first < 0 ? first : decoded_first, last);
    fail_unless(rig.picture.numbers() == expected, "\"%s\"", rig.picture.words().c_str());
    const auto expected_bytes = static_cast<gsize>(last - first + 1) * kSoundBytes;
    gsize bytes = 0;
    for (GstBuffer* buffer : rig.sound.buffers()) bytes += gst_buffer_get_size(buffer);
    assert_equals_uint64(bytes, expected_bytes);
    const int heard = ReadMap(rig.sound.buffers().at(0)).bytes().front();
    fail_unless(heard == first, "%d is heard first", heard);
  }
  void check_targets(const Targets& expected) {
    assert_text(in_words(source.targets()), in_words(expected));
  }
};

}  // namespace

// ---- The seek ------------------------------------------------------------------

GST_START_TEST(it_seeks_once_to_a_second_before_the_clip) {
  Scene scene;

  scene.play();

  scene.check_targets({kTarget});
  scene.check_clip();
  const auto seeks = scene.source.seeks();
  assert_equals_uint64(seeks.size(), 2);
  fail_unless(seeks[0].pad != seeks[1].pad, "twice by the same pad");
  assert_equals_uint64(seeks[0].seqnum, seeks[1].seqnum);
  for (const auto& seek : seeks) {
    assert_equals_int(
        seek.flags,
        GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE);
  }
}
GST_END_TEST

GST_START_TEST(packets_come_from_the_sync_frame_before_the_clip) {
  Scene scene(Picture::Packets);

  scene.play();

  scene.check_targets({kTarget});
  scene.check_clip(155, 157, 150);
}
GST_END_TEST

GST_START_TEST(a_source_may_land_inside_a_group) {
  Scene scene(Picture::Packets);
  scene.source.land = [](int target) { return target - 2; };

  scene.play();

  scene.check_targets({kTarget});
  scene.check_clip(155, 157, 150);
}
GST_END_TEST

GST_START_TEST(without_sound_it_seeks_too) {
  Scene scene(Picture::Raw, kFar, false);

  scene.play();

  scene.check_targets({kTarget});
  fail_unless(scene.rig.picture.numbers() == from_to(155, 157));
}
GST_END_TEST

GST_START_TEST(the_streams_may_both_begin_before_it_seeks) {
  Scene scene;
  std::vector<unsigned> before;
  scene.source.on_question = [&] {
    if (scene.source.targets().empty()) before.push_back(scene.source.pushed());
  };

  scene.play();

  scene.check_targets({kTarget});
  fail_unless(before == std::vector<unsigned>{2}, "it did not wait for the sound");
}
GST_END_TEST

GST_START_TEST(after_ready_it_seeks_again) {
  Scene scene;
  for (int i = 0; i < 3; ++i) {
    scene.play();
    scene.check_clip();
    scene.rig.go_to(GST_STATE_READY);
    scene.source.stop();
    scene.rig.forget();
  }

  scene.check_targets({kTarget, kTarget, kTarget});
}
GST_END_TEST

// ---- No seek -------------------------------------------------------------------

GST_START_TEST(a_clip_that_is_near_is_read_to) {
  Scene scene(Picture::Raw, "start-time=1900000000 duration=300000000");

  scene.play();

  scene.check_targets({});
  scene.check_clip(19, 21);
}
GST_END_TEST

GST_START_TEST(a_source_that_cannot_seek_is_not_asked) {
  Scene scene;
  scene.source.is_seekable = false;

  scene.play();

  scene.check_targets({});
  scene.check_clip();
}
GST_END_TEST

GST_START_TEST(a_live_source_is_not_asked) {
  Scene scene;
  scene.source.is_live = true;

  scene.play();

  scene.check_targets({});
  scene.check_clip();
}
GST_END_TEST

GST_START_TEST(a_source_that_is_not_controlled_is_not_asked) {
  Scene scene(Picture::Raw, std::string(kFar) + "controls-source=false");

  scene.play();

  scene.check_targets({});
  scene.check_clip();
}
GST_END_TEST

GST_START_TEST(somebodys_playback_is_left_alone) {
  Scene scene;

  scene.play(GST_STATE_PLAYING);

  scene.check_targets({});
  scene.check_clip();
}
GST_END_TEST

GST_START_TEST(a_flush_of_somebody_elses_is_passed_on) {
  Scene scene;
  scene.play();
  for (GstPad* pad : {scene.source.video(), scene.source.audio()}) {
    gst_pad_push_event(pad, gst_event_new_flush_start());
    gst_pad_push_event(pad, gst_event_new_flush_stop(TRUE));
  }

  for (Branch* branch : {&scene.rig.picture, &scene.rig.sound, &scene.rig.still})
    assert_equals_uint64(branch->count("flush-stop"), 1);
}
GST_END_TEST

// ---- What the source makes of it -----------------------------------------------

GST_START_TEST(a_source_that_refuses_is_read) {
  Scene scene(__i__ == 0 ? Picture::Raw : Picture::Packets);
  scene.source.land = [](int) { return std::nullopt; };
  scene.source.group = 1000;  // one sync frame, the first packet

  scene.play();

  for (const auto& seek : scene.source.seeks()) assert_equals_uint64(seek.target, kTarget);
  fail_unless(scene.source.targets().size() <= 2, "asked again and again");
  scene.check_clip(155, 157, __i__ == 0 ? 155 : 0);
}
GST_END_TEST

GST_START_TEST(a_source_that_lands_too_late_is_asked_again) {
  Scene scene(Picture::Packets);
  scene.source.land = [](int target) { return target == 0 ? 0 : 160; };

  scene.play();

  scene.check_targets({kTarget, 4'500 * GST_MSECOND, 0});
  scene.check_clip(155, 157, 150);
}
GST_END_TEST

GST_START_TEST(a_source_that_lands_too_late_with_pictures_is_asked_again) {
  Scene scene;
  scene.source.land = [](int target) { return target > 100 ? 160 : target; };

  scene.play();

  scene.check_targets({kTarget, 4'500 * GST_MSECOND});
  scene.check_clip();
}
GST_END_TEST

GST_START_TEST(a_source_that_always_lands_too_late_is_asked_three_times) {
  Scene scene(Picture::Packets);
  scene.source.land = [](int) { return 160; };
  scene.rig.go_to(GST_STATE_PAUSED);

  scene.source.start();

  for (int i = 0; i < 1000 && scene.source.seeks().size() < 6; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  scene.source.stop();
  scene.check_targets({kTarget, 4'500 * GST_MSECOND, 0});
  scene.rig.expect_error("The video's first picture is at 16");
}
GST_END_TEST

GST_START_TEST(a_source_that_lands_where_nothing_can_be_decoded_is_asked_again) {
  Scene scene(Picture::Packets);
  scene.source.group = 1000;
  scene.source.land = [](int target) { return target; };

  scene.play();

  scene.check_targets({kTarget, 4'500 * GST_MSECOND, 0});
  scene.check_clip(155, 157, 0);
}
GST_END_TEST

GST_START_TEST(a_source_that_ends_after_the_seek_is_asked_again) {
  Scene scene(__i__ == 0 ? Picture::Raw : Picture::Packets);
  scene.source.land = [](int target) { return target > 100 ? 200 : target / 10 * 10; };

  scene.play();

  scene.check_targets({kTarget, 4'500 * GST_MSECOND});
  scene.check_clip(155, 157, __i__ == 0 ? 155 : 150);
}
GST_END_TEST

GST_START_TEST(a_clip_past_the_end_is_an_error) {
  Scene scene(Picture::Raw, "start-time=30000000000 duration=300000000");
  scene.source.land = [&](int target) { return std::min(target, scene.source.count); };
  scene.rig.go_to(GST_STATE_PAUSED);

  scene.source.start();

  std::string error;
  for (int i = 0; i < 1000 && error.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    error = scene.rig.errors();
  }
  fail_unless(error.find("but the video ends at 20") != std::string::npos, "%s", error.c_str());
}
GST_END_TEST

// ---- Two sources ---------------------------------------------------------------

namespace {

struct TwoSources {
  SeekSource pictures{true, false};
  SeekSource sounds{false, true};
  Rig rig{kFar, pictures.video(), sounds.audio()};

  void check() {
    rig.expect_eos();
    assert_text(rig.errors(), "");
    fail_unless(rig.picture.numbers() == from_to(155, 157), "\"%s\"", rig.picture.words().c_str());
    gsize bytes = 0;
    for (GstBuffer* buffer : rig.sound.buffers()) bytes += gst_buffer_get_size(buffer);
    assert_equals_uint64(bytes, 3 * kSoundBytes);
  }
};

}  // namespace

GST_START_TEST(each_of_two_sources_seeks) {
  TwoSources scene;
  scene.rig.go_to(GST_STATE_PAUSED);

  scene.pictures.start();
  scene.sounds.start();

  scene.check();
  fail_unless(scene.pictures.targets().front() == kTarget);
  fail_unless(scene.sounds.targets().front() == kTarget);
}
GST_END_TEST

GST_START_TEST(two_sources_may_want_to_seek_at_once) {
  TwoSources scene;
  std::atomic<int> asked = 0;
  for (SeekSource* source : {&scene.pictures, &scene.sounds}) {
    source->on_question = [&] {
      ++asked;
      for (int i = 0; i < 100 && asked < 2; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    };
  }
  scene.rig.go_to(GST_STATE_PAUSED);

  scene.pictures.start();
  scene.sounds.start();

  scene.check();
}
GST_END_TEST

GST_START_TEST(sound_that_refuses_is_read) {
  TwoSources scene;
  scene.sounds.land = [](int) { return std::nullopt; };
  scene.rig.go_to(GST_STATE_PAUSED);

  scene.pictures.start();
  scene.sounds.start();

  scene.check();
}
GST_END_TEST

GST_START_TEST(sound_that_refuses_and_comes_late_does_not_begin_the_picture_anew) {
  TwoSources scene;
  scene.sounds.land = [](int) { return std::nullopt; };
  scene.rig.go_to(GST_STATE_PAUSED);

  scene.pictures.start();
  fail_unless(scene.rig.picture.wait_for("frame"));
  scene.sounds.start();

  scene.check();
}
GST_END_TEST

GST_START_TEST(pictures_that_are_linked_after_the_sound_has_sought_are_sought_too) {
  SeekSource pictures{true, false};
  SeekSource sounds{false, true};
  Rig rig(kFar, nullptr, sounds.audio());
  rig.go_to(GST_STATE_PAUSED);
  sounds.start();
  for (int i = 0; i < 1000 && sounds.targets().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  fail_unless(sounds.targets() == Targets{kTarget});

  rig.link_source(pictures.video(), "video_sink");
  pictures.start();

  rig.expect_eos();
  assert_text(rig.errors(), "");
  fail_unless(rig.picture.numbers() == from_to(155, 157), "\"%s\"", rig.picture.words().c_str());
  fail_unless(
      pictures.targets() == Targets{kTarget},
      "\"%s\"",
      in_words(pictures.targets()).c_str());
}
GST_END_TEST

GST_START_TEST(pictures_that_were_not_ready_when_the_sound_sought_are_asked_again) {
  TwoSources scene;
  scene.pictures.land = [asked = 0](int target) mutable {
    return asked++ > 0 ? std::optional(target / 10 * 10) : std::nullopt;
  };
  scene.rig.go_to(GST_STATE_PAUSED);
  scene.sounds.start();
  for (int i = 0; i < 1000 && scene.pictures.targets().empty(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  fail_unless(scene.pictures.targets() == Targets{kTarget});

  scene.pictures.start();

  scene.check();
  fail_unless(scene.pictures.targets() == (Targets{kTarget, kTarget}));
}
GST_END_TEST

GST_START_TEST(sound_that_is_slow_to_seek_again_is_heard_once) {
  std::atomic<int> asked = 0;  // of the sound
  TwoSources scene;
  const auto wait_for = [](auto is_done) {
    for (int i = 0; i < 30 && !is_done(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
  };
  scene.pictures.land = [asked = 0](int target) mutable {
    return asked++ > 0 ? std::optional(target / 10 * 10) : std::nullopt;
  };
  // The second seek comes to the sound when a part of the clip's would have left.
  scene.sounds.land = [&](int target) {
    if (++asked > 1) wait_for([&] { return scene.rig.sound.count("frame") > 0; });
    return target / 10 * 10;
  };
  scene.sounds.on_push = [&](int number) {
    if (number == 157) wait_for([&] { return asked > 1; });
  };
  scene.rig.go_to(GST_STATE_PAUSED);
  scene.sounds.start();
  wait_for([&] { return !scene.pictures.targets().empty(); });

  scene.pictures.start();

  scene.check();
}
GST_END_TEST

// ---- States --------------------------------------------------------------------

GST_START_TEST(ready_ends_a_seek_that_is_under_way) {
  Scene scene(__i__ % 2 == 0 ? Picture::Raw : Picture::Packets);
  std::atomic<int> micros = 0;
  scene.source.land = [&](int target) {
    std::this_thread::sleep_for(std::chrono::microseconds(micros));
    return target / 10 * 10;
  };
  for (int i = 0; i < 50; ++i) {
    micros = i * 40;
    scene.rig.go_to(GST_STATE_PAUSED);
    scene.source.start();
    std::this_thread::sleep_for(std::chrono::microseconds(i * 53 % 1000));
    scene.rig.go_to(GST_STATE_READY);
    scene.source.stop();
  }

  assert_text(scene.rig.errors(), "");
}
GST_END_TEST

static Suite* source_seek_suite() {
  livephoto::gst::register_live_photo_tags();
  auto* suite = suite_create("source_seek");
  auto* tests = tcase_create("source_seek");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);

  tcase_add_test(tests, it_seeks_once_to_a_second_before_the_clip);
  tcase_add_test(tests, packets_come_from_the_sync_frame_before_the_clip);
  tcase_add_test(tests, a_source_may_land_inside_a_group);
  tcase_add_test(tests, without_sound_it_seeks_too);
  tcase_add_test(tests, the_streams_may_both_begin_before_it_seeks);
  tcase_add_test(tests, after_ready_it_seeks_again);

  tcase_add_test(tests, a_clip_that_is_near_is_read_to);
  tcase_add_test(tests, a_source_that_cannot_seek_is_not_asked);
  tcase_add_test(tests, a_live_source_is_not_asked);
  tcase_add_test(tests, a_source_that_is_not_controlled_is_not_asked);
  tcase_add_test(tests, somebodys_playback_is_left_alone);
  tcase_add_test(tests, a_flush_of_somebody_elses_is_passed_on);

  tcase_add_loop_test(tests, a_source_that_refuses_is_read, 0, 2);
  tcase_add_test(tests, a_source_that_lands_too_late_is_asked_again);
  tcase_add_test(tests, a_source_that_lands_too_late_with_pictures_is_asked_again);
  tcase_add_test(tests, a_source_that_always_lands_too_late_is_asked_three_times);
  tcase_add_test(tests, a_source_that_lands_where_nothing_can_be_decoded_is_asked_again);
  tcase_add_loop_test(tests, a_source_that_ends_after_the_seek_is_asked_again, 0, 2);
  tcase_add_test(tests, a_clip_past_the_end_is_an_error);

  tcase_add_test(tests, each_of_two_sources_seeks);
  tcase_add_test(tests, two_sources_may_want_to_seek_at_once);
  tcase_add_test(tests, sound_that_refuses_is_read);
  tcase_add_test(tests, sound_that_refuses_and_comes_late_does_not_begin_the_picture_anew);
  tcase_add_test(tests, pictures_that_are_linked_after_the_sound_has_sought_are_sought_too);
  tcase_add_test(tests, pictures_that_were_not_ready_when_the_sound_sought_are_asked_again);
  tcase_add_test(tests, sound_that_is_slow_to_seek_again_is_heard_once);

  tcase_add_loop_test(tests, ready_ends_a_seek_that_is_under_way, 0, 2);
  return suite;
}

GST_CHECK_MAIN(source_seek)
