#include "gst/tool/sheet/pick_sheet.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/file.h"
#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/json_text.h"
#include "gst/tool/path_text.h"
#include "gst/tool/pick_parts.h"  // of sheet/embed.py
#include "gst/tool/sheet/film.h"
#include "gst/tool/sheet/page_json.h"
#include "gst/tool/sheet/stretches.h"

namespace livephoto::tool {
namespace {

using gst::adopt;

constexpr PixelBox kCoverBox{640, 480};
constexpr PixelBox kTileBox{160, 90};
constexpr int kTilesInARow = 12;
constexpr double kTilesPerSecond = 3;  // of wide ones; of narrow ones there is room for more
constexpr int kMostTiles = 240;
constexpr int kCoverQuality = 78;
constexpr int kTileQuality = 70;

// ---- The page as text --------------------------------------------------------

std::string base64(ByteSpan bytes) {
  return adopt(g_base64_encode(bytes.data(), bytes.size())).get();
}

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

// Inside of <script>, where only "</script" and "<!--" would end what is said.
std::string in_script(const json& value) {
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  for (std::size_t at = 0; (at = text.find('<', at)) != text.npos;) text.replace(at, 1, "\\u003c");
  return text;
}

std::string data(const std::string& id, ByteSpan bytes) {
  return "<script type=\"text/plain\" id=\"" + id + "\">" + base64(bytes) + "</script>\n";
}

// ---- The pictures ------------------------------------------------------------

// Tiles side by side in rows, as one picture.
Pixels joined_tiles(std::span<const Pixels> tiles) {
  const PixelBox tile = tiles.front().size;
  const int count = static_cast<int>(tiles.size());
  const int rows = (count + kTilesInARow - 1) / kTilesInARow;
  Pixels result;
  result.size = {tile.width * std::min(count, kTilesInARow), tile.height * rows};
  result.bytes.assign(static_cast<std::size_t>(result.stride() * result.size.height), 0);
  for (int i = 0; i < count; ++i)
    paste(
        tiles[static_cast<std::size_t>(i)],
        i % kTilesInARow * tile.width,
        i / kTilesInARow * tile.height,
        result);
  return result;
}

int tiles_for(const Stretch& stretch) {
  return std::clamp(static_cast<int>(seconds(stretch.length()) * kTilesPerSecond), 1, kMostTiles);
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

  Result<void> add(const VideoSuggestions& video) override {
    const auto surveyed = survey(video.video);
    if (!surveyed) return surveyed.error();
    json object = video_json(video);
    std::string pictures;
    std::vector<Stretch> views;
    for (const Suggestion& suggestion : video.suggestions)
      views.push_back(around(video, suggestion.moment));
    const std::vector<Stretch> stretches = joined(views);
    for (const Stretch& stretch : stretches) {
      const auto shown = show(video, *surveyed, stretch, object, pictures);
      if (!shown) return shown.error();
    }
    if (const auto done = write(pictures); !done) return done;
    const auto done = write(
        "<script type=\"application/json\" class=\"video\">" + in_script(object) + "</script>\n");
    ++count_;
    return done;
  }

  Result<void> finish() override {
    if (count_ == 0) return invalid_input("There is no video to choose from.");
    if (const auto done = write(end_); !done) return done;
    return file_.commit();
  }

 private:
  std::string new_id() { return "data-" + std::to_string(ids_++); }

  // One stretch with the moments in it: what is known of it to `object`, what is seen to
  // `pictures`.
  Result<void> show(
      const VideoSuggestions& video,
      const Survey& surveyed,
      const Stretch& stretch,
      json& object,
      std::string& pictures) {
    std::vector<std::size_t> moments;
    std::vector<WantedPicture> wanted;
    for (std::size_t i = 0; i < video.suggestions.size(); ++i) {
      const auto& moment = video.suggestions[i].moment;
      if (moment.start + moment.duration <= stretch.from || moment.start >= stretch.to) continue;
      moments.push_back(i);
      wanted.push_back({moment.still, kCoverBox});
    }
    for (const nanoseconds time : middles(stretch, tiles_for(stretch)))
      wanted.push_back({time, kTileBox});
    const auto made = film(video.video, surveyed, stretch, wanted, WithMovie::Yes);
    if (!made) return made.error();

    json shown = stretch_json(video, stretch);
    shown["movie"] = new_id();
    shown["movieFrom"] = made->shown.from.count();
    pictures += data(shown["movie"], made->movie);
    const auto tiles = std::span(made->pictures).subspan(moments.size());
    const auto strip = jpeg_of(joined_tiles(tiles), kTileQuality);
    if (!strip) return strip.error();
    shown["strip"] = {
        {"picture", new_id()},
        {"width", tiles.front().size.width},
        {"height", tiles.front().size.height},
        {"columns", kTilesInARow},
        {"count", tiles.size()}};
    pictures += data(shown["strip"]["picture"], *strip);
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const Pixels& cover = made->pictures[i];
      const auto jpeg = jpeg_of(cover, kCoverQuality);
      if (!jpeg) return jpeg.error();
      const Suggestion& suggestion = video.suggestions[moments[i]];
      json moment = moment_json(suggestion, around(video, suggestion.moment));
      moment["stretch"] = object["stretches"].size();
      moment["cover"] = new_id();
      moment["width"] = cover.size.width;
      moment["height"] = cover.size.height;
      pictures += data(moment["cover"], *jpeg);
      object["moments"][moments[i]] = std::move(moment);
    }
    object["stretches"].push_back(std::move(shown));
    return {};
  }

  Result<void> write(std::string_view text) {
    return file_.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }

  PendingFile file_;
  std::string end_;  // of the page
  std::size_t ids_ = 0;
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
