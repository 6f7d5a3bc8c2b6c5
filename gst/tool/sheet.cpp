#include "gst/tool/sheet.h"

#include "core/pair/names.h"
#include "core/text.h"
#include "gst/tool/pair_arguments.h"
#include "gst/tool/path_text.h"
#include "gst/tool/sheet/pick_sheet.h"
#ifdef HAVE_PANGO
#include "gst/tool/sheet/picture_sheet.h"
#endif

namespace livephoto::tool {

Result<std::unique_ptr<Sheet>> open_sheet(const std::filesystem::path& file, bool may_replace) {
  const std::string extension = lower_case_extension(file);
  const bool is_picture = extension == ".png";
  const bool is_page = extension == ".html" || extension == ".htm";
  if (!is_picture && !is_page)
    return invalid_input(
        "\"" + shown(file) +
        "\" is no name of a sheet: it ends in .png for a picture, in .html for a page to choose "
        "from.");
  if (const auto ready = prepare({file}, may_replace); !ready) return ready.error();
  if (is_page) return open_pick_sheet(file);
#ifdef HAVE_PANGO
  return open_picture_sheet(file);
#else
  return Error{
      ErrorCode::Unsupported,
      shown(file) +
          " cannot be drawn: this program was built without Cairo and Pango; name a file "
          "that ends in .html.",
      {}};
#endif
}

}  // namespace livephoto::tool
