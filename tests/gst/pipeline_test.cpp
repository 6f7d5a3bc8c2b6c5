// What the three elements promise together: whole pipelines, several in one process, used again.
#include <gst/gst.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <initializer_list>
#include <random>
#include <set>
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
using livephoto::sample::broken;
using livephoto::sample::comes_true;
using livephoto::sample::Folder;
using livephoto::sample::missing_of;
using livephoto::sample::Pair;
using livephoto::sample::patience;
using livephoto::sample::read_pair;
using livephoto::sample::rounds;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// ---- Pipelines -----------------------------------------------------------------

// Frames of a fifteenth of a second: lengths in fifths are whole frames.
constexpr const char* kGenerated =
    "videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=160,height=120,framerate=15/1 ! "
    "s.video_sink audiotestsrc num-buffers=60 ! audio/x-raw,rate=44100 ! s.audio_sink ";
constexpr milliseconds kLength(800);
constexpr GstState kStops[] = {GST_STATE_READY, GST_STATE_NULL};

// A source that the main line cuts a pair from, again and again if need be.
class Line {
 public:
  explicit Line(const std::string& source)
      : pipeline_(adopt(gst_parse_launch(
            (source +
             " livephotoselect name=s livephotomux name=m ! filesink name=movie "
             "s.video_src ! x264enc speed-preset=ultrafast threads=1 ! h264parse ! m. "
             "s.audio_src ! avenc_aac ! aacparse ! m. s.still_src ! heifstillsink name=still")
                .c_str(),
            nullptr))),
        bus_(gst_element_get_bus(pipeline_.get())) {
    cut(kLength);
  }
  ~Line() {
    go_to(GST_STATE_NULL);
    gst_object_unref(bus_);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Owned<GstElement> element(const char* name) {
    return adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
  }

  // In READY or NULL. filesink keeps its file open in READY, so it alone goes to NULL.
  void write_to(const Folder& folder, const std::string& name) {
    still_ = folder / (name + ".HEIC");
    movie_ = folder / (name + ".MOV");
    const auto sink = element("movie");
    gst_element_set_state(sink.get(), GST_STATE_NULL);
    g_object_set(sink.get(), "location", movie_.c_str(), nullptr);
    g_object_set(element("still").get(), "location", still_.c_str(), nullptr);
  }
  void cut(milliseconds length) {
    const auto select = element("s");
    const auto duration = static_cast<guint64>(length.count()) * GST_MSECOND;
    g_object_set(select.get(), "start-time", guint64{100 * GST_MSECOND}, nullptr);
    g_object_set(select.get(), "duration", duration, nullptr);
  }

  // A change of state has no timeout of its own, and one that hangs cannot be taken back.
  GstStateChangeReturn go_to(GstState state) {
    auto change = std::async(std::launch::async, [this, state] {
      return gst_element_set_state(pipeline_.get(), state);
    });
    if (change.wait_for(patience()) != std::future_status::ready)
      g_error("the pipeline hangs on its way to %s", gst_element_state_get_name(state));
    return change.get();
  }

  // What says that a preroll, or a flush after one, is over.
  bool has_prerolled() {
    return gst_element_get_state(pipeline_.get(), nullptr, nullptr, timeout()) ==
           GST_STATE_CHANGE_SUCCESS;
  }

  void seek_to_start() {
    const auto demuxer = element("d");
    fail_unless(
        gst_element_seek_simple(demuxer.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0),
        "the demuxer does not take the seek");
  }

  // The pair when the pipeline, already started, has come to its end.
  Pair pair_at_end() {
    const auto problem = wait_for_end();
    if (!problem.empty()) return broken(problem);
    auto pair = read_pair(still_, movie_);
    if (pair.problem.empty() && (written_.size() != 1 || written_[0] != pair.identifier))
      return broken("not one message tells of the still that was written");
    return pair;
  }

  Pair play() {
    written_.clear();
    if (go_to(GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) return broken("it does not start");
    return pair_at_end();
  }

  // Lets go of what a run has said.
  void forget() {
    gst_bus_set_flushing(bus_, TRUE);
    gst_bus_set_flushing(bus_, FALSE);
    written_.clear();
  }

 private:
  static GstClockTime timeout() {
    return static_cast<GstClockTime>(patience().count()) * GST_SECOND;
  }

  // What went wrong before EOS; "" if nothing did.
  std::string wait_for_end() {
    const auto types =
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
    while (GstMessage* raw = gst_bus_timed_pop_filtered(bus_, timeout(), types)) {
      const auto kept = adopt(GST_MINI_OBJECT_CAST(raw));
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_EOS) return {};
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_ERROR) {
        GError* error = nullptr;
        gst_message_parse_error(raw, &error, nullptr);
        return adopt(error)->message;
      }
      const auto* said = gst_message_get_structure(raw);
      if (gst_structure_has_name(said, "live-photo-still-written"))
        written_.emplace_back(gst_structure_get_string(said, "content-identifier"));
    }
    return "neither EOS nor an error in " + std::to_string(patience().count()) + " s";
  }

