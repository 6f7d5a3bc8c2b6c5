#include "gst/tool/sheet/picture_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "core/file.h"
#include "core/source.h"
#include "core/text.h"
#include "gst/tool/heartbeat.h"
#include "gst/tool/path_text.h"
#include "gst/tool/picture_advice.h"
#include "gst/tool/sheet/canvas.h"
#include "gst/tool/sheet/curves.h"
#include "gst/tool/sheet/film.h"
#include "gst/tool/sheet/stretches.h"

namespace livephoto::tool {
namespace {

using select::FrameMeasures;

constexpr Colour kPaper{0xfbfbfa};
constexpr Colour kInk{0x1d1d1f};
constexpr Colour kSoft{0x6a6a70};
constexpr Colour kLine{0xdcdcd8};
constexpr Colour kShade{0xf0f0ee};
constexpr Colour kWindow{0x0a62c9};
constexpr Colour kWarning{0x8a5200};

// In pixels.
constexpr double kWidth = 1600;
constexpr double kMargin = 48;
constexpr double kTitle = 78;  // above the moments of a video
constexpr double kCoverHeight = 252;
constexpr double kCoverWidth = 336;  // of the column: wide covers fill it, others stand in it
constexpr double kBetween = 32;
constexpr double kWords = 72;  // above the strip
constexpr double kStrip = 76;
constexpr double kLane = 38;    // of a curve
constexpr double kClock = 22;   // the times below
constexpr double kAdvice = 24;  // a line
constexpr double kAfterMoment = 34;
constexpr PixelBox kCoverPixels{640, 480};
// Cairo draws no more rows than a 16-bit number counts; that is about 100 moments.
constexpr int kMostHeight = 32000;

std::string times_of(const select::Moment& moment) {
  return clock_text(moment.start) + " – " + clock_text(moment.start + moment.duration);
}

// Rounded to tenths, as a title has it.
std::string short_clock(nanoseconds time) {
  using std::chrono::milliseconds;
  const auto tenths = std::chrono::round<milliseconds>(time).count() / 100;
  return clock_text(milliseconds(tenths * 100));
}

// One moment's part of the sheet.
class MomentDrawing {
 public:
  MomentDrawing(Canvas& canvas, const VideoSuggestions& video, const Stretch& view, double top)
      : canvas_(canvas), video_(video), view_(view), top_(top) {}

  static double height(const Suggestion& suggestion) {
    const double right = kWords + kStrip + static_cast<double>(kCurves.size()) * kLane + kClock +
                         static_cast<double>(suggestion.advice.size()) * kAdvice;
    return std::max(kCoverHeight, right) + kAfterMoment;
  }

  static Box strip_box(double top) {
    const double left = kMargin + kCoverWidth + kBetween;
    return {left, top + kWords, kWidth - kMargin - left, kStrip};
  }

  // How many pictures of this shape the strip has room for.
  static int tiles(double width, double height) {
    return std::max(
        1,
        static_cast<int>(std::lround(strip_box(0).width / (kStrip * width / height))));
  }

  void draw(
      const Suggestion& suggestion,
      std::size_t rank,
      const Pixels& cover,
      std::span<const Pixels> tiles) {
    draw_cover(cover);
    draw_words(suggestion, rank);
    draw_strip(tiles);
    const double bottom = draw_curves();
    draw_window(suggestion.moment, bottom);
    draw_clock(suggestion.moment, bottom);
    draw_advice(suggestion, bottom + kClock);
  }

 private:
  double x(nanoseconds time) const {
    const Box strip = strip_box(top_);
    const double share = static_cast<double>((time - view_.from).count()) /
                         static_cast<double>(std::max<std::int64_t>(view_.length().count(), 1));
    return strip.left + std::clamp(share, 0.0, 1.0) * strip.width;
  }

  void draw_cover(const Pixels& cover) {
    const double scale = std::min(kCoverWidth / cover.size.width, kCoverHeight / cover.size.height);
    const double width = cover.size.width * scale;
    const double height = cover.size.height * scale;
    const Box box{kMargin + (kCoverWidth - width) / 2, top_ + 6, width, height};
    canvas_.picture(cover, box, 8);
    canvas_.frame(box, {kInk.rgb, 0.12}, 1, 8);
  }

  void draw_words(const Suggestion& suggestion, std::size_t rank) {
    const Box strip = strip_box(top_);
    canvas_.fill({strip.left, top_ + 5, 26, 26}, kWindow, 13);
    canvas_.text(
        std::to_string(rank),
        strip.left,
        top_ + 8,
        26,
        {.size = 15, .weight = Weight::Bold, .colour = kPaper, .align = Align::Centre});
    canvas_.text(
        times_of(suggestion.moment),
        strip.left + 38,
        top_ + 4,
        420,
        {.size = 20, .weight = Weight::Bold, .colour = kInk});
    canvas_.text(
        "cover at " + clock_text(suggestion.moment.still),
        strip.right() - 320,
        top_ + 8,
        320,
        {.size = 16, .colour = kSoft, .align = Align::Right});
    canvas_
        .text(suggestion.reason, strip.left, top_ + 35, strip.width, {.size = 16, .colour = kSoft});
  }

