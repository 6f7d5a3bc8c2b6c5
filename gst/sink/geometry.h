// How large the picture becomes before it is encoded.
#pragma once

namespace livephoto::sink {

// What the user wants of it. Zero: any.
struct SizeLimit {
  unsigned width = 0;
  unsigned height = 0;
  bool crop = false;      // fill both instead of fitting inside
  bool is_exact = false;  // that size, also where the picture is smaller; both are even

  bool is_set() const { return width != 0 || height != 0; }
};

// As it comes, upright where it is to be scaled. Pixels are width_ratio to
// height_ratio.
struct PictureSize {
  int width = 0;
  int height = 0;
  int width_ratio = 1;
  int height_ratio = 1;
};

// First pixels are cut off at the edges, then the rest is scaled to `width` x
// `height`, which are even, as 4:2:0 and most encoders want; the pixels are square
// where `is_scaled`.
struct Geometry {
  int left = 0;
  int right = 0;
  int top = 0;
  int bottom = 0;
  int width = 0;
  int height = 0;
  bool is_scaled = false;
};

// Never enlarges but to an exact size, and keeps the aspect to the nearest even pixel. Sizes are
// those of the picture as displayed. A picture less than two pixels wide or high stays as it is.
Geometry fit(const PictureSize& picture, const SizeLimit& limit);

// Whether that changes more of it than an odd last column or row.
bool is_changed(const PictureSize& picture, const SizeLimit& limit);

}  // namespace livephoto::sink
