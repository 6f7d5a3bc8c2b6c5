#include "gst/support/caps.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace livephoto::gst {
namespace {

// A change of any of these needs another decoder, or another track.
// What says most to a reader comes first.
constexpr std::array<const gchar*, 12> kIdentity = {
    "format",
    "width",
    "height",
    "stream-format",
    "alignment",
    "mpegversion",
    "rate",
    "channels",
    "layout",
    "channel-mask",
    "profile",
    "codec_data"};

constexpr double kFastestCamera = 240;  // frames a second

Owned<gchar> serialized(const GValue* value) {
  if (value == nullptr) return adopt(g_strdup("nothing"));
  return adopt(gst_value_serialize(value));
}

bool is_unknown_rate(const GValue* value) {
  return value != nullptr && GST_VALUE_HOLDS_FRACTION(value) &&
         gst_value_get_fraction_numerator(value) == 0;
}

// Puts the winner's field over the loser's, but for an unknown frame rate.
gboolean take_field(GQuark field, const GValue* value, gpointer user_data) {
  auto* merged = static_cast<GstStructure*>(user_data);
  const gchar* name = g_quark_to_string(field);
  const bool known_already = gst_structure_has_field(merged, name) &&
                             !is_unknown_rate(gst_structure_get_value(merged, name));
  if (is_unknown_rate(value) && known_already) return TRUE;
  gst_structure_set_value(merged, name, value);
  return TRUE;
}

}  // namespace

std::optional<std::string> incompatible_change(const GstCaps* current, const GstCaps* update) {
  const GstStructure* before = gst_caps_get_structure(current, 0);
  const GstStructure* after = gst_caps_get_structure(update, 0);
  if (gst_structure_get_name_id(before) != gst_structure_get_name_id(after)) {
    return std::string(gst_structure_get_name(before)) + " to " + gst_structure_get_name(after);
  }
  for (const gchar* field : kIdentity) {
    const GValue* old_value = gst_structure_get_value(before, field);
    const GValue* new_value = gst_structure_get_value(after, field);
    if (old_value == nullptr && new_value == nullptr) continue;
    // An update may say what was left open before, but not take it back.
    if (old_value == nullptr ||
        (new_value != nullptr && gst_value_compare(old_value, new_value) == GST_VALUE_EQUAL))
      continue;
    if (GST_VALUE_HOLDS_BUFFER(old_value)) return "another decoder configuration";
    return std::string(field) + " " + serialized(old_value).get() + " to " +
           serialized(new_value).get();
  }
  return std::nullopt;
}

Owned<GstCaps> merged_caps(GstCaps* current, GstCaps* update) {
  const GstStructure* old_fields = gst_caps_get_structure(current, 0);
  const GstStructure* new_fields = gst_caps_get_structure(update, 0);
  const bool newer_wins = gst_structure_n_fields(new_fields) >= gst_structure_n_fields(old_fields);
  auto merged = adopt(gst_caps_copy(newer_wins ? current : update));
  gst_structure_foreach(
      newer_wins ? new_fields : old_fields,
      take_field,
      gst_caps_get_structure(merged.get(), 0));
  return merged;
}

Owned<GstCaps> with_usable_rate(GstCaps* caps, GstClockTime interval) {
  gint numerator = 0;
  gint denominator = 1;
  gst_structure_get_fraction(
      gst_caps_get_structure(caps, 0),
      "framerate",
      &numerator,
      &denominator);
  const bool known = numerator > 0 && denominator > 0;
  const double claimed = known ? static_cast<double>(numerator) / denominator : 0;
  const double seen =
      interval > 0 ? static_cast<double>(GST_SECOND) / static_cast<double>(interval) : 0;
  if (seen <= 0 || (known && (claimed <= kFastestCamera || claimed < 2 * seen)))
    return retain(caps);
  auto usable = adopt(gst_caps_copy(caps));
  gst_caps_set_simple(
      usable.get(),
      "framerate",
      GST_TYPE_FRACTION,
      std::max(1, static_cast<gint>(std::lround(seen))),
      1,
      nullptr);
  return usable;
}

Colour colour_of(const GstVideoColorimetry& colorimetry) {
  return {
      .primaries =
          static_cast<std::uint16_t>(gst_video_color_primaries_to_iso(colorimetry.primaries)),
      .transfer =
          static_cast<std::uint16_t>(gst_video_transfer_function_to_iso(colorimetry.transfer)),
      .matrix = static_cast<std::uint16_t>(gst_video_color_matrix_to_iso(colorimetry.matrix)),
      .full_range = colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255,
  };
}

GstVideoInfo info_in_format(const GstVideoInfo& info, GstVideoFormat format) {
  GstVideoInfo other;
  gst_video_info_init(&other);
  gst_video_info_set_interlaced_format(
      &other,
      format,
      GST_VIDEO_INFO_INTERLACE_MODE(&info),
      static_cast<guint>(GST_VIDEO_INFO_WIDTH(&info)),
      static_cast<guint>(GST_VIDEO_INFO_HEIGHT(&info)));
  GST_VIDEO_INFO_FIELD_ORDER(&other) = GST_VIDEO_INFO_FIELD_ORDER(&info);
  other.fps_n = info.fps_n;
  other.fps_d = info.fps_d;
  other.par_n = info.par_n;
  other.par_d = info.par_d;
  other.colorimetry = info.colorimetry;
  other.chroma_site = info.chroma_site;
  return other;
}

Bytes bytes_of(const GstStructure* fields, const gchar* field) {
  const GValue* value = gst_structure_get_value(fields, field);
  if (value == nullptr || !GST_VALUE_HOLDS_BUFFER(value)) return {};
  const ReadMap map(gst_value_get_buffer(value));
  if (!map) return {};
  return {map.bytes().begin(), map.bytes().end()};
}

Bytes codec_data_of(const GstStructure* fields) { return bytes_of(fields, "codec_data"); }

Owned<GstCaps> with_dolby_vision(GstCaps* caps, ByteSpan record) {
  const auto buffer = adopt(gst_buffer_new_allocate(nullptr, record.size(), nullptr));
  gst_buffer_fill(buffer.get(), 0, record.data(), record.size());
  auto described = adopt(gst_caps_copy(caps));
  gst_caps_set_simple(described.get(), kDolbyVisionField, GST_TYPE_BUFFER, buffer.get(), nullptr);
  return described;
}

}  // namespace livephoto::gst