  void draw_strip(std::span<const Pixels> tiles) {
    const Box strip = strip_box(top_);
    const double width = strip.width / static_cast<double>(tiles.size());
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      const Box box{strip.left + static_cast<double>(i) * width, strip.top, width, strip.height};
      canvas_.picture(tiles[i], box);
    }
  }

  // The bottom of the last one.
  double draw_curves() {
    const Box strip = strip_box(top_);
    const auto frames = frames_in(video_, view_);
    double top = strip.bottom();
    canvas_.fill(
        {strip.left, top, strip.width, static_cast<double>(kCurves.size()) * kLane},
        kShade);
    for (const Curve& curve : kCurves) {
      const double bottom = top + kLane - 1;
      const double room = kLane - 6;
      const double most = top_of(curve, frames);
      if (curve.limit > 0) {
        const double y = bottom - curve.limit / most * room;
        canvas_.dashed(strip.left, y, strip.right(), y, {curve.rgb, 0.5});
      }
      std::vector<std::pair<double, double>> points;
      for (const FrameMeasures& frame : frames)
        points.emplace_back(
            x(frame.time),
            bottom - std::clamp(frame.*curve.measure / most, 0.0, 1.0) * room);
      if (!points.empty()) points.emplace_back(x(view_.to), points.back().second);
      canvas_.area(points, bottom, {curve.rgb});
      canvas_.line(strip.left, bottom + 0.5, strip.right(), bottom + 0.5, kLine, 1);
      top += kLane;
    }
    for (const FrameMeasures& frame : frames)
      if (frame.is_cut && frame.time > view_.from)
        canvas_.line(x(frame.time), strip.top, x(frame.time), top, kWarning, 2);
    return top;
  }

  // What is outside is pale, so that the clip stands out.
  void draw_window(const select::Moment& moment, double bottom) {
    const Box strip = strip_box(top_);
    const double left = x(moment.start);
    const double right = x(moment.start + moment.duration);
    const double height = bottom - strip.top;
    constexpr Colour kVeil{kPaper.rgb, 0.72};
    canvas_.fill({strip.left, strip.top, left - strip.left, height}, kVeil);
    canvas_.fill({right, strip.top, strip.right() - right, height}, kVeil);
    canvas_.frame({left, strip.top, right - left, height}, kWindow, 3, 3);
    for (std::size_t i = 0; i < kCurves.size(); ++i)
      canvas_.text(
          kCurves[i].label,
          strip.left + 10,
          strip.bottom() + static_cast<double>(i) * kLane + 2,
          260,
          {.size = 12, .colour = kSoft});
    const double still = x(moment.still);
    canvas_.line(still, strip.top - 4, still, bottom, kPaper, 4);
    canvas_.line(still, strip.top - 4, still, bottom, kInk, 2);
    canvas_.dot(still, strip.top - 4, 8, kPaper);
    canvas_.dot(still, strip.top - 4, 6, kInk);
  }

  void draw_clock(const select::Moment& moment, double bottom) {
    const Box strip = strip_box(top_);
    const TextStyle style{.size = 13, .colour = kSoft};
    const double left = x(moment.start);
    const double right = x(moment.start + moment.duration);
    TextStyle centred = style;
    centred.align = Align::Centre;
    const auto label = [&](nanoseconds time, double at) {
      const double middle = std::clamp(at, strip.left + 30, strip.right() - 30);
      canvas_.text(short_clock(time), middle - 60, bottom + 4, 120, centred);
    };
    label(moment.start, left);
    label(moment.start + moment.duration, right);
    if (left - strip.left > 80) label(view_.from, strip.left);
    if (strip.right() - right > 80) label(view_.to, strip.right());
  }

  void draw_advice(const Suggestion& suggestion, double top) {
    const Box strip = strip_box(top_);
    for (const Advice& advice : in_words(suggestion.advice)) {
      canvas_.dot(strip.left + 5, top + 13, 4, kWarning);
      canvas_.text(
          advice.text,
          strip.left + 18,
          top + 3,
          strip.width - 18,
          {.size = 15, .colour = kWarning});
      top += kAdvice;
    }
  }

  Canvas& canvas_;
  const VideoSuggestions& video_;
  const Stretch& view_;
  double top_;
};

// One video's part of the sheet.
class VideoDrawing {
 public:
  VideoDrawing(
      const VideoSuggestions& video,
      const Survey& survey,
      const std::function<void(double)>& report)
      : video_(video), survey_(survey), report_(report) {}

  Result<Bytes> png() {
    double height = kTitle;
    for (const Suggestion& suggestion : video_.suggestions)
      height += MomentDrawing::height(suggestion);
    Canvas canvas(static_cast<int>(kWidth), static_cast<int>(height), kPaper);
    draw_title(canvas);
    double top = kTitle;
    for (std::size_t i = 0; i < video_.suggestions.size(); ++i) {
      const auto drawn = draw(canvas, i, top);
      if (!drawn) return drawn.error();
      top += MomentDrawing::height(video_.suggestions[i]);
    }
    // Of fifty moments that is long, and silent.
    const std::function<void(double)> nearly_done = [this](double) { report_(1); };
    const Heartbeat packing(nearly_done);
    return canvas.png();
  }

