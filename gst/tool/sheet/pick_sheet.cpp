#include "gst/tool/sheet/pick_sheet.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/file.h"
#include "core/source.h"
#include "core/text.h"
#include "gst/tool/json_text.h"
#include "gst/tool/pick_parts.h"  // of sheet/embed.py
#include "gst/tool/sheet/page_json.h"
#include "gst/tool/sheet/page_text.h"

namespace livephoto::tool {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;

// ---- The page as text --------------------------------------------------------

// As a Content-Security-Policy names what may be in the page.
std::string hash_of(std::string_view text) {
  std::array<guint8, 32> digest{};
  gsize length = digest.size();
  GChecksum* checksum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(
      checksum,
      reinterpret_cast<const guchar*>(text.data()),
      static_cast<gssize>(text.size()));
  g_checksum_get_digest(checksum, digest.data(), &length);
  g_checksum_free(checksum);
  return "'sha256-" + base64(digest) + "'";
}

std::string with(std::string text, std::string_view name, std::string_view value) {
  const std::string mark = "{{" + std::string(name) + "}}";
  const auto at = text.find(mark);
  return at == text.npos ? text : text.replace(at, mark.size(), value);
}

std::string script_of(std::initializer_list<std::string_view> parts) {
  std::string script;
  for (const std::string_view part : parts) script += part;
  return script;
}

// ---- The sheet ---------------------------------------------------------------

class PickSheet final : public Sheet {
 public:
  explicit PickSheet(PendingFile file) : file_(std::move(file)) {}

  Result<void> begin() {
    const std::string script = script_of({kAdviceJs, kPlayJs, kFilmJs, kEditJs, kPickJs});
    std::string page = with(std::string(kPickHtml), "style-hash", hash_of(kPickCss));
    page = with(std::move(page), "script-hash", hash_of(script));
    page = with(std::move(page), "style", kPickCss);
    page = with(std::move(page), "script", script);
    page = with(std::move(page), "limits", in_script(limits_json()));
    constexpr std::string_view kMark = "{{videos}}";
    const auto mark = page.find(kMark);
    end_ = page.substr(mark + kMark.size());
    page.resize(mark);
    return write(page);
  }

  Result<void> add(const std::filesystem::path& part) override {
    const auto text = open_source(part);
    if (!text) return text.error();
    Bytes piece;
    for (std::uint64_t at = 0; at < (*text)->size(); at += piece.size()) {
      piece.resize(std::min<std::uint64_t>(kPiece, (*text)->size() - at));
      if (const auto read = (*text)->read(at, piece); !read)
        return Error{ErrorCode::Io, read.error().message, read.error().detail};  // half is written
      if (const auto written = file_.write(piece); !written) return written;
    }
    ++count_;
    return {};
  }

  Result<void> finish() override {
    if (count_ == 0) return invalid_input("There is no video to choose from.");
    if (const auto done = write(end_); !done) return done;
    return file_.commit();
  }

 private:
  Result<void> write(std::string_view text) {
    return file_.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }

  PendingFile file_;
  std::string end_;  // of the page
  std::size_t count_ = 0;
};

}  // namespace

Result<std::unique_ptr<Sheet>> open_pick_sheet(const std::filesystem::path& file) {
  auto pending = PendingFile::create(file);
  if (!pending) return pending.error();
  auto sheet = std::make_unique<PickSheet>(*std::move(pending));
  if (const auto begun = sheet->begin(); !begun) return begun.error();
  return std::unique_ptr<Sheet>(std::move(sheet));
}

}  // namespace livephoto::tool
