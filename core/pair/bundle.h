// What the two files of a pair are put into.
#pragma once

#include <string_view>

namespace livephoto {

enum class Bundle {
  Pair,   // IMG_0001.HEIC and IMG_0001.MOV side by side
  Pvt,    // IMG_0001.pvt, a folder with both and metadata.plist: what Photos on a Mac
          // exports, and what AirDrop sends as one picture
  PvtZip  // IMG_0001.pvt.zip, that folder in one file
};

// "metadata.plist", and what is in it.
extern const std::string_view kBundleMetadataName;
extern const std::string_view kBundleMetadata;

}  // namespace livephoto
