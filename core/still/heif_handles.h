// libheif's handles, owned, with its errors translated once.
#pragma once

#include <libheif/heif.h>

#include <memory>
#include <string>

#include "core/result.h"

namespace livephoto {

struct HeifRelease {
  void operator()(heif_context* p) const { heif_context_free(p); }
  void operator()(heif_encoder* p) const { heif_encoder_release(p); }
  void operator()(heif_encoding_options* p) const { heif_encoding_options_free(p); }
  void operator()(heif_color_profile_nclx* p) const { heif_nclx_color_profile_free(p); }
  void operator()(heif_image* p) const { heif_image_release(p); }
  void operator()(heif_image_handle* p) const { heif_image_handle_release(p); }
};
template <class T>
using HeifOwned = std::unique_ptr<T, HeifRelease>;

// `sentence` for the user, what libheif said for the log.
inline Result<void> check(const heif_error& error, const std::string& sentence) {
  if (error.code == heif_error_Ok) return {};
  return Error{ErrorCode::Encoder, sentence, error.message ? error.message : ""};
}

}  // namespace livephoto
