#include "gst/tool/sheet/pick_part.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/file.h"
#include "core/pair/names.h"
#include "core/text.h"
#include "gst/tool/json_text.h"
#include "gst/tool/sheet/film.h"
#include "gst/tool/sheet/page_json.h"
#include "gst/tool/sheet/page_text.h"
#include "gst/tool/sheet/stretches.h"

namespace livephoto::tool {
namespace {

constexpr PixelBox kCoverBox{640, 480};
constexpr PixelBox kTileBox{160, 90};
constexpr int kTilesInARow = 12;
constexpr double kTilesPerSecond = 3;  // of wide ones; of narrow ones there is room for more
constexpr int kMostTiles = 240;
constexpr int kCoverQuality = 78;
constexpr int kTileQuality = 70;

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

// ---- The part ----------------------------------------------------------------

class PickPart {
 public:
  PickPart(const std::filesystem::path& file, const VideoSuggestions& video, const Survey& survey)
      : name_(file.filename().string()),
        movie_work_(with_extension(file, ".mp4")),
        video_(video),
        survey_(survey),
        object_(video_json(video)) {}

  Result<std::string> text(const std::function<void(double)>& report) {
    std::vector<Stretch> views;
    for (const Suggestion& suggestion : video_.suggestions)
      views.push_back(around(video_, suggestion.moment));
    const std::vector<Stretch> stretches = joined(views);
    for (std::size_t i = 0; i < stretches.size(); ++i) {
      const double done = static_cast<double>(i) / static_cast<double>(stretches.size());
      const auto shown = show(stretches[i], [&] { report(done); });
      if (!shown) return shown.error();
    }
    text_ += "<script type=\"application/json\" class=\"video\">" + in_script(object_) +
             "</script>\n";
    return std::move(text_);
  }

 private:
  std::string new_id() { return "data-" + name_ + "-" + std::to_string(ids_++); }

  // One stretch with the moments in it.
  Result<void> show(const Stretch& stretch, const std::function<void()>& alive) {
    std::vector<std::size_t> moments;
    std::vector<WantedPicture> wanted;
    for (std::size_t i = 0; i < video_.suggestions.size(); ++i) {
      const auto& moment = video_.suggestions[i].moment;
      if (moment.start + moment.duration <= stretch.from || moment.start >= stretch.to) continue;
      moments.push_back(i);
      wanted.push_back({moment.still, kCoverBox});
    }
    for (const nanoseconds time : middles(stretch, tiles_for(stretch)))
      wanted.push_back({time, kTileBox});
    const auto made = film(video_.video, survey_, stretch, wanted, movie_work_, alive);
    if (!made) return made.error();

    json shown = stretch_json(video_, stretch);
    shown["movie"] = new_id();
    shown["movieFrom"] = made->shown.from.count();
    text_ += data(shown["movie"], made->movie);
    const auto tiles = std::span(made->pictures).subspan(moments.size());
    const auto strip = jpeg_of(joined_tiles(tiles), kTileQuality);
    if (!strip) return strip.error();
    shown["strip"] = {
        {"picture", new_id()},
        {"width", tiles.front().size.width},
        {"height", tiles.front().size.height},
        {"columns", kTilesInARow},
        {"count", tiles.size()}};
    text_ += data(shown["strip"]["picture"], *strip);
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const Pixels& cover = made->pictures[i];
      const auto jpeg = jpeg_of(cover, kCoverQuality);
      if (!jpeg) return jpeg.error();
      const Suggestion& suggestion = video_.suggestions[moments[i]];
      json moment = moment_json(suggestion, around(video_, suggestion.moment));
      moment["stretch"] = object_["stretches"].size();
      moment["cover"] = new_id();
      moment["width"] = cover.size.width;
      moment["height"] = cover.size.height;
      text_ += data(moment["cover"], *jpeg);
      object_["moments"][moments[i]] = std::move(moment);
    }
    object_["stretches"].push_back(std::move(shown));
    return {};
  }

  std::string name_;  // apart from those of other videos on the page
  std::filesystem::path movie_work_;
  const VideoSuggestions& video_;
  const Survey& survey_;
  json object_;       // what is known of it
  std::string text_;  // what is seen
  std::size_t ids_ = 0;
};

}  // namespace

Result<void> make_pick_part(
    const std::filesystem::path& file,
    const VideoSuggestions& video,
    const Survey& survey,
    const std::function<void(double)>& report) {
  const auto text = PickPart(file, video, survey).text(report);
  if (!text) return text.error();
  return write_file(file, {reinterpret_cast<const std::uint8_t*>(text->data()), text->size()});
}

}  // namespace livephoto::tool
