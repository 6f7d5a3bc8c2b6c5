#include "gst/select/source_tags.h"

#include <glib/gstdio.h>
#include <gst/tag/tag.h>

#include <algorithm>
#include <string>

#include "core/isobmff/source_metadata.h"

namespace livephoto::select {
namespace {

using gst::adopt;
using gst::Owned;

// qtdemux's own name: GST_QT_DEMUX_PRIVATE_TAG is in no header.
constexpr const gchar* kRawAtom = "private-qt-tag";

CaptureInfo metadata_in(const GstTagList* tags) {
  SourceMetadataReader reader;
  const guint count = gst_tag_list_get_tag_size(tags, kRawAtom);
  for (guint i = 0; i < count; ++i) {
    const GValue* value = gst_tag_list_get_value_index(tags, kRawAtom, i);
    GstBuffer* atom = GST_VALUE_HOLDS_SAMPLE(value)
                          ? gst_sample_get_buffer(gst_value_get_sample(value))
                          : nullptr;
    if (atom == nullptr) continue;
    const gst::ReadMap map(atom);
    if (map) reader.add(map.bytes());
  }
  const guint comments = gst_tag_list_get_tag_size(tags, GST_TAG_EXTENDED_COMMENT);
  for (guint i = 0; i < comments; ++i) {
    const gchar* comment = nullptr;
    gst_tag_list_peek_string_index(tags, GST_TAG_EXTENDED_COMMENT, i, &comment);
    const std::string text = comment ? comment : "";
    if (const auto equals = text.find('='); equals != text.npos)
      reader.add_named(text.substr(0, equals), text.substr(equals + 1));
  }
  return reader.metadata();
}

void set(GstTagList* tags, const gchar* tag, const std::string& text) {
  if (!text.empty()) gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, tag, text.c_str(), nullptr);
}

void set_date(GstTagList* tags, GstDateTime* date) {
  gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, GST_TAG_DATE_TIME, date, nullptr);
}

// By GLib: gst_date_time_new() knows no zone beyond 12 hours (New Zealand's summer).
// A leap second is the last of its minute: neither knows 60.
Owned<GstDateTime> date_time_of(const CaptureTime& time) {
  const auto zone = adopt(g_time_zone_new_offset(time.utc_offset_minutes.value_or(0) * 60));
  const double seconds = std::min(time.second + time.nanosecond / 1e9, 59.999999);
  auto date = adopt(g_date_time_new(
      zone.get(),
      time.year,
      time.month,
      time.day,
      time.hour,
      time.minute,
      seconds));
  // Takes the reference.
  return date ? adopt(gst_date_time_new_from_g_date_time(date.release())) : nullptr;
}

void add(GstTagList* tags, const CaptureInfo& source) {
  // Its time has the camera's zone; that of the movie's header has none. A time
  // without a zone says less than the header's.
  if (source.time && (source.time->utc_offset_minutes || !has_date(tags))) {
    if (const auto date = date_time_of(*source.time)) set_date(tags, date.get());
  }
  if (source.place) {
    gst_tag_list_add(
        tags,
        GST_TAG_MERGE_REPLACE,
        GST_TAG_GEO_LOCATION_LATITUDE,
        source.place->latitude_degrees,
        GST_TAG_GEO_LOCATION_LONGITUDE,
        source.place->longitude_degrees,
        nullptr);
    if (source.place->altitude_metres) {
      gst_tag_list_add(
          tags,
          GST_TAG_MERGE_REPLACE,
          GST_TAG_GEO_LOCATION_ELEVATION,
          *source.place->altitude_metres,
          nullptr);
    }
  }
  set(tags, GST_TAG_DEVICE_MANUFACTURER, source.make);
  set(tags, GST_TAG_DEVICE_MODEL, source.model);
  set(tags, GST_TAG_APPLICATION_NAME, source.software);
  set(tags, GST_TAG_TITLE, source.title);
  set(tags, GST_TAG_DESCRIPTION, source.description);
  for (const auto& keyword : source.keywords)
    gst_tag_list_add(tags, GST_TAG_MERGE_APPEND, GST_TAG_KEYWORDS, keyword.c_str(), nullptr);
}

// Without a time of day it is no instant, and would hide one.
void keep_day_only(GstTagList* tags) {
  GstDateTime* raw = nullptr;
  if (!gst_tag_list_get_date_time(tags, GST_TAG_DATE_TIME, &raw)) return;
  const auto date = adopt(raw);
  if (gst_date_time_has_time(date.get())) return;
  gst_tag_list_remove_tag(tags, GST_TAG_DATE_TIME);
  // Of a year alone demuxers make its first day.
  gst_tag_list_remove_tag(tags, GST_TAG_DATE);
  if (!gst_date_time_has_day(date.get())) return;
  const auto day = adopt(g_date_new_dmy(
      static_cast<GDateDay>(gst_date_time_get_day(date.get())),
      static_cast<GDateMonth>(gst_date_time_get_month(date.get())),
      static_cast<GDateYear>(gst_date_time_get_year(date.get()))));
  gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, GST_TAG_DATE, day.get(), nullptr);
}

