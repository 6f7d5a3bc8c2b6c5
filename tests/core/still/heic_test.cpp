// HEIC stills, decoded again and compared with what went in.
#include "core/still/heic.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <exiv2/exiv2.hpp>
#include <string>
#include <string_view>
#include <thread>

#include "core/still/heif_handles.h"
#include "core/still/icc_profile.h"
#include "core/still/maker_note.h"
#include "core/still/xmp.h"
#include "sample_picture.h"
#include "stored_picture.h"

namespace livephoto {
namespace {

using sample::photograph;
using sample::picture_of;
using sample::profile_in_configuration;
using sample::profile_in_parameter_set;
using sample::psnr;
using sample::Samples;
using sample::samples_of;
using sample::ssim;
using sample::stored_picture;

constexpr char kIdentifier[] = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";
constexpr Colour kBt709Limited{1, 1, 1, false};

StillMetadata identified(Orientation orientation = Orientation::Normal) {
  StillMetadata metadata;
  metadata.content_identifier = kIdentifier;
  metadata.capture.orientation = orientation;
  return metadata;
}

HeicSettings best(std::uint32_t thumbnail_size = 0) {
  return HeicSettings{100, "ultrafast", thumbnail_size};
}

Bytes encoded(const Picture& picture, const StillMetadata& metadata, const HeicSettings& settings) {
  const auto file = encode_heic(picture, metadata, settings);
  EXPECT_TRUE(file) << (file ? "" : file.error().message + " " + file.error().detail);
  return file ? *file : Bytes();
}

// A file as libheif sees it. Keeps the bytes, which libheif only borrows.
class Reader {
 public:
  explicit Reader(Bytes file) : file_(std::move(file)), context_(heif_context_alloc()) {
    const auto read = heif_context_read_from_memory_without_copy(
        context_.get(),
        file_.data(),
        file_.size(),
        nullptr);
    EXPECT_EQ(read.code, heif_error_Ok) << read.message;
    heif_image_handle* raw = nullptr;
    heif_context_get_primary_image_handle(context_.get(), &raw);
    primary_.reset(raw);
  }

  const heif_image_handle* primary() const { return primary_.get(); }
  int top_level_images() const {
    return heif_context_get_number_of_top_level_images(context_.get());
  }
  int thumbnails() const { return heif_image_handle_get_number_of_thumbnails(primary()); }

  HeifOwned<heif_image_handle> thumbnail() const {
    heif_item_id id = 0;
    heif_image_handle* raw = nullptr;
    if (heif_image_handle_get_list_of_thumbnail_IDs(primary(), &id, 1) == 1)
      heif_image_handle_get_thumbnail(primary(), id, &raw);
    return HeifOwned<heif_image_handle>(raw);
  }

  Bytes exif() const { return metadata("Exif", ""); }
  Bytes xmp() const { return metadata("mime", "application/rdf+xml"); }

 private:
  // The only block of its type.
  Bytes metadata(const char* type, const std::string& content_type) const {
    heif_item_id id = 0;
    if (heif_image_handle_get_number_of_metadata_blocks(primary(), type) != 1) return {};
    heif_image_handle_get_list_of_metadata_block_IDs(primary(), type, &id, 1);
    EXPECT_EQ(heif_image_handle_get_metadata_content_type(primary(), id), content_type);
    Bytes block(heif_image_handle_get_metadata_size(primary(), id));
    heif_image_handle_get_metadata(primary(), id, block.data());
    return block;
  }

