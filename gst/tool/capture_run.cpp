#include "gst/tool/capture_run.h"

#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>
#include <malloc.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <iostream>
#include <utility>

#include "core/text.h"
#include "gst/support/counted.h"
#include "gst/support/ptr.h"
#include "gst/tool/capture_calls.h"
#include "gst/tool/capture_names.h"
#include "gst/tool/capture_source.h"
#include "gst/tool/command.h"
#include "gst/tool/json_text.h"
#include "gst/tool/path_text.h"
#include "gst/tool/plugin.h"

namespace livephoto::tool {
namespace {

using gst::adopt;
using gst::Owned;

// How long the end may take in which no capture ends.
constexpr guint kEndSeconds = 10;
// How long a live source may send no picture, and how long any may until its first.
constexpr unsigned kSecondsWithoutPicture = 10;
constexpr unsigned kSecondsBeforePicture = 60;
// How long a source that has not played may take to stop.
constexpr std::chrono::seconds kPatienceToStop{2};

guint64 number_in(const GstStructure* said, const gchar* field) {
  guint64 value = 0;
  gst_structure_get_uint64(said, field, &value);
  return value;
}

std::string text_in(const GstStructure* said, const gchar* field) {
  const gchar* value = gst_structure_get_string(said, field);
  return value ? value : "";
}

nanoseconds time_in(const GstStructure* said, const gchar* field) {
  return nanoseconds(static_cast<std::int64_t>(number_in(said, field)));
}

// In a thread of its own: a source may hold up who changes its state, such as a fifo that nobody
// writes to.
std::future<void> change_state(GstElement* pipeline, GstState state) {
  struct Change {
    GstState state;
    std::promise<void> done;
  };
  auto* change = new Change{state, {}};
  auto done = change->done.get_future();
  gst_element_call_async(
      pipeline,
      [](GstElement* element, gpointer data) {
        auto* wanted = static_cast<Change*>(data);
        gst_element_set_state(element, wanted->state);
        wanted->done.set_value();
      },
      change,
      [](gpointer data) { delete static_cast<Change*>(data); });
  return done;
}

// Everything else is in the thread of the main loop. By others names are asked for, and pictures
// counted.
class CaptureRun {
 public:
  CaptureRun(const CaptureWish& wish, CapturePipeline made, CaptureNames names)
      : wish_(wish), made_(std::move(made)), names_(std::move(names)) {
    set_up();
  }
  ~CaptureRun() { gst_element_set_state(made_.pipeline.get(), GST_STATE_NULL); }
  CaptureRun(const CaptureRun&) = delete;
  CaptureRun& operator=(const CaptureRun&) = delete;

  int go() {
    const auto begun = std::chrono::steady_clock::now();
    loop_ = g_main_loop_new(nullptr, FALSE);
    GstBus* bus = gst_element_get_bus(made_.pipeline.get());
    gst_bus_add_watch(
        bus,
        [](GstBus*, GstMessage* message, gpointer self) -> gboolean {
          static_cast<CaptureRun*>(self)->hear(message);
          return G_SOURCE_CONTINUE;
        },
        this);
    calls_.listen();
    look_ = g_timeout_add_seconds(1, look_after_source, this);
    started_ = change_state(made_.pipeline.get(), GST_STATE_PLAYING);  // what fails is on the bus
    g_main_loop_run(loop_);
    gst_bus_remove_watch(bus);
    g_source_remove(look_);
    if (end_ != 0) g_source_remove(std::exchange(end_, 0));
    calls_.leave();
    const bool has_stopped = stop(bus);
    gst_object_unref(bus);
    g_main_loop_unref(loop_);
    miss_some();
    summarize(std::chrono::steady_clock::now() - begun);
    if (has_stopped) return status();
    // The source would hold up the end of everything; and nothing is half-written.
    std::cout << std::flush;
    std::_Exit(status());
  }

 private:
  int status() const {
    if (is_killed_) return kInterrupted;
    return lost_ > 0 || has_failed_ ? kSomeFailed : kAllWell;
  }