  Owned<GstElement> pipeline_;
  GstBus* bus_;
  fs::path still_;
  fs::path movie_;
  std::vector<std::string> written_;  // identifiers
};

// Whole, as long as asked for, and of an identifier that was not there before.
void assert_new_pair(const Pair& pair, milliseconds length, std::set<std::string>& identifiers) {
  fail_unless(pair.problem.empty(), "%s", pair.problem.c_str());
  assert_equals_int64(pair.length.count(), length.count());
  fail_unless(
      identifiers.insert(pair.identifier).second,
      "%s is an older pair's identifier",
      pair.identifier.c_str());
}

void assert_only(const Folder& folder, const std::set<std::string>& expected) {
  for (const auto& name : folder.names())
    fail_unless(expected.contains(name), "%s is left over", name.c_str());
  assert_equals_uint64(folder.names().size(), expected.size());
}

}  // namespace

// ---- Several at once -----------------------------------------------------------

GST_START_TEST(lines_at_once_make_a_pair_each) {
  constexpr int kThreads = 4;
  const int runs = rounds(5);
  std::vector<Folder> folders(kThreads);
  std::vector<std::vector<Pair>> pairs(kThreads);
  std::set<std::string> names;
  for (int i = 0; i < runs; ++i)
    for (const char* extension : {".HEIC", ".MOV"}) names.insert(std::to_string(i) + extension);

  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&folder = folders[t], &made = pairs[t], runs] {
      for (int i = 0; i < runs; ++i) {
        Line line(kGenerated);
        line.write_to(folder, std::to_string(i));
        made.push_back(line.play());
      }
    });
  }
  for (auto& thread : threads) thread.join();

  std::set<std::string> identifiers;
  for (const auto& made : pairs)
    for (const auto& pair : made) assert_new_pair(pair, kLength, identifiers);
  for (const auto& folder : folders) assert_only(folder, names);
}
GST_END_TEST

// ---- One after the other -------------------------------------------------------

GST_START_TEST(a_line_that_was_stopped_makes_another_pair) {
  Folder folder;
  Line line(kGenerated);
  std::set<std::string> identifiers;
  std::set<std::string> names;

  for (int i = 1; i <= 4; ++i) {
    const milliseconds length(200 * i);
    const auto name = std::to_string(i);
    line.write_to(folder, name);
    line.cut(length);
    const auto pair = line.play();
    line.go_to(kStops[__i__]);
    line.forget();

    assert_new_pair(pair, length, identifiers);
    names.insert({name + ".HEIC", name + ".MOV"});
    assert_only(folder, names);
  }
}
GST_END_TEST

GST_START_TEST(a_line_that_stops_at_any_time_leaves_a_pair_or_no_still) {
  Folder folder;
  Line line(kGenerated);
  line.write_to(folder, "a");
  std::set<std::string> identifiers;
  const auto begin = Clock::now();
  assert_new_pair(line.play(), kLength, identifiers);
  const auto whole_run = std::chrono::duration_cast<microseconds>(Clock::now() - begin);
  const auto stop = [&](GstState state) {
    line.go_to(state);
    line.forget();
    folder.clear();
    line.write_to(folder, "a");
  };

  std::mt19937 random(20230611);
  std::uniform_int_distribution<microseconds::rep> delays(0, whole_run.count());
  stop(GST_STATE_READY);
  for (int i = 0; i < rounds(40); ++i) {
    line.go_to(i % 5 == 4 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
    std::this_thread::sleep_for(microseconds(delays(random)));
    line.go_to(kStops[i % 2]);

    // filesink makes its file at the start.
    std::set<std::string> left{"a.MOV"};
    if (fs::exists(folder / "a.HEIC")) {
      assert_new_pair(read_pair(folder / "a.HEIC", folder / "a.MOV"), kLength, identifiers);
      left.insert("a.HEIC");
    }
    assert_only(folder, left);
    stop(kStops[i % 2]);
  }

  assert_new_pair(line.play(), kLength, identifiers);
  assert_only(folder, {"a.HEIC", "a.MOV"});
}
GST_END_TEST

// ---- A seek --------------------------------------------------------------------

namespace {

constexpr milliseconds kShort(600);  // nine pictures
constexpr int kStillPicture = 5;     // is in the middle
constexpr int kHeldPictures[] = {1, 8};

bool can_seek() {
  const auto missing = missing_of({"qtdemux", "avdec_h264", "avdec_aac"});
  if (!missing.empty()) g_print("SKIP seek: there is no %s\n", missing.c_str());
  return missing.empty();
}

// A movie to seek in: one of our own.
std::string movie_source(const Folder& folder) {
  Line line(kGenerated);
  line.write_to(folder, "source");
  line.cut(milliseconds(1000));
  const auto pair = line.play();
  fail_unless(pair.problem.empty(), "the source: %s", pair.problem.c_str());
  return "filesrc location=" + (folder / "source.MOV").string() +
         " ! qtdemux name=d d.video_0 ! h264parse ! avdec_h264 ! videoconvert ! s.video_sink "
         "d.audio_0 ! aacparse ! avdec_aac ! audioconvert ! audioresample ! s.audio_sink ";
}

// Holds the clip's pictures from one of them on, until a flush; those after it pass.
struct Hold {
  const int picture;
  std::atomic<int> seen = 0;

  static GstPadProbeReturn pass_or_hold(GstPad*, GstPadProbeInfo*, gpointer data) {
    auto* self = static_cast<Hold*>(data);
    return ++self->seen == self->picture ? GST_PAD_PROBE_OK : GST_PAD_PROBE_PASS;
  }
  void act_on(GstPad* pad) {
    constexpr auto kTypes =
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER);
    gst_pad_add_probe(pad, kTypes, pass_or_hold, this, nullptr);
  }
};

// The main line behind that movie.
struct SeekableLine {
  Folder sources;
  Folder folder;
  Line line{movie_source(sources)};
  std::set<std::string> identifiers;

  explicit SeekableLine(bool controls_source) {
    line.write_to(folder, "a");
    line.cut(kShort);
    const gboolean controls = controls_source;
    g_object_set(line.element("s").get(), "controls-source", controls, nullptr);
  }
  // The movie has none before its end.
  bool has_bytes() const {
    const auto names = folder.names();
    return std::ranges::any_of(names, [&](auto& name) { return fs::file_size(folder / name) > 0; });
  }
  void expect_a_new_pair(const Pair& pair) {
    assert_new_pair(pair, kShort, identifiers);
    assert_only(folder, {"a.HEIC", "a.MOV"});
  }
};

}  // namespace