  Bytes file_;
  HeifOwned<heif_context> context_;
  HeifOwned<heif_image_handle> primary_;
};

Colour colour_of(const heif_image_handle* handle) {
  heif_color_profile_nclx* raw = nullptr;
  heif_image_handle_get_nclx_color_profile(handle, &raw);
  const HeifOwned<heif_color_profile_nclx> nclx(raw);
  if (!nclx) return Colour{0, 0, 0, false};
  return Colour{
      static_cast<std::uint16_t>(nclx->color_primaries),
      static_cast<std::uint16_t>(nclx->transfer_characteristics),
      static_cast<std::uint16_t>(nclx->matrix_coefficients),
      nclx->full_range_flag != 0};
}

Bytes icc_profile_of(const heif_image_handle* handle) {
  Bytes profile(heif_image_handle_get_raw_color_profile_size(handle));
  if (!profile.empty()) heif_image_handle_get_raw_color_profile(handle, profile.data());
  return profile;
}

HeifOwned<heif_image> decoded(
    const heif_image_handle* handle, heif_colorspace colorspace, heif_chroma chroma) {
  heif_image* raw = nullptr;
  const auto error = heif_decode_image(handle, &raw, colorspace, chroma, nullptr);
  EXPECT_EQ(error.code, heif_error_Ok) << error.message;
  return HeifOwned<heif_image>(raw);
}

Samples plane_of(const heif_image* image, heif_channel channel) {
  int stride = 0;
  const auto* bytes = heif_image_get_plane_readonly(image, channel, &stride);
  if (bytes == nullptr) return {};
  const auto across = channel == heif_channel_interleaved ? 3 : 1;
  return samples_of(
      bytes,
      static_cast<std::size_t>(stride),
      static_cast<std::uint32_t>(heif_image_get_width(image, channel) * across),
      static_cast<std::uint32_t>(heif_image_get_height(image, channel)),
      heif_image_get_bits_per_pixel_range(image, channel));
}

std::string described(const Picture& picture) {
  return std::to_string(picture.width) + "x" + std::to_string(picture.height) + " chroma " +
         std::to_string(static_cast<int>(picture.chroma)) + " depth " +
         std::to_string(picture.bit_depth) + " matrix " + std::to_string(picture.colour.matrix) +
         (picture.colour.full_range ? " full" : " limited");
}

void expect_stored(const Picture& picture, const Bytes& file, double least_psnr) {
  const auto stored = stored_picture(file, 0, picture.width, picture.height);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_GE(psnr(samples_of(picture, i), stored.planes[i]), least_psnr)
        << "plane " << i << " of " << described(picture);
}

TEST(EncodeHeic, StoresYuvWithoutConversionAndNamesItsColour) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444})
    for (const int depth : {8, 10, 12})
      for (const auto& colour :
           {Colour{1, 1, 1, false},
            Colour{1, 13, 1, true},
            Colour{6, 6, 6, false},
            Colour{12, 13, 6, true},
            Colour{9, 16, 9, false},
            Colour{9, 18, 9, true}}) {
        auto picture = photograph(200, 136, chroma, depth);
        picture.picture.colour = colour;

        const auto file = encoded(picture.picture, identified(), best());

        expect_stored(picture.picture, file, 42);
        EXPECT_EQ(colour_of(Reader(file).primary()), colour) << described(picture.picture);
        const auto stored = stored_picture(file, 0, 200, 136);
        EXPECT_EQ(stored.chroma, chroma);
        EXPECT_EQ(stored.bit_depth, depth);
        EXPECT_EQ(stored.matrix, colour.matrix);
        EXPECT_EQ(stored.full_range, colour.full_range);
      }
}

TEST(EncodeHeic, IsAlmostLosslessAtQuality100) {
  for (const int depth : {8, 10}) {
    auto picture = photograph(640, 480, Chroma::Yuv420, depth);
    picture.picture.colour = kBt709Limited;

    const auto file = encoded(picture.picture, identified(), best());

    expect_stored(picture.picture, file, 42);
    const auto luma = stored_picture(file, 0, 640, 480).planes[0];
    RecordProperty(
        "luma_psnr_" + std::to_string(depth),
        std::to_string(psnr(samples_of(picture.picture, 0), luma)));
  }
}

TEST(EncodeHeic, LooksTheSameWithDefaultSettings) {
  auto picture = photograph(1280, 720, Chroma::Yuv420, 8);
  picture.picture.colour = kBt709Limited;

  const auto file = encoded(picture.picture, identified(), HeicSettings{});

  const auto luma = stored_picture(file, 0, 1280, 720).planes[0];
  const auto likeness = ssim(samples_of(picture.picture, 0), luma);
  RecordProperty("luma_ssim", std::to_string(likeness));
  RecordProperty("bytes", std::to_string(file.size()));
  EXPECT_GE(likeness, 0.97);
}

// libheif goes through RGB here, so this is about colours, not about samples.
TEST(EncodeHeic, ShowsTheColoursThatItNames) {
  for (const int depth : {8, 10})
    for (const auto& colour :
         {Colour{1, 1, 1, false}, Colour{1, 1, 1, true}, Colour{6, 6, 6, false}}) {
      // Mid grey, and a grey of 3/4 of the way from black to white.
      auto picture = picture_of(64, 64, Chroma::Yuv420, depth, [&](auto component, auto x, auto) {
        const double largest = (1 << depth) - 1;
        const double black = colour.full_range ? 0 : (16 << (depth - 8)) / largest;
        const double white = colour.full_range ? 1 : (235 << (depth - 8)) / largest;
        if (component > 0) return (128 << (depth - 8)) / largest;
        return black + (x < 32 ? 0.5 : 0.75) * (white - black);
      });
      picture.picture.colour = colour;

      const Reader reader(encoded(picture.picture, identified(), best()));

      const auto image = decoded(reader.primary(), heif_colorspace_RGB, heif_chroma_444);
      for (const auto channel : {heif_channel_R, heif_channel_G, heif_channel_B}) {
        const auto plane = plane_of(image.get(), channel);
        EXPECT_NEAR(plane.at(10, 10) / plane.largest, 0.5, 0.008) << described(picture.picture);
        EXPECT_NEAR(plane.at(50, 50) / plane.largest, 0.75, 0.008) << described(picture.picture);
      }
    }
}

