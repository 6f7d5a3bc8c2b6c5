// Drawing with Cairo and Pango, in the few strokes that a sheet is made of.
#pragma once

#include <cairo/cairo.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "gst/tool/sheet/pixels.h"

namespace livephoto::tool {

struct Colour {
  std::uint32_t rgb = 0;  // 0xRRGGBB
  double alpha = 1;
};

struct Box {
  double left = 0;  // in pixels
  double top = 0;
  double width = 0;
  double height = 0;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

enum class Weight { Normal, Bold };
enum class Align { Left, Centre, Right };

struct TextStyle {
  double size = 16;  // in pixels
  Weight weight = Weight::Normal;
  Colour colour{};
  Align align = Align::Left;
  int most_lines = 1;  // what is longer ends in "…"
};

class Canvas {
 public:
  Canvas(int width, int height, Colour paper);

  int width() const;
  int height() const;

  void fill(const Box& box, Colour colour, double radius = 0);
  void frame(const Box& box, Colour colour, double line_width, double radius = 0);
  void line(double x1, double y1, double x2, double y2, Colour colour, double line_width);
  void dashed(double x1, double y1, double x2, double y2, Colour colour);
  void dot(double x, double y, double radius, Colour colour);
  // What is between the points, from left to right, and the bottom.
  void area(const std::vector<std::pair<double, double>>& points, double bottom, Colour colour);
  // All of the picture that fits the box's shape.
  void picture(const Pixels& pixels, const Box& box, double radius = 0);
  // In the language of each of its letters. The height that it takes.
  double text(
      const std::string& text, double left, double top, double width, const TextStyle& style);
  void place(const Canvas& other, double left, double top);

  // Io where Cairo has run out of memory.
  Result<Bytes> png() const;
  // What png() has made, again. Null if it is not.
  static std::unique_ptr<Canvas> of_png(ByteSpan png);

 private:
  struct Free {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* pen) const { cairo_destroy(pen); }
  };

  explicit Canvas(cairo_surface_t* surface);
  void outline(const Box& box, double radius);
  void use(Colour colour);

  std::unique_ptr<cairo_surface_t, Free> surface_;
  std::unique_ptr<cairo_t, Free> pen_;
};

}  // namespace livephoto::tool