  void set_up() {
    GstElement* sink = made_.sink;
    if (wish_.before)
      g_object_set(sink, "pre-capture", static_cast<guint64>(wish_.before->count()), nullptr);
    if (wish_.after)
      g_object_set(sink, "post-capture", static_cast<guint64>(wish_.after->count()), nullptr);
    g_object_set(
        sink,
        "max-width",
        wish_.size.width,
        "max-height",
        wish_.size.height,
        "crop",
        wish_.crop,
        nullptr);
    gst_util_set_object_arg(
        G_OBJECT(sink),
        "still-format",
        wish_.still_format == StillFormat::Jpeg ? "jpeg" : "heic");
    const gchar* bundles[] = {"pair", "pvt", "pvt-zip"};
    gst_util_set_object_arg(G_OBJECT(sink), "bundle", bundles[static_cast<int>(wish_.bundle)]);
    g_signal_connect(
        sink,
        "format-location",
        G_CALLBACK(+[](GstElement*, guint, gpointer self) {
          return g_strdup(static_cast<CaptureRun*>(self)->names_.next().c_str());
        }),
        this);
    gst::count_data(video().get(), pictures_);
  }

  Owned<GstPad> video() const { return adopt(gst_element_get_static_pad(made_.sink, "video")); }

  // ---- What takes one --------------------------------------------------------

  // Once it plays; before that there is nothing to take.
  void start_clock() {
    if (wish_.every && !std::exchange(has_clock_, true)) calls_.start_clock(*wish_.every);
  }

  void take() {
    if (is_ending_ || (wish_.count > 0 && taken_ >= wish_.count)) return;
    gchar* raw = nullptr;
    g_signal_emit_by_name(made_.sink, "capture", &raw);  // why not is on the bus
    if (adopt(raw))
      ++taken_;
    else
      ++refused_;
  }

  // ---- The end ---------------------------------------------------------------

  void interrupt() {
    is_killed_ = is_ending_ || !has_played_;
    if (is_ending_ || !has_played_) return g_main_loop_quit(loop_);
    end();
  }

  // What was taken is finished with what came, and EOS says when.
  void end() {
    if (std::exchange(is_ending_, true)) return;
    for (const gchar* name : {"sound", "picture"}) {
      const auto queue = adopt(gst_bin_get_by_name(GST_BIN(made_.pipeline.get()), name));
      // A full queue lets nobody in before it has room.
      if (queue) gst_element_call_async(queue.get(), end_behind, nullptr, nullptr);
    }
    limit_end();
  }

  // From now on; EOS may never come, as of a source that brought no stream.
  void limit_end() {
    if (end_ != 0) g_source_remove(end_);
    end_ = g_timeout_add_seconds(
        kEndSeconds,
        [](gpointer self) -> gboolean {
          g_main_loop_quit(static_cast<CaptureRun*>(self)->loop_);
          return G_SOURCE_CONTINUE;
        },
        this);
  }

  // After a failure: what was taken is let end.
  void end_soon() {
    if (!has_played_ || taken_ == captured_ + lost_) return g_main_loop_quit(loop_);
    end();
  }

  // What is being written is finished, what waits still fails, and both are told of. False where
  // nothing has played, and the source does not let go.
  bool stop(GstBus* bus) {
    is_ending_ = true;
    if (!is_done(started_)) return false;
    if (!is_done(change_state(made_.pipeline.get(), GST_STATE_READY))) return false;
    constexpr auto kTypes = static_cast<GstMessageType>(GST_MESSAGE_ELEMENT | GST_MESSAGE_WARNING);
    while (GstMessage* message = gst_bus_pop_filtered(bus, kTypes)) {
      hear(message);
      gst_message_unref(message);
    }
    return true;
  }

  bool is_done(const std::future<void>& change) const {
    if (!has_played_) return change.wait_for(kPatienceToStop) == std::future_status::ready;
    change.wait();
    return true;
  }