TEST(EncodeHeic, GetsLargerWithQuality) {
  const auto picture = photograph(320, 240, Chroma::Yuv420, 8);
  std::size_t last = 0;
  for (const int quality : {0, 25, 50, 75, 100}) {
    const auto size = encoded(picture.picture, identified(), {quality, "ultrafast", 0}).size();
    EXPECT_GT(size, last) << quality;
    last = size;
  }
}

// ISO/IEC 23008-12, B.4.2: "heix" is for what "heic" does not cover.
TEST(EncodeHeic, NamesHeixBesideHeicWhereTheCodingNeedsIt) {
  const auto brands = [](Chroma chroma, int depth) {
    const auto picture = photograph(64, 64, chroma, depth);
    const auto file = encoded(picture.picture, identified(), best());
    return std::string(file.begin() + 8, file.begin() + file[3]);
  };
  const auto names_heix = [&](Chroma chroma, int depth) {
    const std::string named = brands(chroma, depth);
    EXPECT_NE(named.find("heic", 8), std::string::npos) << "the major brand is compatible, too";
    return named.find("heix") != std::string::npos;
  };

  EXPECT_FALSE(names_heix(Chroma::Yuv420, 8));
  EXPECT_FALSE(names_heix(Chroma::Rgb, 8));
  EXPECT_TRUE(names_heix(Chroma::Yuv420, 10));
  EXPECT_TRUE(names_heix(Chroma::Yuv422, 8));
  EXPECT_TRUE(names_heix(Chroma::Yuv444, 8));
}

// Galleries take a file for what its major brand says.
TEST(EncodeHeic, IsAHeicByItsMajorBrandWhateverTheDepth) {
  for (const int depth : {8, 10}) {
    const auto picture = photograph(64, 64, Chroma::Yuv420, depth);
    const auto file = encoded(picture.picture, identified(), best());
    EXPECT_EQ(std::string(file.begin() + 8, file.begin() + 12), "heic") << depth;
  }
}

// Colour in broad areas, which 4:2:0 keeps.
double areas(std::size_t component, std::uint32_t x, std::uint32_t y) {
  const double phase = static_cast<double>(component) * 2.1;
  return 0.5 + 0.28 * std::sin(0.02 * x + phase) + 0.2 * std::cos(0.015 * y + phase);
}

enum ProfileIdc { kMain10 = 2, kMainStillPicture = 3, kRangeExtensions = 4 };

// Rec. ITU-T H.265, A.3. Decoders of phones take what was there from the start;
// the range extensions are for those who ask for them.
TEST(EncodeHeic, HasTheProfileThatDecodersOfPhonesTake) {
  for (const auto* preset : {"ultrafast", "medium", "slower"})
    for (const auto chroma : {Chroma::Yuv420, Chroma::Rgb})
      for (const auto& [depth, idc] : {std::pair{8, kMainStillPicture}, {10, kMain10}})
        for (const std::uint32_t size : {16u, 200u, 1300u}) {
          if (size > 1000 && std::string_view(preset) != "ultrafast") continue;
          const auto picture = picture_of(size, size, chroma, depth, areas);

          const auto file = encoded(picture.picture, identified(), {80, preset, 64});

          for (std::size_t i = 0; i < (size > 64 ? 2u : 1u); ++i) {
            const auto profile = profile_in_configuration(file, i);
            EXPECT_EQ(profile.idc, idc) << preset << ", " << described(picture.picture);
            EXPECT_NE(profile.compatibility & 1u << (31 - kMain10), 0u);
          }
        }
}

TEST(EncodeHeic, HasTheRangeExtensionsWhereNothingElseWillDo) {
  for (const auto& [chroma, depth] :
       {std::pair{Chroma::Yuv420, 12}, {Chroma::Yuv422, 8}, {Chroma::Yuv444, 10}}) {
    const auto picture = picture_of(200, 200, chroma, depth, areas);
    const auto file = encoded(picture.picture, identified(), best());
    EXPECT_EQ(profile_in_configuration(file, 0).idc, kRangeExtensions);
  }
}

TEST(EncodeHeic, NamesTheProfileOfItsParameterSets) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv444})
    for (const int depth : {8, 10, 12}) {
      const auto picture = picture_of(400, 300, chroma, depth, areas);

      const auto file = encoded(picture.picture, identified(), best(64));

      for (const std::size_t index : {0u, 1u}) {
        const auto named = profile_in_configuration(file, index);
        auto coded = profile_in_parameter_set(file, index);
        EXPECT_GT(coded.idc, 0);
        // libheif 1.15 leaves these out; that is allowed (ISO/IEC 14496-15, 8.3.3.1.3).
        coded.constraints &= named.constraints;
        EXPECT_EQ(named, coded) << described(picture.picture);
      }
    }
}

