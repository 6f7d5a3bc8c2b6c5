// What makes a QuickTime movie the movie of a Live Photo: its keys and its marker.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/capture.h"
#include "core/isobmff/quicktime.h"

namespace livephoto::isobmff {

// What a program knows its own movies by; other readers leave it alone.
inline constexpr std::string_view kFingerprintKey = "io.github.gst-livephoto.fingerprint";

// The items of moov/meta, in the order in which cameras write them; the fingerprint,
// if there is one, behind them. `vitality` is from 0 to 1.
std::vector<MetadataItem> movie_metadata(
    const std::string& content_identifier,
    const CaptureInfo& capture,
    const std::string& fingerprint = {},
    std::optional<double> vitality = {});

// The key whose sample's time is the still's.
inline constexpr std::string_view kStillImageTime = "com.apple.quicktime.still-image-time";

// The key of what cameras note of each frame, and its type, in which the prefix stands twice.
inline constexpr std::string_view kLivePhotoInfo = "com.apple.quicktime.live-photo-info";
inline constexpr std::string_view kLivePhotoInfoType =
    "com.apple.quicktime.com.apple.quicktime.live-photo-info";

// The keys of the still-image-time track, and its one sample (105 bytes), for a
// still that is the frame itself: no transform between the two. `width` and
// `height` are the picture's, in pixels, before it is turned.
std::vector<MetadataKey> still_image_time_keys();
Bytes still_image_time_sample(std::uint32_t width, std::uint32_t height);

// ISO 6709, Annex H: "+35.5296+139.6805+009.471/".
std::string iso_6709(const Place& place);
// "2024-10-01T21:02:00+0900", without the zone where it is unknown.
std::string iso_8601(const CaptureTime& time);

}  // namespace livephoto::isobmff
