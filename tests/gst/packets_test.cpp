// livephotoselect on an encoded picture: the clip's packets leave as they came.
#include <string>

#include "gst/support/handshake.h"
#include "tests/gst/packet_rig.h"

using livephoto::gst::adopt;
using livephoto::gst::asks_for;
using livephoto::gst::Confirmation;
using livephoto::gst::new_confirmation;
using livephoto::gst::ReadMap;
using namespace livephoto::rig;

namespace {

constexpr const char* kOtherVideo =
    "video/x-h264,stream-format=avc,alignment=au,width=64,height=48,framerate=25/1,"
    "codec_data=(buffer)0164000bffe100046764000b01000268ee";

}  // namespace

// ---- The picture ---------------------------------------------------------------

GST_START_TEST(packets_leave_from_the_sync_frame_on_in_the_order_of_decoding) {
  Scene scene;

  scene.make_clip();

  assert_numbers(scene.rig.picture, kClip);
  assert_text(
      scene.rig.picture.words(),
      "stream-start caps segment announcement length frame frame frame frame frame frame frame "
      "frame frame eos");
}
GST_END_TEST

GST_START_TEST(nothing_is_copied) {
  Scene scene;

  scene.make_clip();

  for (Branch* branch : {&scene.rig.picture, &scene.rig.still}) {
    for (GstBuffer* buffer : branch->buffers()) {
      const int number = ReadMap(buffer).bytes().back();
      fail_unless(gst_buffer_peek_memory(buffer, 0) == scene.video.memories[number]);
      const bool is_delta = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
      assert_equals_int(is_delta, number != 0);
    }
  }
}
GST_END_TEST

GST_START_TEST(the_segment_shows_the_clip_and_hides_the_rest) {
  Scene scene;

  scene.make_clip();

  const GstSegment& segment = scene.rig.picture.segment();
  assert_equals_uint64(segment.stop - segment.start, kClipEnd - kFirstShown);
  assert_equals_uint64(segment.base, 0);
  assert_equals_uint64(segment.time, 0);
  for (GstBuffer* buffer : scene.rig.picture.buffers()) {
    const int number = ReadMap(buffer).bytes().back();
    const bool is_shown = gst_segment_clip(
        &segment,
        GST_FORMAT_TIME,
        GST_BUFFER_PTS(buffer),
        GST_BUFFER_PTS(buffer) + kFrame,
        nullptr,
        nullptr);
    assert_equals_int(is_shown, number >= 5 && number <= 7);
    assert_near(
        from_origin(scene.rig.picture, GST_BUFFER_PTS(buffer)),
        origin_of_source(number),
        0);
  }
}
GST_END_TEST

GST_START_TEST(the_time_of_decoding_stays_as_far_before_that_of_showing) {
  Scene scene("start-time=400000000 duration=100000000");
  scene.video.start(kVideo);
  scene.video.push_video("I10 P12 b11 P14 b13", 3 * kFrame);
  scene.video.push_video("P15", kFrame);
  scene.video.eos();

  scene.rig.expect_eos();
  for (GstBuffer* buffer : scene.rig.picture.buffers()) {
    const auto delay = GST_CLOCK_DIFF(GST_BUFFER_DTS(buffer), GST_BUFFER_PTS(buffer));
    assert_equals_int64(delay, static_cast<gint64>(3 * kFrame));
  }
}
GST_END_TEST

GST_START_TEST(the_still_is_what_leads_to_its_frame) {
  Scene scene;

  scene.make_clip();

  assert_numbers(scene.rig.still, kStill);
  assert_text(
      scene.rig.still.words(),
      "stream-start caps segment announcement frame frame frame frame frame frame segment-done "
      "eos");
  const GstSegment& segment = scene.rig.still.segment();
  assert_equals_uint64(segment.stop - segment.start, 1);
  assert_equals_uint64(segment.time, kFrame);
  assert_equals_uint64(GST_BUFFER_PTS(scene.rig.still.buffers().back()), segment.start);
}
GST_END_TEST

GST_START_TEST(the_tags_say_where_the_still_is_and_how_long_the_clip) {
  Scene scene;

  scene.make_clip();

  GstTagList* tags = nullptr;
  gst_event_parse_tag(scene.rig.picture.event_named("announcement"), &tags);
  assert_equals_uint64(livephoto::gst::still_offset_of(tags).value_or(0), kFrame);
  gst_event_parse_tag(scene.rig.picture.event_named("length"), &tags);
  assert_equals_uint64(livephoto::gst::clip_duration_of(tags).value_or(0), 3 * kFrame);
}
GST_END_TEST

