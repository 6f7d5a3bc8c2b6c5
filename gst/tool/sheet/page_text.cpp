#include "gst/tool/sheet/page_text.h"

#include <glib.h>

#include "gst/support/ptr.h"

namespace livephoto::tool {

std::string base64(ByteSpan bytes) {
  return gst::adopt(g_base64_encode(bytes.data(), bytes.size())).get();
}

std::string in_script(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find('<', at)) != text.npos;) text.replace(at, 1, "\\u003c");
  return text;
}

}  // namespace livephoto::tool
