#include "gst/support/error.h"

#include <utility>

namespace livephoto::gst {
namespace {

std::pair<GQuark, gint> domain_and_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::Io:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE};
    case ErrorCode::NoSpace:
      return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT};
    case ErrorCode::InvalidInput:
    case ErrorCode::Unsupported:
      return {GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT};
    case ErrorCode::Encoder:
    case ErrorCode::Metadata:
      return {GST_STREAM_ERROR, GST_STREAM_ERROR_ENCODE};
  }
  return {GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED};
}

}  // namespace

void post_error(
    gpointer element, const Error& error, const char* file, const char* function, int line) {
  const auto [domain, code] = domain_and_code(error.code);
  gst_element_message_full(
      GST_ELEMENT(element),
      GST_MESSAGE_ERROR,
      domain,
      code,
      g_strdup(error.message.c_str()),
      error.detail.empty() ? nullptr : g_strdup(error.detail.c_str()),
      file,
      function,
      line);
}

}  // namespace livephoto::gst
