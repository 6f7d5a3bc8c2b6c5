#include "gst/tool/sheet/canvas.h"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cstring>
#include <numbers>
#include <utility>

namespace livephoto::tool {
namespace {

struct FreeLayout {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};

cairo_status_t append(void* into, const unsigned char* data, unsigned length) {
  auto& bytes = *static_cast<Bytes*>(into);
  bytes.insert(bytes.end(), data, data + length);
  return CAIRO_STATUS_SUCCESS;
}

cairo_status_t take(void* from, unsigned char* data, unsigned length) {
  auto& bytes = *static_cast<ByteSpan*>(from);
  if (bytes.size() < length) return CAIRO_STATUS_READ_ERROR;
  std::memcpy(data, bytes.data(), length);
  bytes = bytes.subspan(length);
  return CAIRO_STATUS_SUCCESS;
}

PangoAlignment pango_alignment(Align align) {
  switch (align) {
    case Align::Left:
      return PANGO_ALIGN_LEFT;
    case Align::Centre:
      return PANGO_ALIGN_CENTER;
    case Align::Right:
      break;
  }
  return PANGO_ALIGN_RIGHT;
}

}  // namespace

Canvas::Canvas(cairo_surface_t* surface) : surface_(surface), pen_(cairo_create(surface)) {}

Canvas::Canvas(int width, int height, Colour paper)
    : Canvas(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)) {
  use(paper);
  cairo_paint(pen_.get());
}

int Canvas::width() const { return cairo_image_surface_get_width(surface_.get()); }

int Canvas::height() const { return cairo_image_surface_get_height(surface_.get()); }

void Canvas::use(Colour colour) {
  const auto part = [colour](unsigned shift) {
    return static_cast<double>(colour.rgb >> shift & 0xff) / 255;
  };
  cairo_set_source_rgba(pen_.get(), part(16), part(8), part(0), colour.alpha);
}

