// What the source says of its recording, as the tags of the clip and of its still.
#include <string>
#include <vector>

#include "tests/gst/packet_rig.h"

using namespace livephoto::rig;

namespace {

// From 320 ms (T0) on; the still is 80 ms later.
constexpr const char* kLate =
    "start-time=330000000 duration=110000000 still-time=410000000 controls-source=false ";

Owned<GstTagList> dated(const char* date) {
  const auto time = adopt(gst_date_time_new_from_iso8601_string(date));
  auto tags = adopt(gst_tag_list_new(GST_TAG_DATE_TIME, time.get(), nullptr));
  gst_tag_list_set_scope(tags.get(), GST_TAG_SCOPE_GLOBAL);
  return tags;
}

// An atom as qtdemux hands it over.
void add_atom(GstTagList* tags, const std::vector<guint8>& atom) {
  const auto buffer = adopt(gst_buffer_new_memdup(atom.data(), atom.size()));
  const auto sample = adopt(gst_sample_new(buffer.get(), nullptr, nullptr, nullptr));
  gst_tag_list_add(tags, GST_TAG_MERGE_APPEND, "private-qt-tag", sample.get(), nullptr);
}

std::vector<guint8> user_text(const std::string& name, const std::string& text) {
  std::vector<guint8> atom = {0, 0, 0, static_cast<guint8>(12 + text.size()), 0xA9};
  atom.insert(atom.end(), name.begin(), name.end());
  atom.insert(atom.end(), {0, static_cast<guint8>(text.size()), 0x15, 0xC7});
  atom.insert(atom.end(), text.begin(), text.end());
  return atom;
}

// As an iPhone's movie is demuxed: the header's date, and the rest raw.
Owned<GstTagList> recorded() {
  gst_tag_register_static(
      "private-qt-tag",
      GST_TAG_FLAG_META,
      GST_TYPE_SAMPLE,
      "atom",
      "a raw atom",
      gst_tag_merge_use_first);
  auto tags = dated("2024-05-17T08:20:30Z");
  add_atom(tags.get(), user_text("day", "2024-05-17T10:20:30+0200"));
  add_atom(tags.get(), user_text("xyz", "+51.5000-000.2500+033.000/"));
  add_atom(tags.get(), user_text("mak", "Maker"));
  add_atom(tags.get(), user_text("nam", "A title"));
  gst_tag_list_add(
      tags.get(),
      GST_TAG_MERGE_REPLACE,
      GST_TAG_IMAGE_ORIENTATION,
      "rotate-90",
      nullptr);
  return tags;
}

struct Described : Scene {
  explicit Described(const std::string& properties, const GstTagList* tags = nullptr)
      : Scene(properties) {
    video.start(kVideo);
    if (tags) video.send(gst_event_new_tag(gst_tag_list_copy(tags)));
    video.push_video(kStream);
    video.eos();
    expect_clip();
  }

  static GstTagList* tags_of(Branch& branch) {
    GstTagList* tags = nullptr;
    gst_event_parse_tag(branch.event_named("tag"), &tags);
    return tags;
  }
  static std::string date_of(Branch& branch) {
    GstDateTime* raw = nullptr;
    if (!gst_tag_list_get_date_time(tags_of(branch), GST_TAG_DATE_TIME, &raw)) return "none";
    const auto date = adopt(raw);
    const auto exact = adopt(gst_date_time_to_g_date_time(date.get()));
    return adopt(g_date_time_format(exact.get(), "%Y-%m-%dT%H:%M:%S.%f%z")).get();
  }
  static std::string text_in(Branch& branch, const char* tag) {
    gchar* text = nullptr;
    return gst_tag_list_get_string(tags_of(branch), tag, &text) ? adopt(text).get() : "none";
  }
};

}  // namespace

GST_START_TEST(movie_and_still_have_dates_of_their_own) {
  const auto tags = dated("2024-05-17T23:59:59.9Z");
  Described scene(kLate, tags.get());

  assert_text(scene.date_of(scene.rig.picture), "2024-05-18T00:00:00.220000+0000");
  assert_text(scene.date_of(scene.rig.still), "2024-05-18T00:00:00.300000+0000");
}
GST_END_TEST

// Without one neither file could have a date. The clip begins 0.32 s after the source.
GST_START_TEST(a_day_without_a_time_has_noon) {
  const auto tags = dated("2024-05-17");
  Described scene(kLate, tags.get());

  assert_text(scene.date_of(scene.rig.picture).substr(0, 21), "2024-05-17T12:00:00.3");
  assert_text(scene.date_of(scene.rig.still).substr(0, 21), "2024-05-17T12:00:00.4");
}
GST_END_TEST

GST_START_TEST(a_year_alone_is_no_date) {
  const auto tags = dated("2024");
  Described scene(kLate, tags.get());

  assert_text(scene.date_of(scene.rig.picture), "none");
}
GST_END_TEST

