#include "gst/tool/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "gst/tool/words.h"

namespace livephoto::tool {
namespace {

using std::chrono::seconds;

constexpr std::size_t kWidestBar = 40;
constexpr seconds kUnknown{-1};
// Before that an estimate is a guess.
constexpr double kLeastDone = 0.02;
constexpr double kLeastSeconds = 2;

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDERR_FILENO) != 0 && !(kind && std::string_view(kind) == "dumb");
}

std::size_t terminal_width() {
  winsize size{};
  constexpr std::size_t kUsual = 80;
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

}  // namespace

std::string bar_text(
    double done, std::size_t ended, std::size_t jobs, seconds left, std::size_t width) {
  std::string text = " " + std::to_string(ended) + " of " + std::to_string(jobs);
  if (left >= seconds(0)) text += ", about " + clock_text(left) + " left";
  if (width < text.size() + 8) return text.substr(0, width);
  const std::size_t room = std::min(kWidestBar, width - text.size() - 3);
  const double share = jobs == 0 ? 1 : std::clamp(done / static_cast<double>(jobs), 0.0, 1.0);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(room));
  return "[" + std::string(filled, '#') + std::string(room - filled, '.') + "]" + text;
}

ProgressBar::ProgressBar(std::size_t jobs) : jobs_(jobs), is_shown_(is_terminal()) {}

void ProgressBar::ended(bool was_skipped) {
  ++ended_;
  if (was_skipped) ++skipped_;
}

void ProgressBar::draw(double under_way) {
  if (!is_shown_) return;
  const double done = static_cast<double>(ended_) + under_way;
  const double worked = done - static_cast<double>(skipped_);
  const double all = static_cast<double>(jobs_ - skipped_);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begun_;
  seconds left = kUnknown;
  if (worked > kLeastDone * all && elapsed.count() > kLeastSeconds)
    left = seconds(std::lround(elapsed.count() * (all - worked) / worked));
  // One column stays free: a terminal may wrap behind the last.
  const std::string text = bar_text(done, ended_, jobs_, left, terminal_width() - 1);
  std::fprintf(stderr, "\r%s\033[K", text.c_str());
  std::fflush(stderr);
  is_drawn_ = true;
}

void ProgressBar::clear() {
  if (!is_drawn_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  is_drawn_ = false;
}

}  // namespace livephoto::tool
