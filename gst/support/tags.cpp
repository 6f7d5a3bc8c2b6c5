#include "gst/support/tags.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string_view>
#include <utility>

#include "gst/support/ptr.h"

namespace livephoto::gst {
namespace {

// GStreamer's names of Exif's orientations, in the order of Exif's values.
constexpr std::array<std::string_view, 8> kOrientations = {
    "rotate-0",
    "flip-rotate-0",
    "rotate-180",
    "flip-rotate-180",
    "flip-rotate-270",
    "rotate-90",
    "flip-rotate-90",
    "rotate-270"};

// In bytes. Title, description and keywords fit into one segment of a JPEG, though XML
// may write a letter with five.
constexpr gsize kLongestText = 4000;
constexpr gsize kLongestKeywords = 4000;  // all together
constexpr guint kMostKeywords = 64;
constexpr double kHighestPlace = 100'000;  // metres; also below the sea

// A source's own text must not keep a picture from being made: cut between two characters.
std::string bounded(const gchar* text) {
  std::string kept(text, strnlen(text, kLongestText));
  while (!g_utf8_validate(kept.c_str(), static_cast<gssize>(kept.size()), nullptr) &&
         !kept.empty() && strlen(text) > kLongestText)
    kept.pop_back();
  return kept;
}

std::string text_of(const GstTagList* tags, const gchar* tag) {
  gchar* text = nullptr;
  if (!gst_tag_list_get_string(tags, tag, &text)) return {};
  return bounded(adopt(text).get());
}

std::vector<std::string> keywords_of(const GstTagList* tags) {
  std::vector<std::string> keywords;
  const guint count = std::min(gst_tag_list_get_tag_size(tags, GST_TAG_KEYWORDS), kMostKeywords);
  gsize length = 0;
  for (guint i = 0; i < count; ++i) {
    const gchar* keyword = nullptr;
    if (!gst_tag_list_peek_string_index(tags, GST_TAG_KEYWORDS, i, &keyword)) continue;
    length += strlen(keyword);
    if (length > kLongestKeywords) break;  // half of one would be another one
    keywords.emplace_back(keyword);
  }
  return keywords;
}

std::optional<GstClockTime> time_in(const GstTagList* tags, const gchar* tag) {
  guint64 time = 0;
  if (!gst_tag_list_get_uint64(tags, tag, &time)) return std::nullopt;
  return time;
}

Orientation orientation_of(const GstTagList* tags) {
  const std::string name = text_of(tags, GST_TAG_IMAGE_ORIENTATION);
  for (std::size_t i = 0; i < kOrientations.size(); ++i)
    if (kOrientations[i] == name) return static_cast<Orientation>(i + 1);
  return Orientation::Normal;
}

std::optional<CaptureTime> time_of(const GstTagList* tags) {
  GstDateTime* raw = nullptr;
  if (!gst_tag_list_get_date_time(tags, GST_TAG_DATE_TIME, &raw)) return std::nullopt;
  const auto date = adopt(raw);
  if (!gst_date_time_has_time(date.get())) return std::nullopt;
  CaptureTime time{
      .year = gst_date_time_get_year(date.get()),
      .month = gst_date_time_get_month(date.get()),
      .day = gst_date_time_get_day(date.get()),
      .hour = gst_date_time_get_hour(date.get()),
      .minute = gst_date_time_get_minute(date.get()),
  };
  if (gst_date_time_has_second(date.get())) {
    time.second = gst_date_time_get_second(date.get());
    time.nanosecond = static_cast<std::uint32_t>(gst_date_time_get_microsecond(date.get())) * 1000;
  }
  // GStreamer's times always have a zone; it takes UTC where the source has none.
  time.utc_offset_minutes =
      static_cast<int>(std::lround(gst_date_time_get_time_zone_offset(date.get()) * 60));
  return time;
}

std::optional<Place> place_of(const GstTagList* tags) {
  Place place;
  if (!gst_tag_list_get_double(tags, GST_TAG_GEO_LOCATION_LATITUDE, &place.latitude_degrees) ||
      !gst_tag_list_get_double(tags, GST_TAG_GEO_LOCATION_LONGITUDE, &place.longitude_degrees))
    return std::nullopt;
  if (std::abs(place.latitude_degrees) > 90 || std::abs(place.longitude_degrees) > 180)
    return std::nullopt;
  double altitude = 0;
  if (gst_tag_list_get_double(tags, GST_TAG_GEO_LOCATION_ELEVATION, &altitude) &&
      std::abs(altitude) < kHighestPlace)
    place.altitude_metres = altitude;
  return place;
}

}  // namespace

const gchar* orientation_name(Orientation orientation) {
  return kOrientations[static_cast<std::size_t>(orientation) - 1].data();
}

void register_live_photo_tags() {
  gst_tag_register_static(
      GST_TAG_LIVE_PHOTO_CONTENT_IDENTIFIER,
      GST_TAG_FLAG_META,
      G_TYPE_STRING,
      "Live Photo content identifier",
      "The identifier that joins the still and the movie of a Live Photo",
      nullptr);
  gst_tag_register_static(
      GST_TAG_LIVE_PHOTO_STILL_OFFSET,
      GST_TAG_FLAG_META,
      G_TYPE_UINT64,
      "Live Photo still offset",
      "Time from the clip's first frame to the frame in the still, in nanoseconds",
      nullptr);
  gst_tag_register_static(
      GST_TAG_LIVE_PHOTO_CLIP_DURATION,
      GST_TAG_FLAG_META,
      G_TYPE_UINT64,
      "Live Photo clip duration",
      "Time from the clip's first frame to the end of its last one, in nanoseconds",
      nullptr);
}

GstTagList* new_announcement(const std::string& content_identifier, GstClockTime still_offset) {
  GstTagList* tags = gst_tag_list_new(
      GST_TAG_LIVE_PHOTO_CONTENT_IDENTIFIER,
      content_identifier.c_str(),
      GST_TAG_LIVE_PHOTO_STILL_OFFSET,
      still_offset,
      nullptr);
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_GLOBAL);
  return tags;
}

