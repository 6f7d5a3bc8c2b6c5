// Live Photos that are made in memory, good ones and ones that only look right, each wrong in one
// way.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/pair/verify.h"

namespace livephoto::testing {

// What one check has to say of a pair.
struct Expected {
  std::string check;
  Verdict verdict = Verdict::Fail;
  std::string words;  // part of its sentence
};

struct FakePair {
  std::string name;
  Bytes still{};
  Bytes movie{};
  std::string still_name = "IMG_0001.HEIC";  // may have a folder before it
  std::string movie_name = "IMG_0001.MOV";
  std::vector<Expected> apple{};  // all of Apple's checks that do not pass
};

inline constexpr const char* kFakeIdentifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";

// The good ones are a HEIC and a JPEG still with 25 frames of H.265 of 40 ms, that can be
// decoded, dated and named as a camera does; the still is the frame at 0.480 s.
FakePair good_pair();
FakePair good_jpeg_pair();
const std::vector<FakePair>& fake_pairs();

// Writes both files into `folder`, which is made.
PairPaths write_pair(const FakePair& pair, const std::filesystem::path& folder);

}  // namespace livephoto::testing
