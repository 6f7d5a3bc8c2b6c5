#include "gst/tool/capture_run.h"

#include <glib-unix.h>
#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>
#include <malloc.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <utility>
#include <vector>

#include "core/text.h"
#include "gst/support/ptr.h"
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

// Everything is in the thread of the main loop; only names are asked for by others.
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
    listen();
    gst_element_set_state(made_.pipeline.get(), GST_STATE_PLAYING);  // what fails is on the bus
    g_main_loop_run(loop_);
    gst_bus_remove_watch(bus);
    gst_object_unref(bus);
    for (const guint source : sources_) g_source_remove(source);
    g_main_loop_unref(loop_);
    summarize(std::chrono::steady_clock::now() - begun);
    if (is_killed_) return kInterrupted;
    return lost_ > 0 || has_failed_ ? kSomeFailed : kAllWell;
  }

 private:
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
  }

  // ---- What takes one --------------------------------------------------------

  static gboolean on_line(GIOChannel* channel, GIOCondition, gpointer self) {
    gchar* line = nullptr;
    const auto status = g_io_channel_read_line(channel, &line, nullptr, nullptr, nullptr);
    g_free(line);
    if (status == G_IO_STATUS_AGAIN) return G_SOURCE_CONTINUE;
    if (status != G_IO_STATUS_NORMAL) return static_cast<CaptureRun*>(self)->lines_end();
    static_cast<CaptureRun*>(self)->take();
    return G_SOURCE_CONTINUE;
  }

  // A service has no lines to read, and is told by signals.
  gboolean lines_end() {
    std::erase(sources_, lines_);
    return G_SOURCE_REMOVE;
  }

  void listen() {
    const auto on_signal = [this](int number, GSourceFunc call) {
      sources_.push_back(g_unix_signal_add(number, call, this));
    };
    on_signal(SIGUSR1, [](gpointer self) -> gboolean {
      static_cast<CaptureRun*>(self)->take();
      return G_SOURCE_CONTINUE;
    });
    for (const int number : {SIGINT, SIGTERM}) {
      on_signal(number, [](gpointer self) -> gboolean {
        static_cast<CaptureRun*>(self)->interrupt();
        return G_SOURCE_CONTINUE;
      });
    }
    GIOChannel* lines = g_io_channel_unix_new(STDIN_FILENO);
    g_io_channel_set_encoding(lines, nullptr, nullptr);
    lines_ = g_io_add_watch(lines, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP), on_line, this);
    sources_.push_back(lines_);
    g_io_channel_unref(lines);
    if (isatty(STDIN_FILENO) != 0)
      std::cerr << "Enter takes a Live Photo, Ctrl-C ends.\n" << std::flush;
  }

  // Once it plays; before that there is nothing to take.
  void start_clock() {
    if (!wish_.every || std::exchange(has_clock_, true)) return;
    sources_.push_back(g_timeout_add(
        static_cast<guint>(wish_.every->count()),
        [](gpointer self) -> gboolean {
          static_cast<CaptureRun*>(self)->take();
          return G_SOURCE_CONTINUE;
        },
        this));
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
    }
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
    object["source"] = path_text(wish_.source);
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

  void tell_lost(const std::string& identifier, const std::string& reason) {
    if (!wish_.as_json) return;  // the warning has said it
    json object = event("failed");
    object["source"] = path_text(wish_.source);
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
    if (std::exchange(has_failed_, true)) return;
    GError* raw = nullptr;
    gst_message_parse_error(message, &raw, nullptr);
    const auto error = adopt(raw);
    const std::string sentence =
        missing_.empty()
            ? std::string(error->message)
            : "There is no " + missing_ + "; install the GStreamer plugins that have one.";
    tell_lost({}, sentence);
    refuse(sentence);
    g_main_loop_quit(loop_);
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
  std::vector<guint> sources_;
  guint lines_ = 0;
  bool has_clock_ = false;
  bool has_played_ = false;
  bool has_failed_ = false;
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