TEST(EncodeHeic, BringsRgbBack) {
  for (const int depth : {8, 10}) {
    const auto picture = picture_of(320, 240, Chroma::Rgb, depth, areas);

    const Reader reader(encoded(picture.picture, identified(), best()));

    EXPECT_EQ(colour_of(reader.primary()), (Colour{1, 13, 6, true}));
    const auto image = decoded(
        reader.primary(),
        heif_colorspace_RGB,
        depth == 8 ? heif_chroma_interleaved_RGB : heif_chroma_interleaved_RRGGBB_LE);
    const auto quality =
        psnr(samples_of(picture.picture, 0), plane_of(image.get(), heif_channel_interleaved));
    RecordProperty("rgb_psnr_" + std::to_string(depth), std::to_string(quality));
    EXPECT_GE(quality, 42) << depth;
  }
}

TEST(EncodeHeic, StoresRgbAsYuv420WithItsOwnPrimaries) {
  auto picture = picture_of(64, 64, Chroma::Rgb, 8, areas);
  picture.picture.colour = Colour{12, 13, 0, false};  // Display P3, as RGB caps name it

  const auto file = encoded(picture.picture, identified(), best());

  EXPECT_EQ(colour_of(Reader(file).primary()), (Colour{12, 13, 6, true}));
  EXPECT_EQ(stored_picture(file, 0, 64, 64).chroma, Chroma::Yuv420);
}

TEST(EncodeHeic, NamesTheUsualColourWhereItIsNotKnown) {
  const auto named = [](std::uint32_t width, std::uint32_t height, Colour colour) {
    auto picture = photograph(width, height, Chroma::Yuv420, 8);
    picture.picture.colour = colour;
    return colour_of(Reader(encoded(picture.picture, identified(), best(64))).primary());
  };

  EXPECT_EQ(named(720, 576, {}), (Colour{6, 6, 6, false}));
  EXPECT_EQ(named(1280, 16, {}), (Colour{6, 6, 6, false}));
  EXPECT_EQ(named(16, 578, {}), (Colour{1, 1, 1, false}));
  EXPECT_EQ(named(64, 64, {2, 2, 2, true}), (Colour{6, 6, 6, true}));
  EXPECT_EQ(named(64, 64, {9, 2, 2, false}), (Colour{9, 14, 9, false}));
  EXPECT_EQ(named(64, 64, {2, 16, 9, false}), (Colour{9, 16, 9, false}));
  EXPECT_EQ(named(64, 64, {2, 2, 5, false}), (Colour{5, 1, 5, false}));
}

TEST(EncodeHeic, HasAnIccProfileBesideTheLabelOfWideColours) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv444, Chroma::Rgb})
    for (const int depth : {8, 10, 12})
      for (const std::uint32_t size : {96u, 97u})  // a picture of odd size is a grid
        for (const auto& colour : {Colour{12, 1, 6, true}, Colour{9, 14, 6, true}}) {
          if (chroma == Chroma::Rgb && depth == 12) continue;
          auto picture = photograph(size, size, chroma, depth);
          picture.picture.colour = colour;

          const Reader reader(
              encoded(picture.picture, identified(Orientation::Rotate90), best(64)));

          const auto thumbnail = reader.thumbnail();
          ASSERT_TRUE(thumbnail);
          const auto profile = icc_profile(colour);
          ASSERT_TRUE(profile && !profile->empty());
          for (const auto* handle :
               {reader.primary(), static_cast<const heif_image_handle*>(thumbnail.get())}) {
            EXPECT_EQ(
                heif_image_handle_get_color_profile_type(handle),
                heif_color_profile_type_prof);
            EXPECT_EQ(icc_profile_of(handle), *profile) << described(picture.picture);
            EXPECT_EQ(colour_of(handle), colour) << described(picture.picture);
          }
        }
}

TEST(EncodeHeic, HasNoIccProfileWhereTheLabelSaysMoreOrReadersNeedNone) {
  for (const auto& colour :
       {Colour{},
        kBt709Limited,
        Colour{6, 6, 6, false},
        Colour{9, 16, 9, false},
        Colour{9, 18, 9, false}}) {
    auto picture = photograph(96, 64, Chroma::Yuv420, 10);
    picture.picture.colour = colour;

    const Reader reader(encoded(picture.picture, identified(), best(64)));

    EXPECT_EQ(
        heif_image_handle_get_color_profile_type(reader.primary()),
        heif_color_profile_type_nclx);
    EXPECT_TRUE(icc_profile_of(reader.primary()).empty());
  }
}

// The four quarters of a picture, each with its own brightness and colour.
double quarters(std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height) {
  const bool right = x >= width / 2, lower = y >= height / 2;
  return 0.2 + 0.2 * (right ? 1 : 0) + 0.4 * (lower ? 1 : 0);
}

