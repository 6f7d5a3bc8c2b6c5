// Watches what a reader takes while it is given hostile bytes.
#pragma once

#include <sanitizer/allocator_interface.h>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace livephoto::fuzz {

// Of all that is allocated at one time beyond what was before: the promise is 64 MiB.
inline constexpr std::size_t kMostMemory = std::size_t{64} * 1024 * 1024;

inline std::atomic<std::size_t> g_taken{0};
inline std::atomic<bool> g_watched{false};

inline void taken(const volatile void*, std::size_t size) {
  if (!g_watched) return;
  if (g_taken.fetch_add(size) + size <= kMostMemory) return;
  g_watched = false;
  std::fprintf(stderr, "more than 64 MiB of memory at once\n");
  std::abort();
}
inline void given_back(const volatile void* pointer) {
  if (!g_watched || pointer == nullptr) return;
  const std::size_t size = __sanitizer_get_allocated_size(pointer);
  // What was taken before it was watched may be given back now.
  g_taken = g_taken >= size ? g_taken - size : 0;
}

// While one lives, memory is counted.
class Watch {
 public:
  Watch() {
    static const int kHooks = __sanitizer_install_malloc_and_free_hooks(taken, given_back);
    static_cast<void>(kHooks);
    g_taken = 0;
    g_watched = true;
  }
  ~Watch() { g_watched = false; }
};

}  // namespace livephoto::fuzz