void Canvas::outline(const Box& box, double radius) {
  constexpr double kQuarter = std::numbers::pi / 2;
  cairo_new_sub_path(pen_.get());
  cairo_arc(pen_.get(), box.right() - radius, box.top + radius, radius, -kQuarter, 0);
  cairo_arc(pen_.get(), box.right() - radius, box.bottom() - radius, radius, 0, kQuarter);
  cairo_arc(pen_.get(), box.left + radius, box.bottom() - radius, radius, kQuarter, 2 * kQuarter);
  cairo_arc(pen_.get(), box.left + radius, box.top + radius, radius, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(pen_.get());
}

void Canvas::fill(const Box& box, Colour colour, double radius) {
  use(colour);
  outline(box, radius);
  cairo_fill(pen_.get());
}

void Canvas::frame(const Box& box, Colour colour, double line_width, double radius) {
  use(colour);
  outline(box, radius);
  cairo_set_line_width(pen_.get(), line_width);
  cairo_stroke(pen_.get());
}

void Canvas::line(double x1, double y1, double x2, double y2, Colour colour, double line_width) {
  use(colour);
  cairo_set_line_width(pen_.get(), line_width);
  cairo_move_to(pen_.get(), x1, y1);
  cairo_line_to(pen_.get(), x2, y2);
  cairo_stroke(pen_.get());
}

void Canvas::dashed(double x1, double y1, double x2, double y2, Colour colour) {
  constexpr double kDash = 4;
  cairo_set_dash(pen_.get(), &kDash, 1, 0);
  line(x1, y1, x2, y2, colour, 1);
  cairo_set_dash(pen_.get(), nullptr, 0, 0);
}

void Canvas::dot(double x, double y, double radius, Colour colour) {
  use(colour);
  cairo_new_sub_path(pen_.get());
  cairo_arc(pen_.get(), x, y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(pen_.get());
}

void Canvas::area(
    const std::vector<std::pair<double, double>>& points, double bottom, Colour colour) {
  if (points.empty()) return;
  cairo_new_path(pen_.get());
  for (const auto& [x, y] : points) cairo_line_to(pen_.get(), x, y);
  cairo_set_line_width(pen_.get(), 1.5);
  cairo_set_line_join(pen_.get(), CAIRO_LINE_JOIN_ROUND);
  use(colour);
  cairo_stroke_preserve(pen_.get());
  cairo_line_to(pen_.get(), points.back().first, bottom);
  cairo_line_to(pen_.get(), points.front().first, bottom);
  cairo_close_path(pen_.get());
  use({colour.rgb, colour.alpha * 0.16});
  cairo_fill(pen_.get());
}

void Canvas::picture(const Pixels& pixels, const Box& box, double radius) {
  // Cairo only reads it.
  auto* bytes = const_cast<unsigned char*>(pixels.bytes.data());
  const std::unique_ptr<cairo_surface_t, Free> source(cairo_image_surface_create_for_data(
      bytes,
      CAIRO_FORMAT_RGB24,
      pixels.size.width,
      pixels.size.height,
      pixels.stride()));
  const double scale = std::max(box.width / pixels.size.width, box.height / pixels.size.height);
  cairo_save(pen_.get());
  outline(box, radius);
  cairo_clip(pen_.get());
  cairo_translate(
      pen_.get(),
      box.left + (box.width - pixels.size.width * scale) / 2,
      box.top + (box.height - pixels.size.height * scale) / 2);
  cairo_scale(pen_.get(), scale, scale);
  cairo_set_source_surface(pen_.get(), source.get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(pen_.get()), CAIRO_FILTER_GOOD);
  cairo_pattern_set_extend(cairo_get_source(pen_.get()), CAIRO_EXTEND_PAD);
  cairo_paint(pen_.get());
  cairo_restore(pen_.get());
}

double Canvas::text(
    const std::string& text, double left, double top, double width, const TextStyle& style) {
  const std::unique_ptr<PangoLayout, FreeLayout> layout(pango_cairo_create_layout(pen_.get()));
  const std::unique_ptr<PangoFontDescription, FreeLayout> font(pango_font_description_new());
  pango_font_description_set_family(
      font.get(),
      "Inter, Noto Sans, Source Sans 3, Liberation Sans, DejaVu Sans, sans-serif");
  pango_font_description_set_absolute_size(font.get(), style.size * PANGO_SCALE);
  pango_font_description_set_weight(
      font.get(),
      style.weight == Weight::Bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_height(layout.get(), -style.most_lines);
  // A name is known by its begin and its end.
  pango_layout_set_ellipsize(
      layout.get(),
      style.most_lines > 1 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_MIDDLE);
  pango_layout_set_alignment(layout.get(), pango_alignment(style.align));
  use(style.colour);
  cairo_move_to(pen_.get(), left, top);
  pango_cairo_show_layout(pen_.get(), layout.get());
  int height = 0;
  pango_layout_get_pixel_size(layout.get(), nullptr, &height);
  return height;
}

void Canvas::place(const Canvas& other, double left, double top) {
  cairo_surface_flush(other.surface_.get());
  cairo_set_source_surface(pen_.get(), other.surface_.get(), left, top);
  cairo_paint(pen_.get());
}

Result<Bytes> Canvas::png() const {
  Bytes bytes;
  const auto status = cairo_surface_write_to_png_stream(surface_.get(), append, &bytes);
  if (status == CAIRO_STATUS_SUCCESS) return bytes;
  return Error{
      ErrorCode::Io,
      "The sheet cannot be drawn; it may be too large.",
      cairo_status_to_string(status)};
}

std::unique_ptr<Canvas> Canvas::of_png(ByteSpan png) {
  cairo_surface_t* surface = cairo_image_surface_create_from_png_stream(take, &png);
  std::unique_ptr<Canvas> canvas(new Canvas(surface));
  if (cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS) return nullptr;
  return canvas;
}

}  // namespace livephoto::tool