GST_START_TEST(the_still_ends_when_the_movie_is_written) {
  Scene scene;
  Rig& rig = scene.rig;
  rig.still.on_query = [](GstQuery* query) { return asks_for(query, Confirmation::StillPrepared); };
  rig.picture.on_query = [](GstQuery* query) {
    return asks_for(query, Confirmation::MovieWritten);
  };
  rig.still.on_item = [&](GstMiniObject* item) {
    if (!GST_IS_EVENT(item) || GST_EVENT_TYPE(item) != GST_EVENT_SEGMENT_DONE) return;
    fail_unless(rig.picture.count("eos") == 0, "the movie ended before its still was safe");
    gst_pad_push_event(rig.still.pad(), new_confirmation(Confirmation::StillPrepared));
  };
  scene.video.start(kVideo);
  scene.video.push_video(kStream);
  scene.video.eos();

  rig.picture.expect_eos();
  fail_unless(rig.still.count("eos") == 0);
  gst_pad_push_event(rig.picture.pad(), new_confirmation(Confirmation::MovieWritten));
  rig.still.expect_eos();
}
GST_END_TEST

GST_START_TEST(the_source_may_end_inside_the_clip) {
  Scene scene("start-time=210000000 duration=1000000000");

  scene.make_clip("I0 P2 b1 P4 b3 P6 b5 P8 b7");

  assert_numbers(scene.rig.picture, kClip);
  const GstSegment& segment = scene.rig.picture.segment();
  assert_equals_uint64(segment.stop - segment.start, 4 * kFrame);
}
GST_END_TEST

GST_START_TEST(what_the_source_hides_is_no_part_of_the_clip) {
  Scene scene("start-time=0 duration=110000000");
  scene.video.start(kVideo, 3 * kFrame);  // an edit list: 120 ms are time 0
  scene.video.push_video(kStream);
  scene.video.eos();

  scene.rig.expect_eos();
  assert_numbers(scene.rig.picture, {0, 2, 1, 4, 3, 6, 5});
  assert_equals_uint64(
      GST_BUFFER_PTS(scene.rig.picture.buffers().at(4)),
      scene.rig.picture.segment().start);
}
GST_END_TEST

GST_START_TEST(a_segment_that_corrects_the_one_before_moves_what_came) {
  Scene scene("start-time=160000000 duration=110000000 still-time=200000000");
  scene.video.start(kVideo, kFrame);
  scene.video.push_video("I1 P3 b2");
  scene.video.send_segment();

  scene.video.push_video("P5 b4 P7 b6 P9 b8 P11 b10");
  scene.video.eos();

  scene.expect_clip();
  assert_numbers(scene.rig.picture, {1, 3, 2, 5, 4, 7, 6});
  const auto packets = scene.rig.picture.buffers();
  assert_near(
      from_origin(scene.rig.picture, GST_BUFFER_PTS(packets[0])),
      -3 * static_cast<gint64>(kFrame),
      0);
}
GST_END_TEST

GST_START_TEST(a_gap_in_the_picture_is_no_end) {
  Scene scene;
  scene.video.start(kVideo);
  scene.video.push_video("I0 P2 b1 P4 b3 P6 b5");
  scene.video.send(gst_event_new_gap(6 * kFrame, 10 * GST_SECOND));
  scene.video.push_video("P8 b7");
  scene.video.eos();

  scene.expect_clip();
  assert_numbers(scene.rig.picture, kClip);
}
GST_END_TEST

// ---- Errors --------------------------------------------------------------------

GST_START_TEST(a_change_of_the_configuration_inside_the_clip_is_an_error) {
  Scene scene("start-time=400000000 duration=200000000");
  scene.video.start(kVideo);
  scene.video.push_video("I0 P2 b1 P4 b3 P6 b5 P8 b7 P10 b9 P11");
  scene.video.send_caps(kOtherVideo);
  scene.video.push_video("I12 P14 b13 P16 b15");
  scene.video.eos();

  scene.rig.expect_error("another decoder configuration");
  fail_unless(scene.rig.picture.count("frame") == 0);
}
GST_END_TEST

namespace {

void expect_caps_of_clip_at(const char* properties, const char* expected) {
  Scene scene(properties);
  scene.video.start(kVideo);
  scene.video.push_video("I0 P2 b1 P4 b3 P6 b5 P8 b7 P10 b9 P11");
  scene.video.send_caps(kOtherVideo);
  scene.video.push_video("I12 P14 b13 P16 b15");
  scene.video.eos();

  scene.expect_clip();
  const auto caps = adopt(gst_caps_from_string(expected));
  fail_unless(gst_caps_is_equal(scene.rig.picture.caps(), caps.get()));
  fail_unless(gst_caps_is_equal(scene.rig.still.caps(), caps.get()));
}

}  // namespace

