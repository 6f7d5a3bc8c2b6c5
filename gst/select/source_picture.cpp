#include "gst/select/source_picture.h"

#include <algorithm>
#include <locale>
#include <set>
#include <sstream>
#include <utility>

#include "core/source.h"
#include "gst/select/stream.h"
#include "gst/support/access_unit.h"
#include "gst/support/caps.h"
#include "gst/support/tags.h"

namespace livephoto::select {
namespace {

std::string size_of(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

std::string number_text(double value) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << value;
  return text.str();
}

// Some programs write the integer 1 where 16.16 bits are meant, and qtdemux takes it so.
constexpr double kOneMistaken = 1 / 65536.0;

bool is_honoured(const isobmff::EditSegment& edit) {
  return edit.is_empty() || edit.rate == 1 || edit.rate == kOneMistaken;
}

std::optional<std::string> rate_note(const isobmff::Track& track) {
  const auto edit = std::ranges::find_if_not(track.edits, is_honoured);
  if (edit == track.edits.end()) return std::nullopt;
  const std::string what = track.video ? "pictures" : "sound";
  const std::string asked = edit->rate == 0
                                ? "lets one moment of its " + what + " stand still"
                                : "plays its " + what + " at " + number_text(edit->rate) +
                                      " times the speed of the recording";
  return "The source's edit list " + asked +
         ", which is not honoured: the clip plays as it was recorded, and times may not be those "
         "that players show. Encode the source anew with a program that honours it.";
}

// Programs that know of no matrices leave zeros.
bool is_blank(const isobmff::Matrix& matrix) {
  return matrix.a == 0 && matrix.b == 0 && matrix.c == 0 && matrix.d == 0;
}

// What is left of a matrix when it is made one of turns: where it is zero, positive or
// negative. Of one that turns by half a right angle nothing is.
std::optional<Orientation> turn_in(const isobmff::Matrix& matrix) {
  const auto sign = [](double value) { return static_cast<double>((value > 0) - (value < 0)); };
  return isobmff::orientation_of(
      {.a = sign(matrix.a), .b = sign(matrix.b), .c = sign(matrix.c), .d = sign(matrix.d)});
}

// What qtdemux 1.22 says of a scale: it takes all that is not 1 for -1.
std::optional<Orientation> misread(const isobmff::Matrix& matrix) {
  if (matrix.b != 0 || matrix.c != 0) return std::nullopt;
  const auto taken = [](double value) { return value == 1 ? 1.0 : -1.0; };
  return isobmff::orientation_of({.a = taken(matrix.a), .d = taken(matrix.d)});
}

std::optional<std::string> matrix_note(const isobmff::Track& track) {
  const isobmff::Matrix& matrix = track.matrix;
  if (!track.video || is_blank(matrix) || isobmff::orientation_of(matrix)) return std::nullopt;
  std::string values;
  for (const double value : {matrix.a, matrix.b, matrix.c, matrix.d})
    values += (values.empty() ? "" : " ") + number_text(value);
  return "The matrix of the source's picture (" + values +
         ") does more than turn and mirror it by right angles, which is not honoured: still and "
         "movie have the pixels as they are coded. Encode the source anew with a program that "
         "honours it.";
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

std::optional<Orientation> untold_orientation(const isobmff::MovieFile& movie, const gchar* said) {
  const auto track = std::ranges::find_if(movie.tracks, [](const isobmff::Track& candidate) {
    return candidate.is_enabled && candidate.video.has_value();
  });
  if (track == movie.tracks.end() || is_blank(track->matrix)) return std::nullopt;
  const auto exact = isobmff::orientation_of(track->matrix);
  if (exact) return exact == Orientation::Transverse && said == nullptr ? exact : std::nullopt;
  const auto wrong = misread(track->matrix);
  if (said != nullptr && !(wrong && g_str_equal(said, gst::orientation_name(*wrong))))
    return std::nullopt;
  return turn_in(track->matrix).value_or(Orientation::Normal);
}

std::vector<std::string> unhonoured_in(const isobmff::MovieFile& movie) {
  std::vector<std::string> notes;
  for (const isobmff::Track& track : movie.tracks) {
    if (!track.is_enabled || !(track.video || track.sound)) continue;
    for (const auto& note : {rate_note(track), matrix_note(track)})
      if (note) notes.push_back(*note);
  }
  return notes;
}

}  // namespace livephoto::select
