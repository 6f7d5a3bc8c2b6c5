// Property lists as Python's plistlib writes them.
#pragma once

#include <string_view>

namespace livephoto::sample {

// {epoch: 0, flags: 1, timescale: 1000000000, value: 173210620147833}, as the RunTime of a
// MakerNote
inline constexpr std::string_view kRunTimePlist(
    "bplist00\xd4\x01\x02\x03\x04\x05\x06\x07\x08"
    "UepochUflagsYtimescaleUvalue\x10\x00\x10\x01\x12\x3b\x9a\xca\x00"
    "\x13\x00\x00\x9d\x88\xbd\x7c\x38\x79\x08\x11\x17\x1d\x27\x2d\x2f\x31\x36"
    "\x00\x00\x00\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x09"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x3f",
    104);

// {FrameworkVersions: {CMCaptureCore: 575.15.1, CoreMedia: 3145.74.1.6.1},
// LivePhotoMetadataSetupDataVersion: 1}
inline constexpr std::string_view kSetupPlist(
    "bplist00\xd2\x01\x02\x03\x08_\x10\x11"
    "FrameworkVersions_\x10!LivePhotoMetadataSetupDataVersion\xd2\x04\x05\x06\x07]CMCaptureCoreY"
    "CoreMediaX575.15.1]3145.74.1.6.1\x10\x01\x08\x0d!EJXbky"
    "\x00\x00\x00\x00\x00\x00\x01\x01\x00\x00\x00\x00\x00\x00\x00\x09"
    "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00{",
    164);

}  // namespace livephoto::sample