GST_START_TEST(a_seek_after_the_end_makes_another_pair) {
  if (!can_seek()) return;
  SeekableLine seekable(__i__ == 1);
  seekable.expect_a_new_pair(seekable.line.play());

  for (int i = 0; i < 3; ++i) {
    seekable.line.forget();
    seekable.line.seek_to_start();
    seekable.expect_a_new_pair(seekable.line.pair_at_end());
  }
}
GST_END_TEST

GST_START_TEST(a_seek_inside_the_clip_throws_the_first_away) {
  if (!can_seek()) return;
  Hold hold{kHeldPictures[__i__]};
  SeekableLine seekable(false);
  hold.act_on(
      adopt(gst_element_get_static_pad(seekable.line.element("s").get(), "video_src")).get());
  seekable.line.go_to(GST_STATE_PLAYING);
  fail_unless(comes_true([&] { return hold.seen == hold.picture; }), "a picture does not come");
  // The first still has its bytes then, but not its name.
  const bool has_still = hold.picture > kStillPicture;
  fail_unless(comes_true([&] { return seekable.has_bytes() == has_still; }), "no still is made");

  seekable.line.seek_to_start();

  seekable.expect_a_new_pair(seekable.line.pair_at_end());
}
GST_END_TEST

GST_START_TEST(a_seek_in_paused_throws_the_first_away) {
  if (!can_seek()) return;
  SeekableLine seekable(false);
  seekable.line.go_to(GST_STATE_PAUSED);
  fail_unless(seekable.line.has_prerolled(), "the line does not preroll");

  seekable.line.seek_to_start();
  fail_unless(seekable.line.has_prerolled(), "the line does not preroll after the seek");
  fail_if(fs::exists(seekable.folder / "a.HEIC"), "a still has its name in PAUSED");

  seekable.expect_a_new_pair(seekable.line.play());
}
GST_END_TEST

static Suite* pipeline_suite() {
  auto* suite = suite_create("pipeline");
  const auto add_case = [suite](const char* name) {
    auto* tests = tcase_create(name);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return tests;
  };

  auto* several = add_case("several");
  tcase_add_test(several, lines_at_once_make_a_pair_each);

  auto* again = add_case("again");
  tcase_add_loop_test(again, a_line_that_was_stopped_makes_another_pair, 0, 2);
  tcase_add_test(again, a_line_that_stops_at_any_time_leaves_a_pair_or_no_still);

  auto* seek = add_case("seek");
  tcase_add_loop_test(seek, a_seek_after_the_end_makes_another_pair, 0, 2);
  tcase_add_loop_test(seek, a_seek_inside_the_clip_throws_the_first_away, 0, 2);
  tcase_add_test(seek, a_seek_in_paused_throws_the_first_away);
  return suite;
}

// Not GST_CHECK_MAIN: without the encoders of the main line the whole program is skipped.
int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  const auto missing =
      missing_of({"videotestsrc", "audiotestsrc", "x264enc", "h264parse", "avenc_aac", "aacparse"});
  if (!missing.empty()) {
    g_print("SKIP all: there is no %s\n", missing.c_str());
    return 77;  // is skipped, for meson
  }
  return gst_check_run_suite(pipeline_suite(), "pipeline", __FILE__);
}
