// livephotoselect with mode=auto: what it finds, says, and lets itself be interrupted in.
#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "gst/support/ptr.h"
#include "tests/gst/pair_files.h"
#include "tests/gst/patience.h"

// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>

using livephoto::gst::adopt;
using livephoto::gst::Owned;
using livephoto::sample::Folder;
using livephoto::sample::missing_of;
using livephoto::sample::patience;

namespace {

GstClockTime timeout() {
  return static_cast<GstClockTime>(std::chrono::nanoseconds(patience()).count());
}

// Twelve seconds in which a ball bounces, with a sync frame each second; and a sound, if asked for.
std::string video(bool has_sound = false) {
  static const Folder folder;
  const std::string path = folder / (has_sound ? "ball-and-tone.mkv" : "ball.mkv");
  const std::string line =
      std::string(
          "videotestsrc pattern=ball num-buffers=180 ! video/x-raw,format=I420,width=160,"
          "height=120,framerate=15/1 ! x264enc speed-preset=ultrafast key-int-max=15 threads=1 ! "
          "h264parse ! mux. ") +
      (has_sound ? "audiotestsrc num-buffers=517 ! audio/x-raw,format=S16LE,rate=44100 ! mux. "
                 : "") +
      "matroskamux name=mux ! filesink location=" + path;
  const auto pipeline = adopt(gst_parse_launch(line.c_str(), nullptr));
  const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline.get())));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const auto ended = adopt(GST_MINI_OBJECT(gst_bus_timed_pop_filtered(
      GST_BUS(bus.get()),
      timeout(),
      static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR))));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  fail_unless(
      ended && GST_MESSAGE_TYPE(GST_MESSAGE_CAST(ended.get())) == GST_MESSAGE_EOS,
      "the video could not be made");
  return path;
}

// A source, decoded, behind which a moment is looked for.
class Line {
 public:
  explicit Line(const std::string& source)
      : pipeline_(adopt(gst_parse_launch(
            (source + " ! decodebin name=d videoconvert name=c ! livephotoselect name=s mode=auto "
                      "duration=2000000000 "
                      "s.video_src ! fakesink async=false s.still_src ! fakesink async=false")
                .c_str(),
            nullptr))),
        bus_(adopt(GST_OBJECT(gst_element_get_bus(pipeline_.get())))) {
    gst_bus_set_sync_handler(GST_BUS(bus_.get()), hear, this, nullptr);
    // gst_parse_launch() links a pad that is added later only once.
    g_signal_connect(
        element("d").get(),
        "pad-added",
        G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer converter) {
          const auto sink = adopt(gst_element_get_static_pad(GST_ELEMENT(converter), "sink"));
          gst_pad_link(pad, sink.get());
        }),
        element("c").get());
  }
  ~Line() { go_to(GST_STATE_NULL); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Owned<GstElement> element(const char* name) {
    return adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
  }

  // One that hangs cannot be taken back.
  void go_to(GstState state) {
    auto change = std::async(std::launch::async, [this, state] {
      gst_element_set_state(pipeline_.get(), state);
    });
    if (change.wait_for(patience()) != std::future_status::ready)
      g_error("the pipeline hangs on its way to %s", gst_element_state_get_name(state));
  }

  // The thread that looks stands still at its beginning until then.
  void hold_at_start() { holds_ = true; }
  void wait_for_start() {
    fail_unless(
        livephoto::sample::comes_true([this] { return starts_ > 0; }),
        "no moment is looked for");
  }
  void let_go() { holds_ = false; }

  void expect_end() {
    const std::string end = end_of_run();
    fail_unless(end == "eos", "\"%s\" instead of the end", end.c_str());
  }
  // "eos", or an error's sentence.
  std::string end_of_run() {
    const auto message = adopt(GST_MINI_OBJECT(gst_bus_timed_pop_filtered(
        GST_BUS(bus_.get()),
        timeout(),
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR))));
    if (!message) return "nothing";
    if (GST_MESSAGE_TYPE(GST_MESSAGE_CAST(message.get())) == GST_MESSAGE_EOS) return "eos";
    GError* error = nullptr;
    gst_message_parse_error(GST_MESSAGE_CAST(message.get()), &error, nullptr);
    return adopt(error)->message;
  }

  // The types of PROGRESS messages so far, "scc".
  const std::string& progress() const { return progress_; }
  const GstStructure* selected() const { return selected_.get(); }
  // With what is still on the bus: a sink that is on its way to PLAYING may say EOS twice.
  void forget() {
    gst_bus_set_flushing(GST_BUS(bus_.get()), TRUE);
    gst_bus_set_flushing(GST_BUS(bus_.get()), FALSE);
    starts_ = 0;
    progress_.clear();
    selected_.reset();
  }

 private:
  static GstBusSyncReply hear(GstBus*, GstMessage* message, gpointer data) {
    auto* self = static_cast<Line*>(data);
    const GstStructure* said = gst_message_get_structure(message);
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT &&
        gst_structure_has_name(said, "live-photo-selected"))
      self->selected_ = adopt(gst_structure_copy(said));
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_PROGRESS) return GST_BUS_PASS;
    GstProgressType type{};
    gst_message_parse_progress(message, &type, nullptr, nullptr);
    const std::string letters = "sckxe";  // start, continue, complete, canceled, error
    self->progress_ += letters.at(static_cast<std::size_t>(type));
    if (type != GST_PROGRESS_TYPE_START) return GST_BUS_PASS;
    ++self->starts_;
    livephoto::sample::comes_true([self] { return !self->holds_; });
    return GST_BUS_PASS;
  }

  Owned<GstElement> pipeline_;
  Owned<GstObject> bus_;
  std::atomic<bool> holds_ = false;
  std::atomic<int> starts_ = 0;
  std::string progress_;
  Owned<GstStructure> selected_;
};