  void miss_some() {
    if (!source_has_ended_ || has_failed_ || captured_ >= wish_.count) return;
    fail_with(
        "The source has ended after " + std::to_string(captured_) + " of " +
        std::to_string(wish_.count) + " Live Photos.");
  }

  // ---- Whether pictures come -------------------------------------------------

  static gboolean look_after_source(gpointer self) {
    static_cast<CaptureRun*>(self)->count_seconds_without_picture();
    return G_SOURCE_CONTINUE;
  }

  void count_seconds_without_picture() {
    const unsigned pictures = pictures_;
    if (std::exchange(seen_, pictures) != pictures || is_ending_ || (pictures > 0 && !is_live())) {
      seconds_without_ = 0;
      return;
    }
    const unsigned most = pictures > 0 ? kSecondsWithoutPicture : kSecondsBeforePicture;
    if (++seconds_without_ < most) return;
    fail_with(
        "No picture has come from " + shown(wish_.source) + " for " + std::to_string(most) +
        " seconds; look after it and start again.");
    end_soon();
  }

  // A file has gaps of its own, and ends. Nothing can be told of a source without a stream.
  bool is_live() const {
    const auto query = adopt(gst_query_new_latency());
    gboolean live = FALSE;
    if (gst_pad_peer_query(video().get(), query.get()))
      gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
    return live;
  }

  static void end_behind(GstElement* queue, gpointer) {
    const auto pad = adopt(gst_element_get_static_pad(queue, "sink"));
    gst_pad_send_event(pad.get(), gst_event_new_eos());
  }

  void count_one() {
    if (wish_.count > 0 && captured_ + lost_ >= wish_.count) end();
  }

  // ---- What is told ----------------------------------------------------------

  void hear(GstMessage* message) {
    switch (GST_MESSAGE_TYPE(message)) {
      case GST_MESSAGE_ELEMENT:
        hear_element(message);
        break;
      case GST_MESSAGE_WARNING:
        warn(message);
        break;
      case GST_MESSAGE_ERROR:
        fail(message);
        break;
      case GST_MESSAGE_STATE_CHANGED: {
        GstState now = GST_STATE_NULL;
        gst_message_parse_state_changed(message, nullptr, &now, nullptr);
        if (GST_MESSAGE_SRC(message) != GST_OBJECT(made_.pipeline.get()) ||
            now != GST_STATE_PLAYING)
          break;
        has_played_ = true;
        start_clock();
        break;
      }
      case GST_MESSAGE_LATENCY:
        gst_bin_recalculate_latency(GST_BIN(made_.pipeline.get()));
        break;
      case GST_MESSAGE_EOS:
        source_has_ended_ = !is_ending_;
        g_main_loop_quit(loop_);
        break;
      default:
        break;
    }
  }

  void hear_element(GstMessage* message) {
    const GstStructure* said = gst_message_get_structure(message);
    if (gst_is_missing_plugin_message(message))
      missing_ = adopt(gst_missing_plugin_message_get_description(message)).get();
    if (gst_structure_has_name(said, "live-photo-written")) {
      ++captured_;
      tell_pair(said);
      count_one();
    } else if (gst_structure_has_name(said, "live-photo-failed")) {
      ++lost_;
      tell_lost(text_in(said, "content-identifier"), text_in(said, "reason"));
      count_one();
    } else {
      return;
    }
    if (end_ != 0) limit_end();
  }

  void tell_pair(const GstStructure* said) {
    const std::string bundle = text_in(said, "bundle-location");
    if (!wish_.as_json) {
      const std::string files =
          bundle.empty()
              ? shown(text_in(said, "still-location")) + " and " +
                    shown(std::filesystem::path(text_in(said, "movie-location")).filename())
              : shown(bundle);
      std::cout << files << ": " << seconds_text(time_in(said, "duration")) << ", still at "
                << clock_text(time_in(said, "still-time")) << '\n'
                << std::flush;
      return;
    }
    json object = event("captured");
    object["source"] = source_text();
    object["start"] = seconds(time_in(said, "start-time"));
    object["duration"] = seconds(time_in(said, "duration"));
    object["still"] = seconds(time_in(said, "still-time"));
    object["still_offset"] = seconds(time_in(said, "still-offset"));
    object["still_file"] = path_text(text_in(said, "still-location"));
    object["movie_file"] = path_text(text_in(said, "movie-location"));
    if (!bundle.empty()) object["bundle_file"] = path_text(bundle);
    object["content_identifier"] = text_in(said, "content-identifier");
    object["still_bytes"] = number_in(said, "still-size");
    object["movie_bytes"] = number_in(said, "movie-size");
    std::cout << line_of(object) << std::flush;
  }

