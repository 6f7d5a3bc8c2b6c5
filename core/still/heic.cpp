// Encodes a HEIC still with libheif.
#include "core/still/heic.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "core/colour.h"
#include "core/still/heif_handles.h"
#include "core/still/heif_orientation.h"
#include "core/still/icc_profile.h"
#include "core/still/shrink.h"
#include "core/still/xmp.h"
#include "core/text.h"

namespace livephoto {
namespace {

using namespace cicp;

// Where a distribution packs x265 as a plugin of libheif, this loads it. Never
// undone: another part of the program may be using libheif by then.
void load_plugins() {
  static const bool once = heif_init(nullptr).code == heif_error_Ok;
  static_cast<void>(once);
}

Result<void> check_settings(const Picture& picture, const HeicSettings& settings) {
  if (settings.quality < 0 || settings.quality > 100)
    return invalid_input(
        "A quality of " + std::to_string(settings.quality) +
        " does not exist; give one of 0 to 100.");
  if (picture.bit_depth % 2 != 0)
    return Error{
        ErrorCode::Unsupported,
        "HEVC encoders take no pictures of " + std::to_string(picture.bit_depth) +
            " bits per sample; convert it to 8, 10 or 12 bits.",
        {}};
  const bool subsampled = picture.chroma == Chroma::Yuv420 || picture.chroma == Chroma::Yuv422;
  if (subsampled && picture.colour.matrix == kIdentityMatrix)
    return invalid_input(
        "The picture is labelled as RGB, but its colour planes are smaller than the first; "
        "correct its colorimetry.");
  return {};
}

// libheif turns R'G'B' into Y'CbCr. What it becomes is what a reader assumes
// that finds no label at all (MIAF, ISO/IEC 23000-22, 7.3.6.4).
Colour rgb_colour(Colour colour) {
  if (colour.primaries == kUnspecified) colour.primaries = kBt709;
  if (colour.transfer == kUnspecified) colour.transfer = kSrgbTransfer;
  colour.matrix = kBt601;
  colour.full_range = true;
  return colour;
}

Colour colour_of(const Picture& picture) {
  if (picture.chroma == Chroma::Rgb) return rgb_colour(picture.colour);
  return stated_colour(picture.colour, picture.height);
}

Result<HeifOwned<heif_color_profile_nclx>> nclx_of(const Colour& colour) {
  HeifOwned<heif_color_profile_nclx> nclx(heif_nclx_color_profile_alloc());
  const auto primaries = heif_nclx_color_profile_set_color_primaries(nclx.get(), colour.primaries);
  const auto transfer =
      heif_nclx_color_profile_set_transfer_characteristics(nclx.get(), colour.transfer);
  const auto matrix = heif_nclx_color_profile_set_matrix_coefficients(nclx.get(), colour.matrix);
  for (const auto& error : {primaries, transfer, matrix}) {
    if (error.code != heif_error_Ok)
      return Error{
          ErrorCode::InvalidInput,
          "The picture's colorimetry has a code point that does not exist; correct it or convert "
          "the picture to BT.709.",
          error.message};
  }
  nclx->full_range_flag = colour.full_range ? 1 : 0;
  return nclx;
}

heif_colorspace colorspace_of(Chroma chroma) {
  return chroma == Chroma::Rgb ? heif_colorspace_RGB : heif_colorspace_YCbCr;
}

heif_chroma heif_chroma_of(const Picture& picture) {
  switch (picture.chroma) {
    case Chroma::Yuv422:
      return heif_chroma_422;
    case Chroma::Yuv444:
      return heif_chroma_444;
    case Chroma::Rgb:
      return picture.bit_depth > 8 ? heif_chroma_interleaved_RRGGBB_LE
                                   : heif_chroma_interleaved_RGB;
    case Chroma::Yuv420:
      break;
  }
  return heif_chroma_420;
}

heif_channel channel_of(const Picture& picture, std::size_t index) {
  constexpr std::array kChannels{heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  return picture.chroma == Chroma::Rgb ? heif_channel_interleaved : kChannels[index];
}

void copy_rows(const Plane& plane, const PlaneLayout& layout, std::uint8_t* out, int out_stride) {
  for (std::size_t y = 0; y < layout.height; ++y)
    std::memcpy(
        out + y * static_cast<std::size_t>(out_stride),
        plane.bytes.data() + y * plane.stride,
        layout.row_bytes);
}

Result<void> add_plane(heif_image* image, const Picture& picture, std::size_t index) {
  const auto layout = plane_layout(picture, index);
  const auto channel = channel_of(picture, index);
  auto added = check(
      heif_image_add_plane(
          image,
          channel,
          static_cast<int>(layout.width),
          static_cast<int>(layout.height),
          picture.bit_depth),
      "There is not enough memory for the still; free some or make the picture smaller.");
  if (!added) return added;

  int stride = 0;
  auto* out = heif_image_get_plane(image, channel, &stride);
  copy_rows(picture.planes[index], layout, out, stride);
  return {};
}

Result<HeifOwned<heif_image>> image_of(
    const Picture& picture, const heif_color_profile_nclx* nclx) {
  heif_image* raw = nullptr;
  const auto created = check(
      heif_image_create(
          static_cast<int>(picture.width),
          static_cast<int>(picture.height),
          colorspace_of(picture.chroma),
          heif_chroma_of(picture),
          &raw),
      "libheif does not take a picture of this kind; convert it to 8-bit 4:2:0.");
  if (!created) return created.error();
  HeifOwned<heif_image> image(raw);

  for (std::size_t i = 0; i < plane_count(picture.chroma); ++i) {
    const auto added = add_plane(image.get(), picture, i);
    if (!added) return added.error();
  }
  const auto labelled = check(
      heif_image_set_nclx_color_profile(image.get(), nclx),
      "libheif does not take the picture's colorimetry; convert the picture to BT.709.");
  if (!labelled) return labelled.error();
  return image;
}

Result<void> add_icc_profile(heif_image* image, const Colour& colour) {
  const auto profile = icc_profile(colour);
  if (!profile) return profile.error();
  if (profile->empty()) return {};
  return check(
      heif_image_set_raw_color_profile(image, "prof", profile->data(), profile->size()),
      "libheif does not take the picture's colour profile; convert the picture to BT.709.");
}

// RGB becomes 4:2:0, which every HEVC decoder in a phone can show.
bool is_coded_as_420(Chroma chroma) { return chroma == Chroma::Yuv420 || chroma == Chroma::Rgb; }

const char* coded_chroma(Chroma chroma) {
  if (chroma == Chroma::Yuv422) return "422";
  return chroma == Chroma::Yuv444 ? "444" : "420";
}

// x265 gives a picture that stands alone a profile for such: in 8 bits "Main Still
// Picture", which every decoder of Main takes, but in 10 bits "Main 10 Intra", of
// the range extensions (general_profile_idc 4), which a decoder of Main 10 need
// not take. The first two settings make that Main 10; the others are what x265
// sets by itself where there are key frames only, so that no sample changes.
void ask_for_main_10(heif_encoder* encoder) {
  constexpr std::array<std::array<const char*, 2>, 12> kSettings{{
      {"x265:total-frames", "0"},  // unknown
      {"x265:keyint", "2"},
      {"x265:repeat-headers", "1"},  // else there are no parameter sets
      {"x265:open-gop", "0"},
      {"x265:bframes", "0"},
      {"x265:b-adapt", "0"},
      {"x265:rc-lookahead", "0"},
      {"x265:scenecut", "0"},
      {"x265:cutree", "0"},
      {"x265:weightp", "0"},
      {"x265:weightb", "0"},
      {"x265:ref", "1"},
  }};
  for (const auto& [name, value] : kSettings)
    heif_encoder_set_parameter_string(encoder, name, value);
}

Result<HeifOwned<heif_encoder>> encoder_for(
    heif_context* context, const Picture& picture, const HeicSettings& settings) {
  heif_encoder* raw = nullptr;
  const auto found = check(
      heif_context_get_encoder_for_format(context, heif_compression_HEVC, &raw),
      "libheif has no HEVC encoder here; install its x265 plugin, or write a JPEG still.");
  if (!found) return Error{ErrorCode::Unsupported, found.error().message, found.error().detail};
  HeifOwned<heif_encoder> encoder(raw);

  const auto preset =
      heif_encoder_set_parameter_string(encoder.get(), "preset", settings.speed_preset.c_str());
  if (preset.code != heif_error_Ok)
    return Error{
        ErrorCode::InvalidInput,
        "x265 has no preset \"" + settings.speed_preset +
            "\"; give one from ultrafast to placebo, such as medium.",
        preset.message};

  heif_encoder_set_logging_level(encoder.get(), 0);
  // Without SAO, as in ultrafast, x265 3.5 never frees its filters: 0.1 MB for
  // each still of 1080p. With it a still is some 0.1 % larger.
  heif_encoder_set_parameter_string(encoder.get(), "x265:sao", "1");
  if (picture.bit_depth == 10 && is_coded_as_420(picture.chroma)) ask_for_main_10(encoder.get());
  auto set = check(
      heif_encoder_set_lossy_quality(encoder.get(), settings.quality),
      "libheif's HEVC encoder does not take the quality; give another one.");
  if (set)
    set = check(
        heif_encoder_set_parameter_string(encoder.get(), "chroma", coded_chroma(picture.chroma)),
        "libheif's HEVC encoder does not take the picture's chroma format; convert it to 4:2:0.");
  if (!set) return set.error();
  return encoder;
}

using Item = HeifOwned<heif_image_handle>;

// One coded picture in `context`. The picture's label and the output's are the
// same, so libheif converts no Y'CbCr; and it writes no label at all unless the
// workaround for old versions of macOS is off.
Result<Item> add_item(heif_context* context, const Picture& picture, const HeicSettings& settings) {
  const auto nclx = nclx_of(picture.colour);
  if (!nclx) return nclx.error();
  const auto image = image_of(picture, nclx->get());
  if (!image) return image.error();
  const auto profiled = add_icc_profile(image->get(), picture.colour);
  if (!profiled) return profiled.error();
  const auto encoder = encoder_for(context, picture, settings);
  if (!encoder) return encoder.error();

  const HeifOwned<heif_encoding_options> options(heif_encoding_options_alloc());
  options->output_nclx_profile = nclx->get();
  options->macOS_compatibility_workaround_no_nclx_profile = 0;
  options->save_two_colr_boxes_when_ICC_and_nclx_available = 1;

  heif_image_handle* raw = nullptr;
  const auto encoded = check(
      heif_context_encode_image(context, image->get(), encoder->get(), options.get(), &raw),
      "The still cannot be encoded as HEVC; try another speed preset, or write a JPEG still.");
  if (!encoded) return encoded.error();
  return Item(raw);
}

// Even, where there is a choice: libheif has to wrap odd sizes.
std::uint32_t thumbnail_side(std::uint32_t side, std::uint32_t longest, std::uint32_t wanted) {
  const auto scaled = static_cast<std::uint32_t>(std::uint64_t{side} * wanted / longest);
  return std::max(scaled & ~1u, 1u);
}

// heif_context_encode_thumbnail() of libheif 1.15 labels the thumbnail with
// another matrix than it was converted with.
Result<void> add_thumbnail(
    heif_context* context,
    const heif_image_handle* master,
    const Picture& picture,
    const HeicSettings& settings) {
  const auto longest = std::max(picture.width, picture.height);
  const auto wanted = settings.thumbnail_size;
  if (wanted == 0 || longest <= wanted) return {};

  const auto small = shrink(
      picture,
      thumbnail_side(picture.width, longest, wanted),
      thumbnail_side(picture.height, longest, wanted));
  const auto thumbnail = add_item(context, small.picture, settings);
  if (!thumbnail) return thumbnail.error();
  // libheif's header names these parameters the other way round: what comes
  // first becomes the thumbnail (libheif issue 93).
  return check(
      heif_context_assign_thumbnail(context, thumbnail->get(), master),
      "libheif cannot attach the thumbnail; write the still without one.");
}

// The prefix makes the item's offset to the TIFF header 6, as Apple writes it
// (libheif counts the bytes before "MM").
Result<void> add_exif(
    heif_context* context,
    const heif_image_handle* master,
    const Picture& picture,
    const StillMetadata& metadata) {
  const auto tiff = exif_tiff(metadata, Orientation::Normal, picture.width, picture.height);
  if (!tiff) return tiff.error();
  Bytes payload{'E', 'x', 'i', 'f', 0, 0};
  payload.insert(payload.end(), tiff->begin(), tiff->end());
  return check(
      heif_context_add_exif_metadata(
          context,
          master,
          payload.data(),
          static_cast<int>(payload.size())),
      "libheif cannot attach the Exif block; shorten the still's texts.");
}

Result<void> add_xmp(
    heif_context* context, const heif_image_handle* master, const CaptureInfo& capture) {
  const auto packet = xmp_packet(capture);
  if (!packet) return packet.error();
  if (packet->empty()) return {};
  return check(
      heif_context_add_XMP_metadata(
          context,
          master,
          packet->data(),
          static_cast<int>(packet->size())),
      "libheif cannot attach the XMP packet; shorten the still's texts.");
}

heif_error append(heif_context*, const void* data, std::size_t size, void* userdata) {
  auto* file = static_cast<Bytes*>(userdata);
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  file->insert(file->end(), bytes, bytes + size);
  return heif_error{heif_error_Ok, heif_suberror_Unspecified, "Success"};
}

// ISO/IEC 23008-12, B.4.2: "heic" is HEVC of 8-bit 4:2:0, "heix" all the rest;
// libheif 1.15 knows only "heic". The other brand takes the place of one that
// is there twice (libheif repeats them all for a thumbnail), else of "miaf". The
// major brand stays, because galleries go by it: exiftool calls a "heix" file
// image/heif, which PhotoPrism does not pair. ftyp is the first box: size, name,
// major brand, minor version, then the compatible brands, four bytes each.
void name_all_brands(Bytes& file, const Picture& picture) {
  if (picture.bit_depth == 8 && is_coded_as_420(picture.chroma)) return;
  constexpr std::size_t kCompatible = 16;
  constexpr std::string_view kHeix = "heix";
  const std::size_t end = std::min<std::size_t>(file.size(), file.size() > 4 ? file[3] : 0);
  std::vector<std::string_view> seen;
  for (std::size_t at = kCompatible; at + kHeix.size() <= end; at += kHeix.size()) {
    const std::string_view brand(reinterpret_cast<const char*>(file.data()) + at, kHeix.size());
    const bool spare = brand == "miaf" || std::ranges::find(seen, brand) != seen.end();
    seen.push_back(brand);
    if (!spare) continue;
    std::ranges::copy(kHeix, file.begin() + static_cast<std::ptrdiff_t>(at));
    return;
  }
}

Result<Bytes> file_of(heif_context* context) {
  Bytes file;
  heif_writer writer{1, append};
  const auto written = check(
      heif_context_write(context, &writer, &file),
      "libheif cannot put the HEIC file together.");
  if (!written) return written.error();
  return file;
}

}  // namespace

Result<Bytes> encode_heic(
    const Picture& picture, const StillMetadata& metadata, const HeicSettings& settings) {
  auto checked = check_picture(picture);
  if (checked) checked = check_settings(picture, settings);
  if (!checked) return checked.error();
  auto labelled = picture;
  labelled.colour = colour_of(picture);

  load_plugins();
  const HeifOwned<heif_context> context(heif_context_alloc());
  const auto master = add_item(context.get(), labelled, settings);
  if (!master) return master.error();
  auto added = add_thumbnail(context.get(), master->get(), labelled, settings);
  if (added) added = add_exif(context.get(), master->get(), labelled, metadata);
  if (added) added = add_xmp(context.get(), master->get(), metadata.capture);
  if (!added) return added.error();

  auto file = file_of(context.get());
  if (!file) return file;
  name_all_brands(*file, labelled);
  return with_orientation(*file, metadata.capture.orientation);
}

}  // namespace livephoto
