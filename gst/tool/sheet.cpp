#include "gst/tool/sheet.h"

#include "core/pair/names.h"
#include "core/text.h"
#include "gst/tool/pair_arguments.h"
#include "gst/tool/path_text.h"
#include "gst/tool/sheet/pick_part.h"
#include "gst/tool/sheet/pick_sheet.h"
#ifdef HAVE_PANGO
#include "gst/tool/sheet/picture_sheet.h"
#endif

namespace livephoto::tool {

Result<SheetForm> sheet_form(const std::filesystem::path& file) {
  const std::string extension = lower_case_extension(file);
  if (extension == ".html" || extension == ".htm") return SheetForm::Page;
  if (extension != ".png")
    return invalid_input(
        "\"" + shown(file) +
        "\" is no name of a sheet: it ends in .png for a picture, in .html for a page to choose "
        "from.");
#ifdef HAVE_PANGO
  return SheetForm::Picture;
#else
  return Error{
      ErrorCode::Unsupported,
      shown(file) +
          " cannot be drawn: this program was built without Cairo and Pango; name a file "
          "that ends in .html.",
      {}};
#endif
}

Result<void> make_part(
    const SheetPart& part,
    const VideoSuggestions& video,
    const Survey& survey,
    const std::function<void(double)>& report) {
#ifdef HAVE_PANGO
  if (part.form == SheetForm::Picture) return make_picture_part(part.file, video, survey, report);
#endif
  return make_pick_part(part.file, video, survey, report);
}

Result<std::unique_ptr<Sheet>> open_sheet(const std::filesystem::path& file, bool may_replace) {
  const auto form = sheet_form(file);
  if (!form) return form.error();
  if (const auto ready = prepare({file}, may_replace); !ready) return ready.error();
#ifdef HAVE_PANGO
  if (*form == SheetForm::Picture) return open_picture_sheet(file);
#endif
  return open_pick_sheet(file);
}

}  // namespace livephoto::tool
