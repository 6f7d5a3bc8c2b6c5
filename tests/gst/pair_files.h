// The files of a pair: a folder for them, and whether they are whole and belong together.
#pragma once

#include <glib/gstdio.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <utility>

namespace livephoto::sample {

class Folder {
 public:
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "pipeline.XXXXXX").string();
    g_assert_nonnull(g_mkdtemp(name.data()));
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      names.insert(entry.path().filename());
    return names;
  }
  void clear() {
    for (const auto& name : names()) std::filesystem::remove(path_ / name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Big-endian; 0 behind the end.
inline std::uint32_t u32_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4 && at + 4 <= bytes.size(); ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

// "ftyp wide mdat moov": the boxes of a file, and "..." where it is not whole.
inline std::string boxes_of(const std::string& bytes) {
  std::string names;
  for (std::size_t at = 0; at < bytes.size();) {
    if (at > 0) names += ' ';
    const std::size_t size = u32_at(bytes, at);
    if (size < 8 || size > bytes.size() - at) return names + "...";
    names += bytes.substr(at + 4, 4);
    at += size;
  }
  return names;
}

inline std::set<std::string> uuids_in(const std::string& bytes) {
  static const std::regex uuid("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}");
  std::set<std::string> found;
  for (std::sregex_iterator i(bytes.begin(), bytes.end(), uuid), end; i != end; ++i)
    found.insert(i->str());
  return found;
}

// QuickTime's Movie Header: version, two dates, time scale, duration.
inline std::chrono::milliseconds length_of(const std::string& movie) {
  const auto mvhd = movie.find("mvhd");
  if (mvhd == std::string::npos || u32_at(movie, mvhd + 16) == 0)
    return std::chrono::milliseconds(-1);
  return std::chrono::milliseconds(
      std::llround(1000.0 * u32_at(movie, mvhd + 20) / u32_at(movie, mvhd + 16)));
}

// What a run has left. Its problem is a value, because threads of a test cannot fail it.
struct Pair {
  std::string problem;
  std::string identifier;
  std::chrono::milliseconds length{0};
};

inline Pair broken(std::string problem) {
  return {.problem = std::move(problem), .identifier = {}};
}

// The pair that these two files are, if they are one.
inline Pair read_pair(
    const std::filesystem::path& still_path, const std::filesystem::path& movie_path) {
  const auto still = content_of(still_path);
  const auto movie = content_of(movie_path);
  if (boxes_of(still) != "ftyp meta mdat") return broken("the still is \"" + boxes_of(still) + '"');
  if (boxes_of(movie) != "ftyp wide mdat moov")
    return broken("the movie is \"" + boxes_of(movie) + '"');
  const auto identifiers = uuids_in(still);
  if (identifiers.size() != 1 || identifiers != uuids_in(movie))
    return broken("still and movie have not one identifier");
  return {.problem = {}, .identifier = *identifiers.begin(), .length = length_of(movie)};
}

}  // namespace livephoto::sample
