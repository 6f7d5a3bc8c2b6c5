// A test-only reader of movies: prints the box tree, sharing no code with core/isobmff.
#pragma once

#include <string>

#include "core/bytes.h"

namespace livephoto::testing {

// One line a box: its depth, its type, its size and the fields that matter.
// Times of creation, identifiers and offsets into the file are blanked.
std::string box_tree(ByteSpan file);

// Equal to the file `name` of tests/golden, or a sentence with the difference
// and how to accept it (LIVEPHOTO_ACCEPT=1).
std::string difference_from_golden(const std::string& name, const std::string& actual);

}  // namespace livephoto::testing