GST_START_TEST(raw_atoms_become_tags) {
  const auto tags = recorded();
  Described scene(kLate, tags.get());

  for (Branch* branch : {&scene.rig.picture, &scene.rig.still}) {
    assert_text(scene.text_in(*branch, GST_TAG_DEVICE_MANUFACTURER), "Maker");
    assert_text(scene.text_in(*branch, GST_TAG_TITLE), "A title");
    gdouble latitude = 0, longitude = 0, elevation = 0;
    const GstTagList* found = scene.tags_of(*branch);
    gst_tag_list_get_double(found, GST_TAG_GEO_LOCATION_LATITUDE, &latitude);
    gst_tag_list_get_double(found, GST_TAG_GEO_LOCATION_LONGITUDE, &longitude);
    gst_tag_list_get_double(found, GST_TAG_GEO_LOCATION_ELEVATION, &elevation);
    assert_equals_float(latitude, 51.5);
    assert_equals_float(longitude, -0.25);
    assert_equals_float(elevation, 33);
    assert_equals_int(gst_tag_list_get_tag_size(found, "private-qt-tag"), 0);
  }
  // With the zone, which the header's has not.
  assert_text(scene.date_of(scene.rig.picture), "2024-05-17T10:20:30.320000+0200");
}
GST_END_TEST

GST_START_TEST(every_zone_on_earth_is_kept) {
  const std::pair<const char*, const char*> zones[] = {
      {"+1400", "2024-05-17T10:20:30.320000+1400"},
      {"+1245", "2024-05-17T10:20:30.320000+1245"},
      {"-1100", "2024-05-17T10:20:30.320000-1100"}};
  for (const auto& [zone, expected] : zones) {
    auto tags = recorded();
    add_atom(tags.get(), user_text("day", std::string("2024-05-17T10:20:30") + zone));
    Described scene(kLate, tags.get());

    assert_text(scene.date_of(scene.rig.picture), expected);
  }
}
GST_END_TEST

GST_START_TEST(a_leap_second_is_the_last_of_its_minute) {
  auto tags = recorded();
  add_atom(tags.get(), user_text("day", "2016-12-31T23:59:60Z"));
  Described scene("start-time=0 duration=110000000 controls-source=false", tags.get());

  assert_text(scene.date_of(scene.rig.picture), "2016-12-31T23:59:59.999999+0000");
}
GST_END_TEST

GST_START_TEST(the_place_can_be_left_out) {
  const auto tags = recorded();
  Described scene(std::string(kLate) + "strip-geo-location=true", tags.get());

  for (Branch* branch : {&scene.rig.picture, &scene.rig.still}) {
    assert_equals_int(
        gst_tag_list_get_tag_size(scene.tags_of(*branch), GST_TAG_GEO_LOCATION_LATITUDE),
        0);
    assert_text(scene.text_in(*branch, GST_TAG_DEVICE_MANUFACTURER), "Maker");
  }
}
GST_END_TEST

GST_START_TEST(everything_can_be_left_out) {
  const auto tags = recorded();
  Described scene(std::string(kLate) + "strip=true", tags.get());

  for (Branch* branch : {&scene.rig.picture, &scene.rig.still}) {
    assert_equals_int(gst_tag_list_n_tags(scene.tags_of(*branch)), 1);
    assert_text(scene.text_in(*branch, GST_TAG_IMAGE_ORIENTATION), "rotate-90");
  }
}
GST_END_TEST

GST_START_TEST(without_a_date_nothing_is_invented) {
  Described scene(kLate);

  for (Branch* branch : {&scene.rig.picture, &scene.rig.still})
    assert_equals_uint64(branch->count("tag"), 0);
}
GST_END_TEST

GST_START_TEST(tags_within_the_clip_are_moved_too) {
  Scene scene("duration=2000000000");
  scene.video.start(kVideo);
  scene.video.push_video("I0 P2 b1 P4 b3 P6 b5 P8 b7 P10 b9 P12 b11 P14 b13 P16 b15 P18 b17 P20");

  const auto tags = dated("2024-05-17T10:20:30Z");
  scene.video.send(gst_event_new_tag(gst_tag_list_copy(tags.get())));
  scene.video.eos();

  scene.expect_clip();
  assert_text(Described::date_of(scene.rig.picture), "2024-05-17T10:20:30.000000+0000");
}
GST_END_TEST

static Suite* source_tags_suite() {
  Suite* suite = suite_create("source_tags");
  TCase* tests = tcase_create("tags");
  suite_add_tcase(suite, tests);
  tcase_add_test(tests, movie_and_still_have_dates_of_their_own);
  tcase_add_test(tests, a_day_without_a_time_has_noon);
  tcase_add_test(tests, a_year_alone_is_no_date);
  tcase_add_test(tests, raw_atoms_become_tags);
  tcase_add_test(tests, every_zone_on_earth_is_kept);
  tcase_add_test(tests, a_leap_second_is_the_last_of_its_minute);
  tcase_add_test(tests, the_place_can_be_left_out);
  tcase_add_test(tests, everything_can_be_left_out);
  tcase_add_test(tests, without_a_date_nothing_is_invented);
  tcase_add_test(tests, tags_within_the_clip_are_moved_too);
  return suite;
}

GST_CHECK_MAIN(source_tags)
