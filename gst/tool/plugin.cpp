#include "gst/tool/plugin.h"

#include <gst/gst.h>

#include <filesystem>

#include "gst/support/ptr.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using gst::adopt;

constexpr const char* kFile = "libgstlivephoto.so";

bool have_element() {
  GstElementFactory* factory = gst_element_factory_find("livephotosink");
  if (!factory) return false;
  gst_object_unref(factory);
  return true;
}

bool load(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  GError* problem = nullptr;
  const auto plugin = adopt(GST_OBJECT(gst_plugin_load_file(file.c_str(), &problem)));
  const auto error = adopt(problem);
  return plugin && have_element();
}

}  // namespace

Result<void> load_plugin() {
  GError* problem = nullptr;
  if (!gst_init_check(nullptr, nullptr, &problem)) {
    const auto error = adopt(problem);
    return Error{ErrorCode::Unsupported, "GStreamer cannot be started.", error->message};
  }
  if (have_element() || load(fs::path(LIVEPHOTO_PLUGIN_FOLDER) / kFile)) return {};
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  if (load(program.parent_path().parent_path() / kFile)) return {};
  return Error{
      ErrorCode::Unsupported,
      "GStreamer has no element livephotosink; set GST_PLUGIN_PATH to the folder of " +
          std::string(kFile) + ".",
      {}};
}

}  // namespace livephoto::tool
