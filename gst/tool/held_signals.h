// Ctrl-C while something is under way that has to be put in order before the program ends.
#pragma once

#include <glib-unix.h>

#include <array>
#include <csignal>

namespace livephoto::tool {

// While it lives SIGINT, SIGTERM and SIGHUP end nothing by themselves. Others may listen for them
// with g_unix_signal_add() meanwhile. For the thread of the default main context.
class HeldSignals {
 public:
  HeldSignals() = default;
  ~HeldSignals() {
    for (const guint source : sources_) g_source_remove(source);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // Whether one of them has come.
  bool came() {
    while (!came_ && g_main_context_iteration(nullptr, FALSE)) {
    }
    return came_;
  }

 private:
  guint hold(int number) {
    return g_unix_signal_add(
        number,
        [](gpointer self) -> gboolean {
          static_cast<HeldSignals*>(self)->came_ = true;
          return G_SOURCE_CONTINUE;
        },
        this);
  }

  bool came_ = false;
  std::array<guint, 3> sources_{hold(SIGINT), hold(SIGTERM), hold(SIGHUP)};
};

}  // namespace livephoto::tool
