#include "gst/tool/capture_calls.h"

#include <glib-unix.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <string_view>
#include <utility>

#include "gst/tool/ticks.h"

namespace livephoto::tool {
namespace {

// Whom SIGUSR1 is for. GLib gives a signal back to the system with the last source for it, and that
// ends the process: so its source stays, and finds nobody in the end.
CaptureCalls* listening = nullptr;

// As nohup has it.
bool is_ignored(int number) {
  struct sigaction now {};
  return sigaction(number, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

bool reads_terminal() { return isatty(STDIN_FILENO) != 0; }

}  // namespace

void keep_calls_harmless() {
  std::signal(SIGUSR1, SIG_IGN);
  // A job in the background that reads the terminal is not stopped, but told that it cannot.
  std::signal(SIGTTIN, SIG_IGN);
}

void CaptureCalls::leave() {
  if (listening == this) listening = nullptr;
  for (const guint source : std::exchange(signals_, {})) g_source_remove(source);
  for (guint* source : {&lines_, &clock_})
    if (*source != 0) g_source_remove(std::exchange(*source, 0));
}

void CaptureCalls::listen() {
  if (!std::exchange(listening, this)) {
    g_unix_signal_add(
        SIGUSR1,
        [](gpointer) -> gboolean {
          if (listening) listening->take_();
          return G_SOURCE_CONTINUE;
        },
        nullptr);
  }
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    if (number == SIGHUP && is_ignored(number)) continue;
    signals_.push_back(g_unix_signal_add(
        number,
        [](gpointer self) -> gboolean {
          static_cast<CaptureCalls*>(self)->interrupt_();
          return G_SOURCE_CONTINUE;
        },
        this));
  }
  watch_lines();
  if (reads_terminal() && tcgetpgrp(STDIN_FILENO) == getpgrp())
    std::cerr << "Enter takes a Live Photo, Ctrl-C ends.\n" << std::flush;
}

// ---- Lines ---------------------------------------------------------------------

void CaptureCalls::watch_lines() {
  constexpr auto kAll = static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR | G_IO_NVAL);
  lines_ = g_unix_fd_add(STDIN_FILENO, kAll, on_lines, this);
}

gboolean CaptureCalls::on_lines(gint, GIOCondition, gpointer self) {
  return static_cast<CaptureCalls*>(self)->read_lines();
}

// What is there, which may be half a line, is read at once: nothing else is done until read()
// returns.
gboolean CaptureCalls::read_lines() {
  std::array<char, 4096> text;
  const ssize_t count = read(STDIN_FILENO, text.data(), text.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return G_SOURCE_CONTINUE;
  if (count < 0 && errno == EIO && reads_terminal()) {
    // In the background. It may come to the front.
    lines_ = g_timeout_add_seconds(
        1,
        [](gpointer self) -> gboolean {
          static_cast<CaptureCalls*>(self)->watch_lines();
          return G_SOURCE_REMOVE;
        },
        this);
    return G_SOURCE_REMOVE;
  }
  if (count <= 0) {  // a service has no lines to read, and is told by signals
    lines_ = 0;
    if (std::exchange(has_half_a_line_, false)) take_();
    return G_SOURCE_REMOVE;
  }
  const std::string_view read_now(text.data(), static_cast<std::size_t>(count));
  const auto lines = std::ranges::count(read_now, '\n');
  has_half_a_line_ = read_now.back() != '\n';
  for (auto i = lines; i > 0; --i) take_();
  return G_SOURCE_CONTINUE;
}

// ---- The clock -----------------------------------------------------------------

void CaptureCalls::start_clock(std::chrono::milliseconds every) {
  every_ = every;
  clock_begin_ = std::chrono::steady_clock::now();
  set_clock();
}

void CaptureCalls::set_clock() {
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - clock_begin_);
  clock_ = g_timeout_add(
      static_cast<guint>(until_next_tick(elapsed, every_).count()),
      [](gpointer data) -> gboolean {
        auto* self = static_cast<CaptureCalls*>(data);
        self->set_clock();
        self->take_();
        return G_SOURCE_REMOVE;
      },
      this);
}

}  // namespace livephoto::tool