std::string file_source() {
  static const std::string path = video();
  return "filesrc location=" + path;
}

std::uint64_t number_in(const GstStructure* structure, const char* field) {
  guint64 number = 0;
  fail_unless(gst_structure_get_uint64(structure, field, &number), "no %s", field);
  return number;
}

GST_START_TEST(finds_a_moment_and_tells_why) {
  Line line(file_source());
  line.go_to(GST_STATE_PLAYING);
  line.expect_end();

  fail_unless(line.selected() != nullptr);
  assert_equals_uint64(number_in(line.selected(), "duration"), 2 * GST_SECOND);
  const GstStructure* scores = nullptr;
  const GValue* value = gst_structure_get_value(line.selected(), "scores");
  if (value) scores = gst_value_get_structure(value);
  fail_unless(scores != nullptr, "no scores");
  for (const char* name : {"calm", "alive", "whole", "exposed", "complete", "cover", "sharp"}) {
    gdouble score = -1;
    fail_unless(gst_structure_get_double(scores, name, &score), "no %s", name);
    fail_unless(score >= 0 && score <= 1, "%s is %f", name, score);
  }
  fail_unless(*gst_structure_get_string(line.selected(), "reason") != '\0');
  assert_equals_int(line.progress().front(), 's');
  assert_equals_int(line.progress().back(), 'k');
}
GST_END_TEST

GST_START_TEST(keeps_the_times_that_are_given) {
  Line line(file_source());
  g_object_set(
      line.element("s").get(),
      "start-time",
      guint64{3 * GST_SECOND},
      "still-time",
      guint64{4 * GST_SECOND},
      nullptr);
  line.go_to(GST_STATE_PLAYING);
  line.expect_end();

  assert_equals_uint64(number_in(line.selected(), "start"), 3 * GST_SECOND);
  assert_equals_uint64(number_in(line.selected(), "still-time"), 4 * GST_SECOND);
}
GST_END_TEST

GST_START_TEST(finds_the_same_after_a_way_back_to_ready) {
  Line line(file_source());
  std::vector<std::uint64_t> starts;
  for (int i = 0; i < 2; ++i) {
    line.forget();
    line.go_to(GST_STATE_PLAYING);
    line.expect_end();
    starts.push_back(number_in(line.selected(), "start"));
    line.go_to(GST_STATE_READY);
  }

  assert_equals_uint64(starts[0], starts[1]);
}
GST_END_TEST

GST_START_TEST(can_be_stopped_while_it_looks) {
  for (const GstState state : {GST_STATE_READY, GST_STATE_NULL}) {
    Line line(file_source());
    line.hold_at_start();
    line.go_to(GST_STATE_PAUSED);
    line.wait_for_start();
    line.let_go();
    line.go_to(state);
    fail_unless(line.selected() == nullptr);

    line.forget();
    line.go_to(GST_STATE_PLAYING);
    line.expect_end();
    fail_unless(line.selected() != nullptr);
  }
}
GST_END_TEST