GST_START_TEST(a_change_of_the_configuration_outside_the_clip_is_fine) {
  expect_caps_of_clip_at(kWindow, kVideo);
  expect_caps_of_clip_at("start-time=480000000 duration=100000000", kOtherVideo);
}
GST_END_TEST

GST_START_TEST(a_packet_without_a_time_is_an_error) {
  Scene scene;
  scene.video.start(kVideo);
  const guint8 bytes[] = {0, 0, 0, 2, 0x65, 0};
  assert_equals_int(scene.video.push(gst_buffer_new_memdup(bytes, sizeof bytes)), GST_FLOW_ERROR);

  scene.rig.expect_error("A packet of the video has no presentation time");
}
GST_END_TEST

GST_START_TEST(more_packets_than_are_kept_are_an_error) {
  Scene scene("max-size-bytes=24 start-time=4000000000");  // four packets of six bytes
  scene.video.start(kVideo);
  assert_equals_int(scene.video.push_video("I0 P2 b1 I4 P6 b5 P8"), GST_FLOW_OK);

  assert_equals_int(scene.video.push_video("b7"), GST_FLOW_ERROR);

  scene.rig.expect_error("take more than 24 bytes; choose a shorter clip, raise max-size-bytes");
}
GST_END_TEST

GST_START_TEST(without_a_sync_frame_there_is_no_picture) {
  Scene scene;
  scene.video.start(kVideo);
  scene.video.push_video("P0 P1 P2 P3 P4 P5 P6 P7 P8 P9");
  scene.video.eos();

  scene.rig.expect_error("can be decoded by itself");
}
GST_END_TEST

// ---- Again ---------------------------------------------------------------------

GST_START_TEST(a_flush_in_the_middle_forgets_what_came) {
  Scene scene;
  scene.video.start(kVideo);
  scene.video.push_video("I0 P2 b1 P4 b3 P6 b5");

  scene.video.send(gst_event_new_flush_start());
  scene.video.send(gst_event_new_flush_stop(TRUE));
  scene.rig.forget();
  scene.video.send_segment();
  scene.video.push_video("I4 P8 b6 b5 b7");
  scene.video.eos();

  scene.expect_clip();
  assert_numbers(scene.rig.picture, {4, 8, 6, 5, 7});
}
GST_END_TEST

GST_START_TEST(after_ready_it_makes_another_clip) {
  Scene scene;
  scene.make_clip();
  scene.rig.go_to(GST_STATE_READY);
  scene.rig.forget();

  scene.rig.go_to(GST_STATE_PAUSED);
  scene.make_clip();

  assert_numbers(scene.rig.picture, kClip);
  assert_numbers(scene.rig.still, kStill);
}
GST_END_TEST

static Suite* packets_suite() {
  livephoto::gst::register_live_photo_tags();
  auto* suite = suite_create("packets");
  auto* tests = tcase_create("packets");
  suite_add_tcase(suite, tests);
  tcase_set_timeout(tests, 120);

  tcase_add_test(tests, packets_leave_from_the_sync_frame_on_in_the_order_of_decoding);
  tcase_add_test(tests, nothing_is_copied);
  tcase_add_test(tests, the_segment_shows_the_clip_and_hides_the_rest);
  tcase_add_test(tests, the_time_of_decoding_stays_as_far_before_that_of_showing);
  tcase_add_test(tests, the_still_is_what_leads_to_its_frame);
  tcase_add_test(tests, the_tags_say_where_the_still_is_and_how_long_the_clip);
  tcase_add_test(tests, the_still_ends_when_the_movie_is_written);
  tcase_add_test(tests, the_source_may_end_inside_the_clip);
  tcase_add_test(tests, what_the_source_hides_is_no_part_of_the_clip);
  tcase_add_test(tests, a_segment_that_corrects_the_one_before_moves_what_came);
  tcase_add_test(tests, a_gap_in_the_picture_is_no_end);

  tcase_add_test(tests, a_change_of_the_configuration_inside_the_clip_is_an_error);
  tcase_add_test(tests, a_change_of_the_configuration_outside_the_clip_is_fine);
  tcase_add_test(tests, a_packet_without_a_time_is_an_error);
  tcase_add_test(tests, without_a_sync_frame_there_is_no_picture);
  tcase_add_test(tests, more_packets_than_are_kept_are_an_error);

  tcase_add_test(tests, a_flush_in_the_middle_forgets_what_came);
  tcase_add_test(tests, after_ready_it_makes_another_clip);
  return suite;
}

GST_CHECK_MAIN(packets)
