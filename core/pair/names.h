// How the two files of a pair are called.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace livephoto {

enum class StillFormat { Heic, Jpeg };

// ".HEIC" or ".JPG": capitals, as Apple's cameras write.
std::string_view still_extension(StillFormat format);

// `location` without an extension that is one of a pair's own files or bundles
// (.heic .heif .jpg .jpeg .mov .pvt .pvt.zip, in either case); another dot is part
// of the name ("2024.05.17").
std::filesystem::path pair_base(const std::filesystem::path& location);

// ".heic" of "IMG_0001.HEIC", "" where there is none.
std::string lower_case_extension(const std::filesystem::path& path);

// The format that the extension of `location` names; HEIC where it names none.
StillFormat named_still_format(const std::filesystem::path& location);

// `base` with `extension` behind it, whatever dots it has.
std::filesystem::path with_extension(const std::filesystem::path& base, std::string_view extension);

// `pattern` with `number` in place of its "%d" or "%05d" (the first; also "%i" and "%u", with up to
// 99 digits) and "%" for each "%%"; as it is where it has no number's place, so that a name may
// have a per cent sign.
std::string numbered(const std::string& pattern, unsigned number);

}  // namespace livephoto