GST_START_TEST(looks_again_after_a_flush) {
  Line line(file_source());
  line.hold_at_start();
  line.go_to(GST_STATE_PAUSED);
  line.wait_for_start();
  line.let_go();
  fail_unless(
      gst_element_seek_simple(line.element("d").get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
  line.go_to(GST_STATE_PLAYING);
  line.expect_end();

  fail_unless(line.selected() != nullptr);
  assert_equals_int(line.progress().back(), 'k');
}
GST_END_TEST

// The sound looks while what is before the picture's pad is still being linked, as livephotosink
// does.
GST_START_TEST(finds_the_source_where_the_picture_is_linked_last) {
  const auto pipeline = adopt(gst_parse_launch(
      (file_source() +
       " ! decodebin name=d videoconvert name=c identity name=i ! livephotoselect name=s mode=auto "
       "duration=2000000000 s.video_src ! fakesink async=false s.audio_src ! fakesink async=false "
       "s.still_src ! fakesink async=false audiotestsrc num-buffers=600 ! audio/x-raw,rate=44100 ! "
       "s.audio_sink")
          .c_str(),
      nullptr));
  const auto find = [&](const char* name) {
    return adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  };
  const auto decoded = find("d");
  const auto converter = find("c");
  const auto before = adopt(gst_element_get_static_pad(converter.get(), "src"));
  const auto behind = adopt(gst_element_get_static_pad(find("i").get(), "sink"));
  const auto sound = adopt(gst_element_get_static_pad(find("s").get(), "audio_sink"));
  g_signal_connect(
      decoded.get(),
      "pad-added",
      G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer next) {
        const auto sink = adopt(gst_element_get_static_pad(GST_ELEMENT(next), "sink"));
        gst_pad_link(pad, sink.get());
      }),
      converter.get());
  const auto wait = [](GstPad*, GstPadProbeInfo*, gpointer) { return GST_PAD_PROBE_OK; };
  const gulong held =
      gst_pad_add_probe(before.get(), GST_PAD_PROBE_TYPE_BLOCK_DOWNSTREAM, wait, nullptr, nullptr);
  std::promise<void> sound_comes;
  gst_pad_add_probe(
      sound.get(),
      GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer comes) {
        static_cast<std::promise<void>*>(comes)->set_value();
        return GST_PAD_PROBE_REMOVE;
      },
      &sound_comes,
      nullptr);
  const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline.get())));

  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  fail_unless(sound_comes.get_future().wait_for(patience()) == std::future_status::ready);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // it has asked by now, most often
  gst_pad_link(before.get(), behind.get());
  gst_pad_remove_probe(before.get(), held);
  const auto message = adopt(GST_MINI_OBJECT(gst_bus_timed_pop_filtered(
      GST_BUS(bus.get()),
      timeout(),
      static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR))));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);

  fail_unless(
      message && GST_MESSAGE_TYPE(GST_MESSAGE_CAST(message.get())) == GST_MESSAGE_EOS,
      "the source was not found");
}
GST_END_TEST

GST_START_TEST(looks_for_nothing_in_another_mode) {
  Line line(file_source());
  gst_util_set_object_arg(G_OBJECT(line.element("s").get()), "mode", "window");
  line.go_to(GST_STATE_PLAYING);
  line.expect_end();

  assert_equals_string(line.progress().c_str(), "");
  fail_if(gst_structure_has_field(line.selected(), "score"));
}
GST_END_TEST

void expect_the_ways_out(const std::string& line) {
  const auto pipeline = adopt(gst_parse_launch(line.c_str(), nullptr));
  const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline.get())));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const auto message = adopt(GST_MINI_OBJECT(
      gst_bus_timed_pop_filtered(GST_BUS(bus.get()), timeout(), GST_MESSAGE_ERROR)));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);

  fail_unless(message != nullptr, "no error");
  GError* raw = nullptr;
  gst_message_parse_error(GST_MESSAGE_CAST(message.get()), &raw, nullptr);
  const auto error = adopt(raw);
  for (const char* way : {"save it to a file", "start-time", "mode=trigger"})
    fail_unless(g_strrstr(error->message, way) != nullptr, "\"%s\"", error->message);
}

GST_START_TEST(names_the_ways_out_where_the_source_cannot_be_opened_again) {
  expect_the_ways_out(
      "videotestsrc num-buffers=30 ! livephotoselect mode=auto name=s s.video_src ! fakesink "
      "s.still_src ! fakesink");
}
GST_END_TEST

GST_START_TEST(does_not_look_through_the_sounds_file_for_pictures_from_elsewhere) {
  expect_the_ways_out(
      "filesrc location=" + video(true) +
      " ! matroskademux ! audioconvert ! livephotoselect mode=auto name=s s.audio_src ! fakesink "
      "videotestsrc num-buffers=30 ! s.video_sink s.video_src ! fakesink s.still_src ! fakesink");
}
GST_END_TEST

Suite* auto_choice_suite() {
  Suite* suite = suite_create("auto_choice");
  TCase* cases = tcase_create("general");
  suite_add_tcase(suite, cases);
  tcase_add_test(cases, names_the_ways_out_where_the_source_cannot_be_opened_again);
  const std::string missing = missing_of({"x264enc", "avdec_h264", "matroskamux", "matroskademux"});
  if (!missing.empty()) {
    g_printerr("not run, as there is no %s: what needs a video\n", missing.c_str());
    return suite;
  }
  tcase_add_test(cases, finds_a_moment_and_tells_why);
  tcase_add_test(cases, keeps_the_times_that_are_given);
  tcase_add_test(cases, finds_the_same_after_a_way_back_to_ready);
  tcase_add_test(cases, can_be_stopped_while_it_looks);
  tcase_add_test(cases, looks_again_after_a_flush);
  tcase_add_test(cases, finds_the_source_where_the_picture_is_linked_last);
  tcase_add_test(cases, does_not_look_through_the_sounds_file_for_pictures_from_elsewhere);
  tcase_add_test(cases, looks_for_nothing_in_another_mode);
  return suite;
}

}  // namespace

GST_CHECK_MAIN(auto_choice)