OwnedPicture abcd(std::uint32_t width, std::uint32_t height, Chroma chroma, int depth) {
  auto picture = picture_of(width, height, chroma, depth, [&](auto component, auto x, auto y) {
    const bool halved = component > 0;
    const auto w = halved && chroma != Chroma::Yuv444 && chroma != Chroma::Rgb ? width / 2 : width;
    const auto h = halved && chroma == Chroma::Yuv420 ? height / 2 : height;
    const auto value = quarters(x, y, w, h);
    return component == 1 ? 1 - value : value;
  });
  picture.picture.colour = kBt709Limited;
  return picture;
}

// "ABCD": upper left, upper right, lower left, lower right.
std::string letters(const Samples& plane, bool inverted) {
  std::string text;
  for (const double fy : {0.25, 0.75})
    for (const double fx : {0.25, 0.75}) {
      const auto value = plane.at(
                             static_cast<std::size_t>(fx * plane.width),
                             static_cast<std::size_t>(fy * plane.height)) /
                         plane.largest;
      const auto quarter = std::lround(((inverted ? 1 - value : value) - 0.2) / 0.2);
      text += static_cast<char>('A' + quarter);
    }
  return text;
}

// Exif 2.32, 4.6.4 A, Orientation: where the stored rows and columns belong.
constexpr std::array<const char*, 8> kUpright{
    "ABCD", "BADC", "DCBA", "CDAB", "ACBD", "CADB", "DBCA", "BDAC"};

// As libheif shows it. abcd() of R'G'B' has three different planes, else luma tells.
std::string shown_letters(const heif_image_handle* handle, Chroma chroma) {
  if (chroma != Chroma::Rgb) {
    const auto image = decoded(handle, heif_colorspace_YCbCr, heif_chroma_444);
    return letters(plane_of(image.get(), heif_channel_Y), false);
  }
  const auto image = decoded(handle, heif_colorspace_RGB, heif_chroma_444);
  const auto red = letters(plane_of(image.get(), heif_channel_R), false);
  EXPECT_EQ(letters(plane_of(image.get(), heif_channel_G), true), red);
  EXPECT_EQ(letters(plane_of(image.get(), heif_channel_B), false), red);
  return red;
}

// libheif 1.15 mirrors pictures of 8 bits only.
bool libheif_can_show(int number, int depth) {
  const bool mirrored = number == 2 || number == 4 || number == 5 || number == 7;
  return depth == 8 || !mirrored;
}

TEST(EncodeHeic, IsShownUpright) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444, Chroma::Rgb})
    for (const int depth : {8, 10})
      for (int number = 1; number <= 8; ++number) {
        if (!libheif_can_show(number, depth)) continue;
        const auto picture = abcd(160, 96, chroma, depth);

        const Reader reader(
            encoded(picture.picture, identified(static_cast<Orientation>(number)), best(64)));

        const bool swapped = number >= 5;
        const auto* primary = reader.primary();
        EXPECT_EQ(heif_image_handle_get_width(primary), swapped ? 96 : 160) << number;
        EXPECT_EQ(heif_image_handle_get_height(primary), swapped ? 160 : 96) << number;
        const auto thumbnail = reader.thumbnail();
        ASSERT_TRUE(thumbnail);
        EXPECT_EQ(heif_image_handle_get_width(thumbnail.get()), swapped ? 38 : 64) << number;
        const auto* expected = kUpright[static_cast<std::size_t>(number - 1)];
        for (const auto* handle : {primary, static_cast<const heif_image_handle*>(thumbnail.get())})
          EXPECT_EQ(shown_letters(handle, chroma), expected)
              << number << ", " << described(picture.picture);
      }
}

// A picture whose sides are odd is a grid of one tile.
TEST(EncodeHeic, IsShownUprightAlsoInOddSizes) {
  for (int number = 1; number <= 8; ++number) {
    const auto picture = abcd(161, 97, Chroma::Yuv444, 8);

    const Reader reader(
        encoded(picture.picture, identified(static_cast<Orientation>(number)), best(64)));

    const auto thumbnail = reader.thumbnail();
    ASSERT_TRUE(thumbnail);
    const auto* expected = kUpright[static_cast<std::size_t>(number - 1)];
    EXPECT_EQ(heif_image_handle_get_width(reader.primary()), number >= 5 ? 97 : 161);
    EXPECT_EQ(shown_letters(reader.primary(), Chroma::Yuv444), expected) << number;
    EXPECT_EQ(shown_letters(thumbnail.get(), Chroma::Yuv444), expected) << number;
  }
}

