// Signals that come while a program puts something in order.
#include "gst/tool/held_signals.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace livephoto::tool {
namespace {

// GLib hands a signal on by a thread of its own.
bool comes(HeldSignals& held) {
  for (int i = 0; i < 1000 && !held.came(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return held.came();
}

TEST(HeldSignals, EndNothingAndAreKnown) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    HeldSignals held;
    EXPECT_FALSE(held.came());

    std::raise(number);  // would end this program

    EXPECT_TRUE(comes(held)) << number;
  }
}

TEST(HeldSignals, StayHeldWhenAnotherListenerLeaves) {
  HeldSignals held;
  g_source_remove(g_unix_signal_add(
      SIGINT,
      [](gpointer) -> gboolean { return G_SOURCE_CONTINUE; },
      nullptr));

  std::raise(SIGINT);

  EXPECT_TRUE(comes(held));
}

}  // namespace
}  // namespace livephoto::tool
