#include "core/pair/bundle.h"

namespace livephoto {

const std::string_view kBundleMetadataName = "metadata.plist";

// What the .pvt folders have that other programs make and AirDrop takes.
const std::string_view kBundleMetadata =
    R"(<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PFVideoComplementMetadataVersionKey</key>
	<string>1</string>
</dict>
</plist>
)";

}  // namespace livephoto