GstTagList* new_duration_announcement(GstClockTime clip_duration) {
  GstTagList* tags = gst_tag_list_new(GST_TAG_LIVE_PHOTO_CLIP_DURATION, clip_duration, nullptr);
  gst_tag_list_set_scope(tags, GST_TAG_SCOPE_GLOBAL);
  return tags;
}

std::optional<std::string> content_identifier_of(const GstTagList* tags) {
  std::string text = text_of(tags, GST_TAG_LIVE_PHOTO_CONTENT_IDENTIFIER);
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<GstClockTime> still_offset_of(const GstTagList* tags) {
  return time_in(tags, GST_TAG_LIVE_PHOTO_STILL_OFFSET);
}

std::optional<GstClockTime> clip_duration_of(const GstTagList* tags) {
  return time_in(tags, GST_TAG_LIVE_PHOTO_CLIP_DURATION);
}

Orientation orientation_on(GstPad* pad) {
  auto all = adopt(gst_tag_list_new_empty());
  for (guint i = 0; const auto event = adopt(gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i));
       ++i) {
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event.get(), &tags);
    all = adopt(gst_tag_list_merge(all.get(), tags, GST_TAG_MERGE_REPLACE));
  }
  return orientation_of(all.get());
}

CaptureInfo capture_info_of(const GstTagList* tags) {
  return {
      .orientation = orientation_of(tags),
      .time = time_of(tags),
      .place = place_of(tags),
      .make = text_of(tags, GST_TAG_DEVICE_MANUFACTURER),
      .model = text_of(tags, GST_TAG_DEVICE_MODEL),
      .software = text_of(tags, GST_TAG_APPLICATION_NAME),
      .title = text_of(tags, GST_TAG_TITLE),
      .description = text_of(tags, GST_TAG_DESCRIPTION),
      .keywords = keywords_of(tags),
  };
}

}  // namespace livephoto::gst