  // A URI is said as it was given, and a file as everywhere.
  std::string source_text() const {
    return gst_uri_is_valid(wish_.source.c_str()) ? wish_.source : path_text(wish_.source);
  }

  void tell_lost(const std::string& identifier, const std::string& reason) {
    if (!wish_.as_json) return;  // the warning has said it
    json object = event("failed");
    object["source"] = source_text();
    object["content_identifier"] = identifier.empty() ? json() : json(identifier);
    object["message"] = reason;
    std::cout << line_of(object) << std::flush;
  }

  void warn(GstMessage* message) {
    GError* raw = nullptr;
    gst_message_parse_warning(message, &raw, nullptr);
    refuse(adopt(raw)->message);
  }

  void fail(GstMessage* message) {
    if (has_failed_) return;
    GError* raw = nullptr;
    gst_message_parse_error(message, &raw, nullptr);
    const auto error = adopt(raw);
    const std::string sentence =
        missing_.empty()
            ? std::string(error->message)
            : "There is no " + missing_ + "; install the GStreamer plugins that have one.";
    fail_with(sentence);
    end_soon();
  }

  void fail_with(const std::string& sentence) {
    has_failed_ = true;
    tell_lost({}, sentence);
    refuse(sentence);
  }

  void summarize(std::chrono::steady_clock::duration took) {
    if (!wish_.as_json) return;
    json object = event("summary");
    object["captured"] = captured_;
    object["failed"] = lost_;
    object["refused"] = refused_;
    object["took"] = seconds(took);
    std::cout << line_of(object) << std::flush;
  }

  const CaptureWish& wish_;
  CapturePipeline made_;
  CaptureNames names_;
  GMainLoop* loop_ = nullptr;
  std::future<void> started_;
  CaptureCalls calls_{[this] { take(); }, [this] { interrupt(); }};
  guint look_ = 0;                      // the source that looks whether pictures come
  guint end_ = 0;                       // the one that ends what ends too slowly
  std::atomic<unsigned> pictures_ = 0;  // that have come
  unsigned seen_ = 0;                   // a second ago
  unsigned seconds_without_ = 0;
  bool has_clock_ = false;
  bool has_played_ = false;
  bool has_failed_ = false;        // not a capture, but the run
  bool source_has_ended_ = false;  // by itself
  bool is_ending_ = false;
  bool is_killed_ = false;
  unsigned taken_ = 0;
  unsigned refused_ = 0;
  unsigned captured_ = 0;
  unsigned lost_ = 0;
  std::string missing_;
};

}  // namespace

int capture(const CaptureWish& wish) {
#ifdef __GLIBC__
  // It may run for days, and each capture has threads of its own, which would spread over as many
  // arenas as there may be, each with what the largest capture took.
  mallopt(M_ARENA_MAX, 2);
#endif
  keep_calls_harmless();
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto loaded = load_plugin(); !loaded) {
    refuse(loaded.error().message);
    return kSomeFailed;
  }
  auto made = new_capture_pipeline(wish.source);
  if (!made) {
    refuse(made.error().message);
    return made.error().code == ErrorCode::Unsupported ? kSomeFailed : kUsage;
  }
  auto names = CaptureNames::below(wish.place, wish.still_format, wish.bundle);
  if (!names) {
    refuse(names.error().message);
    return kSomeFailed;
  }
  return CaptureRun(wish, *std::move(made), *std::move(names)).go();
}

}  // namespace livephoto::tool