bool is_kept(const gchar* tag, Strip strip) {
  if (g_str_equal(tag, kRawAtom)) return false;
  if (strip == Strip::Everything) return g_str_equal(tag, GST_TAG_IMAGE_ORIENTATION);
  return strip == Strip::Nothing || !g_str_has_prefix(tag, "geo-location-");
}

template <class Test>
void remove_if(GstTagList* tags, Test is_removed) {
  for (gint i = gst_tag_list_n_tags(tags); i > 0; --i) {
    const gchar* tag = gst_tag_list_nth_tag_name(tags, static_cast<guint>(i - 1));
    if (is_removed(tag)) gst_tag_list_remove_tag(tags, tag);
  }
}

}  // namespace

Owned<GstTagList> understood(const GstTagList* tags, Strip strip) {
  auto proper = adopt(gst_tag_list_copy(tags));
  keep_day_only(proper.get());
  add(proper.get(), metadata_in(tags));
  remove_if(proper.get(), [strip](const gchar* tag) { return !is_kept(tag, strip); });
  return proper;
}

Owned<GstTagList> missing_in(const GstTagList* said, const CaptureInfo& movie, Strip strip) {
  auto missing = adopt(gst_tag_list_new_empty());
  add(missing.get(), movie);
  const auto is_said = [said](const gchar* tag) {
    // One of two numbers of a place is no place.
    if (g_str_has_prefix(tag, "geo-location-")) tag = GST_TAG_GEO_LOCATION_LATITUDE;
    if (g_str_equal(tag, GST_TAG_DATE_TIME)) return has_date(said);
    return said && gst_tag_list_get_tag_size(said, tag) > 0;
  };
  remove_if(missing.get(), [&](const gchar* tag) { return is_said(tag) || !is_kept(tag, strip); });
  return missing;
}

Owned<GstTagList> noon_of_day(const GstTagList* tags) {
  GDate* raw = nullptr;
  if (!tags || !gst_tag_list_get_date(tags, GST_TAG_DATE, &raw)) return nullptr;
  const auto day = adopt(raw);
  constexpr int kNoon = 12;
  auto noon = adopt(g_date_time_new_local(
      g_date_get_year(day.get()),
      static_cast<gint>(g_date_get_month(day.get())),
      g_date_get_day(day.get()),
      kNoon,
      0,
      0));
  if (!noon) return nullptr;
  auto dated = adopt(gst_tag_list_new_empty());
  set_date(dated.get(), adopt(gst_date_time_new_from_g_date_time(noon.release())).get());
  return dated;
}

Owned<GstTagList> moved_on(const GstTagList* tags, std::chrono::nanoseconds later) {
  auto moved = adopt(gst_tag_list_copy(tags));
  GstDateTime* raw = nullptr;
  if (!gst_tag_list_get_date_time(tags, GST_TAG_DATE_TIME, &raw)) return moved;
  const auto date = adopt(raw);
  if (!gst_date_time_has_time(date.get())) return moved;
  const auto from = adopt(gst_date_time_to_g_date_time(date.get()));
  const auto to = adopt(
      from ? g_date_time_add(
                 from.get(),
                 std::chrono::duration_cast<std::chrono::microseconds>(later).count())
           : nullptr);
  // Takes the reference.
  if (to)
    set_date(
        moved.get(),
        adopt(gst_date_time_new_from_g_date_time(g_date_time_ref(to.get()))).get());
  return moved;
}

bool has_date(const GstTagList* tags) {
  GstDateTime* raw = nullptr;
  if (!tags || !gst_tag_list_get_date_time(tags, GST_TAG_DATE_TIME, &raw)) return false;
  return gst_date_time_has_time(adopt(raw).get()) != FALSE;
}

Owned<GstTagList> date_of_file(const std::string& path) {
  GStatBuf status;
  if (g_stat(path.c_str(), &status) != 0) return nullptr;
  const auto date = adopt(gst_date_time_new_from_unix_epoch_local_time(status.st_mtime));
  if (!date) return nullptr;
  auto tags = adopt(gst_tag_list_new(GST_TAG_DATE_TIME, date.get(), nullptr));
  gst_tag_list_set_scope(tags.get(), GST_TAG_SCOPE_GLOBAL);
  return tags;
}

Owned<GstTagList> without_orientation(const GstTagList* tags) {
  auto rest = adopt(tags ? gst_tag_list_copy(tags) : nullptr);
  if (rest) gst_tag_list_remove_tag(rest.get(), GST_TAG_IMAGE_ORIENTATION);
  return rest;
}

}  // namespace livephoto::select