TEST(EncodeHeic, StoresThePictureAsItIsLentWhateverTheOrientation) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444})
    for (const int depth : {8, 10}) {
      const auto picture = abcd(160, 96, chroma, depth);
      const auto media = [&](Orientation orientation) {
        const auto file = encoded(picture.picture, identified(orientation), best(64));
        const Reader reader(file);
        EXPECT_EQ(heif_image_handle_get_ispe_width(reader.primary()), 160);
        EXPECT_EQ(heif_image_handle_get_ispe_height(reader.primary()), 96);
        const std::string text(file.begin(), file.end());
        return text.substr(text.find("mdat"));
      };

      const auto expected = media(Orientation::Normal);

      for (int number = 2; number <= 8; ++number)
        EXPECT_EQ(media(static_cast<Orientation>(number)), expected)
            << number << ", " << described(picture.picture);
    }
}

TEST(EncodeHeic, HasItsTextsAsXmp) {
  for (const auto orientation : {Orientation::Normal, Orientation::Rotate90}) {
    const auto picture = photograph(96, 64, Chroma::Yuv420, 8);
    auto metadata = identified(orientation);
    metadata.capture.title = "A title";
    metadata.capture.keywords = {"sea", "sand"};

    const Reader reader(encoded(picture.picture, metadata, best(32)));

    const auto packet = xmp_packet(metadata.capture);
    ASSERT_TRUE(packet);
    EXPECT_EQ(reader.xmp(), *packet);
    EXPECT_FALSE(reader.exif().empty());
    EXPECT_EQ(reader.thumbnails(), 1);
  }
}

TEST(EncodeHeic, HasNoXmpWhereThereAreNoTexts) {
  const auto picture = photograph(96, 64, Chroma::Yuv420, 8);
  auto metadata = identified();
  metadata.capture.make = "Maker";

  const auto file = encoded(picture.picture, metadata, best());

  EXPECT_TRUE(Reader(file).xmp().empty());
  EXPECT_EQ(std::string(file.begin(), file.end()).find("rdf+xml"), std::string::npos);
}

TEST(EncodeHeic, NotesNoOrientationWhereThereIsNone) {
  const auto picture = abcd(96, 64, Chroma::Yuv420, 8);

  const auto file = encoded(picture.picture, identified(), best());

  const std::string text(file.begin(), file.end());
  EXPECT_EQ(text.find("irot"), std::string::npos);
  EXPECT_EQ(text.find("imir"), std::string::npos);
}

TEST(EncodeHeic, HasNoSecondOrientationInExif) {
  const auto picture = abcd(96, 64, Chroma::Yuv420, 8);

  const auto block =
      Reader(encoded(picture.picture, identified(Orientation::Rotate90), best())).exif();

  Exiv2::ExifData exif;
  Exiv2::ExifParser::decode(exif, block.data() + 10, static_cast<std::uint32_t>(block.size() - 10));
  EXPECT_EQ(exif["Exif.Image.Orientation"].toString(), "1");
  EXPECT_EQ(exif["Exif.Photo.PixelXDimension"].toString(), "96");
  EXPECT_EQ(exif["Exif.Photo.PixelYDimension"].toString(), "64");
}

TEST(EncodeHeic, HasTheExifBlockOfItsMetadata) {
  const auto picture = photograph(96, 64, Chroma::Yuv420, 8);
  auto metadata = identified();
  metadata.capture.make = "Maker";
  metadata.capture.time = CaptureTime{2024, 5, 6, 7, 8, 9};

  const auto block = Reader(encoded(picture.picture, metadata, best())).exif();

  const auto tiff = exif_tiff(metadata, Orientation::Normal, 96, 64);
  ASSERT_TRUE(tiff);
  Bytes expected{0, 0, 0, 6, 'E', 'x', 'i', 'f', 0, 0};
  expected.insert(expected.end(), tiff->begin(), tiff->end());
  EXPECT_EQ(block, expected);
}

TEST(EncodeHeic, HasAThumbnailOfTheSameColours) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444})
    for (const int depth : {8, 10}) {
      auto picture = picture_of(640, 400, chroma, depth, [&](auto c, auto x, auto y) {
        const bool narrow = c > 0 && chroma != Chroma::Yuv444;
        const bool low = c > 0 && chroma == Chroma::Yuv420;
        return areas(c, narrow ? 2 * x : x, low ? 2 * y : y);
      });
      picture.picture.colour = Colour{9, 16, 9, false};

      const auto file = encoded(picture.picture, identified(), best(320));

      const Reader reader(file);
      EXPECT_EQ(reader.top_level_images(), 1);
      ASSERT_EQ(reader.thumbnails(), 1);
      const auto thumbnail = reader.thumbnail();
      EXPECT_EQ(heif_image_handle_get_width(thumbnail.get()), 320);
      EXPECT_EQ(heif_image_handle_get_height(thumbnail.get()), 200);
      EXPECT_EQ(colour_of(thumbnail.get()), picture.picture.colour);
      const auto stored = stored_picture(file, 1, 320, 200);
      const auto half = picture_of(320, 200, chroma, depth, [&](auto c, auto x, auto y) {
        const bool narrow = c > 0 && chroma != Chroma::Yuv444;
        const bool low = c > 0 && chroma == Chroma::Yuv420;
        return areas(c, narrow ? 4 * x : 2 * x, low ? 4 * y : 2 * y);
      });
      for (std::size_t i = 0; i < 3; ++i)
        EXPECT_GE(psnr(samples_of(half.picture, i), stored.planes[i]), 40)
            << "plane " << i << " of " << described(picture.picture);
    }
}

