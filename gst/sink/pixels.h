// What is done to raw pictures before they are cut and encoded.
#pragma once

#include "gst/sink/geometry.h"
#include "gst/sink/rows.h"

namespace livephoto::sink {

// Takes all formats, and converts from the range that the
// pictures have, where GStreamer calls it another.
void add_converter(RowMaker& row);

// Turns the pixels upright, as their tags or events say.
void add_turning(RowMaker& row);

// Even sides, and what the user wants of the size. Where it `cuts`, also at the edges.
void add_fitting(RowMaker& row, const SizeLimit& limit, bool cuts);

// A converter to the formats that on_black() takes, and the pictures behind it on black.
void add_blackening(RowMaker& row);

// So many pictures a second, evenly spaced, from the first one on.
void add_rate(RowMaker& row, unsigned pictures_a_second);

// The fields of each picture become pictures.
void add_deinterlacing(RowMaker& row);

}  // namespace livephoto::sink
