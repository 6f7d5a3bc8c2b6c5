// Stands in for a function of libhwy 1.0 (libavcodec brings it) that runs as soon as it is loaded:
// it asks the processor for the instruction RDTSCP, valgrind 3.19 always says yes, and stops at it
// on machines without.
#include <cstdint>

namespace hwy::platform {

std::uint64_t TimerResolution() { return 1; }

}  // namespace hwy::platform
