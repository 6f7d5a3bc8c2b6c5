// Says that something moves where nothing can be seen.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace livephoto::tool {

// GStreamer's first start on a machine looks into all plugins, which takes as long as it takes. Not
// for ever.
class Heartbeat {
 public:
  explicit Heartbeat(const std::function<void(double)>& report)
      : thread_([&report](const std::stop_token& stop) {
          constexpr auto kBeat = std::chrono::milliseconds(200);
          constexpr int kMostBeats = std::chrono::minutes(5) / kBeat;
          for (int i = 0; i < kMostBeats && !stop.stop_requested(); ++i) {
            report(0);
            std::this_thread::sleep_for(kBeat);
          }
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace livephoto::tool