 private:
  void draw_title(Canvas& canvas) const {
    canvas.text(
        shown(video_.video.filename()),
        kMargin,
        22,
        kWidth - 2 * kMargin - 240,
        {.size = 28, .weight = Weight::Bold, .colour = kInk});
    if (video_.length)
      canvas.text(
          short_clock(*video_.length) + " long",
          kWidth - kMargin - 220,
          31,
          220,
          {.size = 16, .colour = kSoft, .align = Align::Right});
    if (video_.suggestions.empty())
      canvas.text(
          "There is no moment in it that could be proposed.",
          kMargin,
          62,
          kWidth - 2 * kMargin,
          {.size = 16, .colour = kSoft});
  }

  Result<void> draw(Canvas& canvas, std::size_t index, double top) {
    const Suggestion& suggestion = video_.suggestions[index];
    const Stretch view = around(video_, suggestion.moment);
    const auto show = [&](const Stretch& stretch, const std::vector<WantedPicture>& wanted) {
      return film(video_.video, survey_, stretch, wanted, {}, [&] {
        report_(static_cast<double>(index) / static_cast<double>(video_.suggestions.size()));
      });
    };
    // The shape of its pictures is not known before one is there.
    if (shape_.width == 0) {
      const Stretch begin{view.from, view.from + std::chrono::milliseconds(1)};
      const auto first = show(begin, {{view.from, kCoverPixels}});
      if (!first) return first.error();
      shape_ = first->pictures.front().size;
    }
    const int count = MomentDrawing::tiles(shape_.width, shape_.height);
    std::vector<WantedPicture> wanted{{suggestion.moment.still, kCoverPixels}};
    for (const nanoseconds time : middles(view, count))
      wanted.push_back({time, PixelBox{320, static_cast<int>(kStrip) * 2}});
    const auto made = show(view, wanted);
    if (!made) return made.error();
    MomentDrawing(canvas, video_, view, top)
        .draw(suggestion, index + 1, made->pictures.front(), std::span(made->pictures).subspan(1));
    return {};
  }

  const VideoSuggestions& video_;
  const Survey& survey_;
  const std::function<void(double)>& report_;
  PixelBox shape_{};  // of its pictures
};

// The height that a PNG file says that it has; 0 for what is none.
std::uint32_t height_of(ByteSpan png) {
  constexpr std::size_t kAt = 20;  // in IHDR, behind the width
  std::uint32_t height = 0;
  for (std::size_t i = kAt; i < kAt + 4 && png.size() >= kAt + 4; ++i)
    height = height << 8 | png[i];
  return height;
}

class PictureSheet final : public Sheet {
 public:
  explicit PictureSheet(PendingFile file) : file_(std::move(file)) {}

  Result<void> add(const std::filesystem::path& part) override {
    const auto source = open_source(part);
    if (!source) return source.error();
    auto png = read_bytes(**source, 0, (*source)->size());
    if (!png) return png.error();
    const double height = height_of(*png);
    if (height_ + height + 2 * kMargin > kMostHeight)
      return invalid_input(
          "The sheet is full; name a sheet that ends in .html for so many moments.");
    // Packed, until all are there.
    blocks_.push_back(*std::move(png));
    height_ += height;
    return {};
  }

  Result<void> finish() override {
    if (blocks_.empty()) return invalid_input("There is no video to draw.");
    Canvas sheet(
        static_cast<int>(kWidth),
        static_cast<int>(height_ + 2 * kMargin - kAfterMoment),
        kPaper);
    constexpr double kTop = kMargin - 8;
    double top = kTop;
    for (Bytes& block : blocks_) {
      const auto canvas = Canvas::of_png(block);
      if (!canvas)
        return Error{ErrorCode::Io, "The sheet cannot be drawn; it may be too large.", {}};
      sheet.place(*canvas, 0, top);
      if (top > kTop) sheet.line(kMargin, top + 4, kWidth - kMargin, top + 4, kLine, 1);
      top += canvas->height();
      block = {};
    }
    const auto png = sheet.png();
    if (!png) return png.error();
    if (const auto written = file_.write(*png); !written) return written;
    return file_.commit();
  }

 private:
  PendingFile file_;
  std::vector<Bytes> blocks_;  // a PNG for each video
  double height_ = 0;
};

}  // namespace

Result<void> make_picture_part(
    const std::filesystem::path& file,
    const VideoSuggestions& video,
    const Survey& survey,
    const std::function<void(double)>& report) {
  const auto png = VideoDrawing(video, survey, report).png();
  if (!png) return png.error();
  return write_file(file, *png);
}

Result<std::unique_ptr<Sheet>> open_picture_sheet(const std::filesystem::path& file) {
  auto pending = PendingFile::create(file);
  if (!pending) return pending.error();
  return std::unique_ptr<Sheet>(std::make_unique<PictureSheet>(*std::move(pending)));
}

}  // namespace livephoto::tool
