// How everything that scripts read is written.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

namespace livephoto::tool {

// In the order in which they are written.
using json = nlohmann::ordered_json;

// Of what scripts read. A field may be added; one that goes or means something else makes it 2.
inline constexpr int kJsonVersion = 1;

// What is no UTF-8 here is a library's message, or a text in a file.
inline std::string line_of(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

inline json event(const char* name) { return {{"version", kJsonVersion}, {"event", name}}; }

inline double seconds(std::chrono::nanoseconds time) {
  return static_cast<double>(time.count()) / 1e9;
}

}  // namespace livephoto::tool
