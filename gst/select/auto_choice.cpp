#include "gst/select/auto_choice.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

#include "core/text.h"
#include "gst/scan/scan.h"
#include "gst/select/impl.h"
#include "gst/support/upstream.h"

namespace livephoto::select {
namespace {

using gst::adopt;

constexpr const char* kProgressCode = "select-moment";
constexpr auto kSayEvery = std::chrono::milliseconds(500);
constexpr auto kLinkedBy = std::chrono::seconds(5);
constexpr auto kAskEvery = std::chrono::milliseconds(10);

// Addresses that lead to the same bytes when they are opened again; fd: and appsrc: do not.
constexpr std::array<std::string_view, 8> kOpenedAgain{
    "file", "http", "https", "ftp", "ftps", "sftp", "smb", "dav"};

std::optional<std::string> address_before(GstPad* sink) {
  const auto query = adopt(gst_query_new_uri());
  if (!gst_pad_peer_query(sink, query.get())) return std::nullopt;
  gchar* raw = nullptr;
  gst_query_parse_uri(query.get(), &raw);
  const auto uri = adopt(raw);
  const auto protocol = adopt(uri ? gst_uri_get_protocol(uri.get()) : nullptr);
  if (!protocol) return std::nullopt;
  if (std::ranges::find(kOpenedAgain, std::string_view(protocol.get())) == kOpenedAgain.end())
    return std::nullopt;
  // A named pipe is read once, whatever its name.
  if (g_str_equal(protocol.get(), "file") && !gst::file_before(sink)) return std::nullopt;
  return uri.get();
}

}  // namespace

AutoChoice::AutoChoice(GstElement* element, GstPad* video_sink, GstPad* audio_sink)
    : element_(element), branches_{Branch{video_sink}, Branch{audio_sink}} {}

void AutoChoice::start() {
  const std::lock_guard lock(mutex_);
  state_ = State::Wanted;
  for (Branch& branch : branches_) branch.is_flushing = false;
}

void AutoChoice::stop() {
  const std::lock_guard lock(mutex_);
  state_ = State::Off;
  changed_.notify_all();
}

bool AutoChoice::is_active() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::Wanted || state_ == State::UnderWay;
}

AutoChoice::Turn AutoChoice::turn(GstPad* sink) {
  std::unique_lock lock(mutex_);
  Branch& branch = branch_of(sink);
  const unsigned flushes = branch.flushes;
  changed_.wait(lock, [&] {
    return state_ != State::UnderWay || branch.is_flushing || branch.flushes != flushes;
  });
  if (branch.is_flushing || branch.flushes != flushes || state_ == State::Off) return Turn::Flushed;
  if (state_ == State::Known) return Turn::Known;
  state_ = State::UnderWay;
  looking_ = &branch;
  return Turn::Choose;
}

// While its thread looks.
bool AutoChoice::goes_on(const Look& look) {
  const std::lock_guard lock(mutex_);
  return state_ == State::UnderWay && looking_ == look.branch &&
         look.branch->flushes == look.flushes;
}

// The picture's, since the sound may be of another source. While somebody links what is before its
// pad in another thread, as livephotosink does, it has none, and nobody says when that is over.
std::optional<std::string> AutoChoice::address_of_source(const Look& look) {
  const auto give_up = std::chrono::steady_clock::now() + kLinkedBy;
  GstPad* picture = branches_[0].sink;
  for (;;) {
    const bool is_linked = gst::is_fed(picture);
    if (auto address = address_before(picture); address || is_linked) return address;
    if (!goes_on(look) || std::chrono::steady_clock::now() >= give_up) break;
    std::this_thread::sleep_for(kAskEvery);
  }
  return address_before(branches_[1].sink);
}

void AutoChoice::say(GstProgressType type, const char* text) {
  gst_element_post_message(
      element_,
      gst_message_new_progress(GST_OBJECT(element_), type, kProgressCode, text));
}

Result<std::optional<Moment>> AutoChoice::choose(
    const std::function<Wanted(const std::string&)>& wanted) {
  Look look;
  {
    const std::lock_guard lock(mutex_);
    look = {looking_, looking_->flushes};
  }
  const auto address = address_of_source(look);
  if (!goes_on(look)) return std::optional<Moment>();
  if (!address)
    return invalid_input(
        "mode=auto looks through the source before anything of it is used, which one that can be "
        "read only once does not allow; save it to a file first, say start-time with mode=window, "
        "or take the moment when it comes with mode=trigger.");
  say(GST_PROGRESS_TYPE_START, "Looking for the moment");
  auto said = std::chrono::steady_clock::now();
  const auto scanned = gst::scan(
      {.uri = *address, .wanted = wanted(*address)},
      [&](const gst::ScanProgress& progress) {
        const auto now = std::chrono::steady_clock::now();
        if (now - said >= kSayEvery) {
          said = now;
          const auto text =
              "Looking for the moment: " + std::to_string(static_cast<int>(progress.done * 100)) +
              " %";
          say(GST_PROGRESS_TYPE_CONTINUE, text.c_str());
        }
        return goes_on(look);
      });
  if (!goes_on(look)) {
    say(GST_PROGRESS_TYPE_CANCELED, "No moment is looked for any more");
    return std::optional<Moment>();
  }
  if (!scanned) {
    say(GST_PROGRESS_TYPE_ERROR, "No moment was found");
    return scanned.error();
  }
  const Moment& best = scanned->moments.front();
  const auto text = "Found the moment: " + reason(best);
  say(GST_PROGRESS_TYPE_COMPLETE, text.c_str());
  return std::optional(best);
}

void AutoChoice::done(const std::function<void()>& use) {
  const std::lock_guard lock(mutex_);
  if (state_ == State::UnderWay) {
    use();
    state_ = State::Known;
  }
  changed_.notify_all();
}

void AutoChoice::flush_start(GstPad* sink) {
  const std::lock_guard lock(mutex_);
  Branch& branch = branch_of(sink);
  branch.is_flushing = true;
  ++branch.flushes;
  // Another thread may look next.
  if (state_ == State::UnderWay && looking_ == &branch) state_ = State::Wanted;
  changed_.notify_all();
}

void AutoChoice::flush_stop(GstPad* sink) {
  const std::lock_guard lock(mutex_);
  branch_of(sink).is_flushing = false;
}

}  // namespace livephoto::select
