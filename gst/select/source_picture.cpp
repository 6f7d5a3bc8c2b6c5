#include "gst/select/source_picture.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/source.h"
#include "gst/select/stream.h"
#include "gst/support/access_unit.h"
#include "gst/support/caps.h"

namespace livephoto::select {
namespace {

std::string size_of(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace

std::optional<isobmff::MovieFile> movie_in(const std::string& path) {
  const auto source = open_source(path);
  if (!source) return std::nullopt;
  auto movie = isobmff::read_movie(**source);
  return movie ? std::optional(std::move(*movie)) : std::nullopt;
}

std::vector<isobmff::VideoDescription> pictures_of(const isobmff::MovieFile& movie) {
  std::vector<isobmff::VideoDescription> pictures;
  for (const auto& track : movie.tracks)
    if (track.video) pictures.push_back(*track.video);
  return pictures;
}

const isobmff::VideoDescription* description_of(
    const std::vector<isobmff::VideoDescription>& descriptions, const GstCaps* coded) {
  if (coded == nullptr || descriptions.empty()) return nullptr;
  const GstStructure* fields = gst_caps_get_structure(coded, 0);
  const auto codec =
      gst_structure_has_name(fields, "video/x-h264") ? gst::NalCodec::H264 : gst::NalCodec::H265;
  const auto sets = gst::parameter_sets_of(gst::codec_data_of(fields), codec);
  for (const isobmff::VideoDescription& description : descriptions) {
    const auto theirs = gst::parameter_sets_of(description.configuration_record, codec);
    if (!theirs.empty() && std::ranges::includes(sets, theirs)) return &description;
  }
  return nullptr;
}

std::optional<std::string> margin_note(
    const isobmff::VideoDescription& source, const GstCaps* shown) {
  if (!source.margins) return std::nullopt;
  const isobmff::Margins& out = *source.margins;
  const GstStructure* fields = gst_caps_get_structure(shown, 0);
  gint width = 0;
  gint height = 0;
  gst_structure_get_int(fields, "width", &width);
  gst_structure_get_int(fields, "height", &height);
  const bool is_whole = static_cast<std::uint32_t>(width) == source.width &&
                        static_cast<std::uint32_t>(height) == source.height;
  if (!is_whole) return std::nullopt;
  const auto side = [](const char* name, std::uint32_t pixels) {
    return " " + std::string(name) + "=" + std::to_string(pixels);
  };
  const std::string crop = "videocrop" + side("left", out.left) + side("right", out.right) +
                           side("top", out.top) + side("bottom", out.bottom);
  return "Apple's players show " +
         size_of(source.width - out.left - out.right, source.height - out.top - out.bottom) +
         " of the source's " + size_of(source.width, source.height) +
         " pixels (its clean aperture), others show all; still and movie have all of them, the "
         "same "
         "in every reader. For that part alone " +
         (is_raw(shown)
              ? "put " + crop + " before livephotoselect."
              : "decode the source, put " + crop + " before livephotoselect, and encode the clip.");
}

}  // namespace livephoto::select
