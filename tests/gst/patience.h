// How long whole pipelines of a test may take, and what they need to be there.
#pragma once

#include <gst/gst.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <thread>

#include "gst/support/ptr.h"

namespace livephoto::sample {

// How much slower than usual the tests run; tests/run.sh says so of memcheck and the sanitizers.
inline int slowness() {
  const char* text = std::getenv("CK_TIMEOUT_MULTIPLIER");
  return std::max(1, text ? std::atoi(text) : 1);
}

inline int rounds(int usual) { return std::max(std::min(usual, 3), usual / slowness()); }

// Whoever needs longer hangs.
inline std::chrono::seconds patience() { return std::chrono::seconds(30 * slowness()); }

template <class Condition>
bool comes_true(Condition condition) {
  const auto until = std::chrono::steady_clock::now() + patience();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

// The first of these elements that is not installed; "" if all are.
inline std::string missing_of(std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (!gst::adopt(gst_element_factory_find(name))) return name;
  return {};
}

}  // namespace livephoto::sample