TEST(EncodeHeic, AveragesFineTextureInTheThumbnail) {
  const auto picture = picture_of(640, 640, Chroma::Yuv420, 8, [](auto c, auto x, auto y) {
    return c > 0 ? 0.5 : (x + y) % 2 == 0 ? 0.2 : 0.8;
  });

  const auto file = encoded(picture.picture, identified(), best(160));

  const auto luma = stored_picture(file, 1, 160, 160).planes[0];
  ASSERT_FALSE(luma.values.empty());
  for (const auto value : luma.values) ASSERT_NEAR(value, 127.5, 2);
}

TEST(EncodeHeic, HasNoThumbnailOfASmallPictureOrWhereNoneIsWanted) {
  const auto picture = photograph(320, 200, Chroma::Yuv420, 8);

  EXPECT_EQ(Reader(encoded(picture.picture, identified(), best(320))).thumbnails(), 0);
  EXPECT_EQ(Reader(encoded(picture.picture, identified(), best(0))).thumbnails(), 0);
  EXPECT_EQ(Reader(encoded(picture.picture, identified(), best(319))).thumbnails(), 1);
}

TEST(EncodeHeic, TakesEverySize) {
  constexpr std::array<std::array<std::uint32_t, 2>, 12> kSizes{
      {{1, 1},
       {1, 2},
       {2, 1},
       {3, 5},
       {15, 17},
       {16, 16},
       {33, 64},
       {63, 65},
       {64, 64},
       {127, 1},
       {1, 400},
       {481, 321}}};
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444, Chroma::Rgb})
    for (const int depth : {8, 10})
      for (const auto& [width, height] : kSizes)
        for (const auto orientation : {Orientation::Normal, Orientation::Rotate90}) {
          const auto picture = picture_of(width, height, chroma, depth, areas);

          const auto file = encoded(picture.picture, identified(orientation), best(64));

          const Reader reader(file);
          const bool turned = orientation != Orientation::Normal;
          const auto image = decoded(reader.primary(), heif_colorspace_RGB, heif_chroma_444);
          const auto red = plane_of(image.get(), heif_channel_R);
          EXPECT_EQ(red.width, turned ? height : width) << described(picture.picture);
          EXPECT_EQ(red.height, turned ? width : height) << described(picture.picture);
          EXPECT_FALSE(reader.exif().empty());
          if (chroma != Chroma::Rgb && !turned) expect_stored(picture.picture, file, 42);
        }
}

// For the sanitizers: planes as GStreamer lends them, with a stride of their
// own, and none of the last row's padding.
TEST(EncodeHeic, ReadsNothingBesideTheRows) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Rgb})
    for (const auto orientation : {Orientation::Normal, Orientation::Transverse}) {
      const auto tight = photograph(101, 67, chroma, 10);
      Picture padded = tight.picture;
      std::array<Bytes, 3> storage;
      for (std::size_t i = 0; i < plane_count(chroma); ++i) {
        const auto layout = plane_layout(padded, i);
        const auto stride = layout.row_bytes + 37;
        storage[i].assign(stride * (layout.height - 1) + layout.row_bytes, 0xee);
        for (std::size_t y = 0; y < layout.height; ++y)
          std::memcpy(
              storage[i].data() + y * stride,
              tight.storage[i].data() + y * layout.row_bytes,
              layout.row_bytes);
        padded.planes[i] = Plane{storage[i], stride};
      }

      EXPECT_EQ(
          encoded(padded, identified(orientation), best(64)),
          encoded(tight.picture, identified(orientation), best(64)));
    }
}

TEST(EncodeHeic, IsReproducibleAlsoInSixThreads) {
  const auto picture = photograph(640, 480, Chroma::Yuv420, 8);
  const auto deep = photograph(322, 242, Chroma::Yuv420, 10);
  const HeicSettings settings{80, "fast", 160};
  const auto expected = encoded(picture.picture, identified(Orientation::Rotate90), settings);
  const auto expected_deep = encoded(deep.picture, identified(), settings);

  std::vector<std::thread> threads;
  for (int thread = 0; thread < 6; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 2; ++i) {
        if (thread % 2 == 0) {
          EXPECT_EQ(
              encoded(picture.picture, identified(Orientation::Rotate90), settings),
              expected);
        } else {
          EXPECT_EQ(encoded(deep.picture, identified(), settings), expected_deep);
        }
      }
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(encoded(picture.picture, identified(Orientation::Rotate90), settings), expected);
}

