#include "gst/tool/heif_luma.h"

#include <libheif/heif.h>

#include <cstdint>
#include <memory>

#include "core/still/heif_handles.h"

namespace livephoto::tool {
namespace {

struct OptionsRelease {
  void operator()(heif_decoding_options* p) const { heif_decoding_options_free(p); }
};

Error failed(const heif_error& error) {
  return Error{
      ErrorCode::Unsupported,
      "libheif cannot decode the still.",
      error.message ? error.message : ""};
}

Luma luma_of(const heif_image* image) {
  const int width = heif_image_get_width(image, heif_channel_Y);
  const int height = heif_image_get_height(image, heif_channel_Y);
  int stride = 0;
  const std::uint8_t* from = heif_image_get_plane_readonly(image, heif_channel_Y, &stride);
  Luma luma;
  const bool is_8_bit = heif_image_get_bits_per_pixel_range(image, heif_channel_Y) <= 8;
  if (!from || width < 1 || height < 1 || !is_8_bit) return luma;
  luma.width = static_cast<std::size_t>(width);
  luma.height = static_cast<std::size_t>(height);
  luma.pixels.reserve(luma.width * luma.height);
  for (std::size_t y = 0; y < luma.height; ++y, from += stride)
    luma.pixels.insert(luma.pixels.end(), from, from + width);
  return luma;
}

}  // namespace

Result<Luma> heif_luma(const std::filesystem::path& still) {
  const HeifOwned<heif_context> context(heif_context_alloc());
  auto done = heif_context_read_from_file(context.get(), still.c_str(), nullptr);
  if (done.code != heif_error_Ok) return failed(done);
  heif_image_handle* handle = nullptr;
  done = heif_context_get_primary_image_handle(context.get(), &handle);
  const HeifOwned<heif_image_handle> primary(handle);
  if (done.code != heif_error_Ok) return failed(done);
  const std::unique_ptr<heif_decoding_options, OptionsRelease> options(
      heif_decoding_options_alloc());
  options->convert_hdr_to_8bit = 1;
  heif_image* decoded = nullptr;
  done = heif_decode_image(
      primary.get(),
      &decoded,
      heif_colorspace_YCbCr,
      heif_chroma_420,
      options.get());
  const HeifOwned<heif_image> image(decoded);
  if (done.code != heif_error_Ok) return failed(done);
  Luma luma = luma_of(image.get());
  if (luma.pixels.empty()) return failed({});
  return luma;
}

}  // namespace livephoto::tool