void expect_refused(
    const Picture& picture,
    const HeicSettings& settings,
    ErrorCode code,
    const std::string& about) {
  const auto file = encode_heic(picture, identified(), settings);
  ASSERT_FALSE(file) << about;
  EXPECT_EQ(file.error().code, code) << file.error().message;
  EXPECT_NE(file.error().message.find(about), std::string::npos) << file.error().message;
}

TEST(EncodeHeic, RefusesPicturesOfImpossibleSize) {
  const auto good = photograph(16, 16, Chroma::Yuv420, 8);
  for (const auto& [width, height] :
       {std::pair{0u, 16u}, {16u, 0u}, {16385u, 16u}, {16u, 16385u}, {0xffffffffu, 0xffffffffu}}) {
    auto picture = good.picture;
    picture.width = width;
    picture.height = height;
    expect_refused(picture, best(), ErrorCode::InvalidInput, "1 to 16384 pixels");
  }
}

TEST(EncodeHeic, RefusesDepthsItCannotStore) {
  const auto good = photograph(16, 16, Chroma::Yuv420, 12);
  auto picture = good.picture;
  for (const int depth : {-8, 0, 7, 13, 16}) {
    picture.bit_depth = depth;
    expect_refused(picture, best(), ErrorCode::InvalidInput, "8, 10 or 12 bits");
  }
  for (const int depth : {9, 11}) {
    picture.bit_depth = depth;
    expect_refused(picture, best(), ErrorCode::Unsupported, "8, 10 or 12 bits");
  }
}

TEST(EncodeHeic, RefusesPlanesThatAreTooShort) {
  const auto good = photograph(17, 15, Chroma::Yuv420, 8);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto& plane = good.picture.planes[i];
    for (const auto& bad :
         {Plane{},
          Plane{plane.bytes.first(plane.bytes.size() - 1), plane.stride},
          Plane{plane.bytes, plane.stride - 1},
          Plane{plane.bytes, plane.stride + 1},
          Plane{plane.bytes, 0},
          Plane{plane.bytes, SIZE_MAX},
          Plane{{}, plane.stride}}) {
      auto picture = good.picture;
      picture.planes[i] = bad;
      expect_refused(picture, best(), ErrorCode::InvalidInput, "less data");
    }
  }
}

TEST(EncodeHeic, RefusesSettingsThatDoNotExist) {
  const auto good = photograph(16, 16, Chroma::Yuv420, 8);

  expect_refused(good.picture, {-1, "ultrafast", 0}, ErrorCode::InvalidInput, "quality of -1");
  expect_refused(good.picture, {101, "ultrafast", 0}, ErrorCode::InvalidInput, "quality of 101");
  expect_refused(good.picture, {80, "swift", 0}, ErrorCode::InvalidInput, "preset \"swift\"");
  expect_refused(good.picture, {80, "", 0}, ErrorCode::InvalidInput, "preset \"\"");
}

TEST(EncodeHeic, RefusesColourThatCannotBe) {
  auto picture = photograph(16, 16, Chroma::Yuv420, 8);
  picture.picture.colour.matrix = 0;  // R'G'B', with halved planes
  expect_refused(picture.picture, best(), ErrorCode::InvalidInput, "labelled as RGB");

  picture.picture.colour = Colour{1, 1, 999, false};
  expect_refused(picture.picture, best(), ErrorCode::InvalidInput, "colorimetry");
}

TEST(EncodeHeic, RefusesMetadataThatCannotBeWritten) {
  const auto good = photograph(16, 16, Chroma::Yuv420, 8);

  const auto file = encode_heic(good.picture, StillMetadata{}, best());

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::InvalidInput);
  EXPECT_NE(file.error().message.find("content identifier"), std::string::npos);
}

TEST(EncodeHeic, TakesEveryPreset) {
  const auto picture = photograph(64, 64, Chroma::Yuv420, 8);
  const auto deep = photograph(64, 64, Chroma::Yuv420, 10);
  for (const auto* preset :
       {"ultrafast",
        "superfast",
        "veryfast",
        "faster",
        "fast",
        "medium",
        "slow",
        "slower",
        "veryslow",
        "placebo"}) {
    EXPECT_FALSE(encoded(picture.picture, identified(), {80, preset, 0}).empty()) << preset;
    const auto file = encoded(deep.picture, identified(), {80, preset, 0});
    EXPECT_EQ(profile_in_configuration(file, 0).idc, kMain10) << preset;
  }
}

TEST(EncodeHeic, PrintsNothing) {
  const auto picture = photograph(64, 64, Chroma::Yuv420, 8);
  const auto deep = photograph(64, 64, Chroma::Yuv420, 10);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();

  encoded(picture.picture, identified(), {80, "medium", 32});
  encoded(deep.picture, identified(), {80, "medium", 32});

  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace livephoto
