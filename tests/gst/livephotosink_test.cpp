// livephotosink in an application: states back and forth, several pairs, a branch of a playing tee.
#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gst/support/ptr.h"
#include "tests/gst/pair_files.h"
#include "tests/gst/patience.h"

// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>

using livephoto::gst::adopt;
using livephoto::gst::Owned;
using livephoto::sample::comes_true;
using livephoto::sample::content_of;
using livephoto::sample::Folder;
using livephoto::sample::missing_of;
using livephoto::sample::patience;
using livephoto::sample::read_pair;
using livephoto::sample::rounds;

namespace {

constexpr const char* kPicture =
    "videotestsrc num-buffers=20 ! video/x-raw,format=I420,width=160,height=120,framerate=15/1 ";
constexpr const char* kSound = "audiotestsrc num-buffers=60 ! audio/x-raw,rate=44100 ";
constexpr const char* kSink =
    "livephotosink name=l duration=800000000 video-encoder=\"x264enc speed-preset=ultrafast "
    "threads=1\" ";

std::string raw_line() {
  return std::string(kPicture) + "! l.video " + kSound + "! l.audio " + kSink;
}
std::string packet_line() {
  return std::string(kPicture) +
         "! x264enc speed-preset=ultrafast threads=1 ! h264parse ! l.video " + kSound +
         "! avenc_aac ! aacparse ! l.audio " + kSink;
}

class Line {
 public:
  explicit Line(const std::string& description)
      : pipeline_(adopt(gst_parse_launch(description.c_str(), nullptr))),
        bus_(gst_element_get_bus(pipeline_.get())),
        sink_(adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "l"))) {}
  ~Line() {
    go_to(GST_STATE_NULL);
    gst_object_unref(bus_);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  GstElement* sink() const { return sink_.get(); }
  GstBin* bin() const { return GST_BIN(pipeline_.get()); }

  void write_to(const std::filesystem::path& base) {
    g_object_set(sink_.get(), "location", base.c_str(), nullptr);
  }
  GstStateChangeReturn go_to(GstState state) {
    return gst_element_set_state(pipeline_.get(), state);
  }

  // The first error until EOS or, if `name` is given, until an element message of that
  // name; "" if there is none.
  std::string wait(const gchar* name = nullptr) {
    const auto types =
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);
    const auto timeout = static_cast<GstClockTime>(patience().count()) * GST_SECOND;
    while (GstMessage* raw = gst_bus_timed_pop_filtered(bus_, timeout, types)) {
      const auto kept = adopt(GST_MINI_OBJECT_CAST(raw));
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_EOS) return {};
      if (GST_MESSAGE_TYPE(raw) == GST_MESSAGE_ERROR) {
        GError* error = nullptr;
        gst_message_parse_error(raw, &error, nullptr);
        return adopt(error)->message;
      }
      const auto* said = gst_message_get_structure(raw);
      if (gst_structure_has_name(said, "live-photo-written"))
        written_.emplace_back(gst_structure_get_string(said, "movie-location"));
      if (name && gst_structure_has_name(said, name)) return {};
    }
    return "nothing comes";
  }
  std::string play() {
    if (go_to(GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) return wait();
    return wait();
  }
  void forget() {
    gst_bus_set_flushing(bus_, TRUE);
    gst_bus_set_flushing(bus_, FALSE);
  }
  const std::vector<std::string>& written() const { return written_; }

 private:
  Owned<GstElement> pipeline_;
  GstBus* bus_;
  Owned<GstElement> sink_;
  std::vector<std::string> written_;
};

void assert_good(const std::string& problem) {
  fail_unless(problem.empty(), "%s", problem.c_str());
}

void assert_pair(const Folder& folder, const std::string& name) {
  const auto pair = read_pair(folder / (name + ".HEIC"), folder / (name + ".MOV"));
  fail_unless(pair.problem.empty(), "%s", pair.problem.c_str());
  assert_equals_int64(pair.length.count(), 800);
}

void assert_only(const Folder& folder, const std::set<std::string>& expected) {
  for (const auto& name : folder.names())
    fail_unless(expected.contains(name), "%s is left over", name.c_str());
  assert_equals_uint64(folder.names().size(), expected.size());
}

}  // namespace

// ---- States --------------------------------------------------------------------

GST_START_TEST(it_is_used_again_after_any_stop) {
  Folder folder;
  Line line(__i__ % 2 == 0 ? raw_line() : packet_line());
  std::set<std::string> names;

  for (int i = 0; i < 2; ++i) {
    const auto name = std::to_string(i);
    line.write_to(folder / name);
    assert_good(line.play());
    line.go_to(__i__ < 2 ? GST_STATE_READY : GST_STATE_NULL);

    assert_pair(folder, name);
    names.insert({name + ".HEIC", name + ".MOV"});
    assert_only(folder, names);
  }
}
GST_END_TEST

GST_START_TEST(stopped_at_any_time_it_leaves_a_pair_or_nothing) {
  Folder folder;
  Line line(__i__ == 0 ? raw_line() : packet_line());
  line.write_to(folder / "a");
  const auto begin = std::chrono::steady_clock::now();
  assert_good(line.play());
  const auto whole_run = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - begin);
  line.go_to(GST_STATE_READY);
  folder.clear();

  std::mt19937 random(20240517);
  std::uniform_int_distribution<std::chrono::microseconds::rep> delays(0, whole_run.count());
  for (int i = 0; i < rounds(30); ++i) {
    line.go_to(i % 5 == 4 ? GST_STATE_PAUSED : GST_STATE_PLAYING);
    std::this_thread::sleep_for(std::chrono::microseconds(delays(random)));
    line.go_to(i % 2 == 0 ? GST_STATE_READY : GST_STATE_NULL);
    line.forget();

    if (folder.names().empty()) continue;
    assert_pair(folder, "a");
    assert_only(folder, {"a.HEIC", "a.MOV"});
    folder.clear();
  }
}
GST_END_TEST

GST_START_TEST(nothing_has_its_name_in_paused) {
  Folder folder;
  Line line(raw_line());
  line.write_to(folder / "a");

  line.go_to(GST_STATE_PAUSED);
  assert_equals_int(
      gst_element_get_state(GST_ELEMENT(line.bin()), nullptr, nullptr, 20 * GST_SECOND),
      GST_STATE_CHANGE_SUCCESS);
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  fail_if(std::filesystem::exists(folder / "a.HEIC"));
  fail_if(std::filesystem::exists(folder / "a.MOV"));

  assert_good(line.play());
  assert_pair(folder, "a");
}
GST_END_TEST

// ---- What is set ---------------------------------------------------------------

GST_START_TEST(its_properties_are_those_of_the_elements_inside) {
  const auto sink = adopt(gst_element_factory_make("livephotosink", nullptr));
  gst_object_ref_sink(sink.get());
  const auto select = adopt(gst_bin_get_by_name(GST_BIN(sink.get()), "select"));
  const auto still = adopt(gst_bin_get_by_name(GST_BIN(sink.get()), "still"));

  g_object_set(
      sink.get(),
      "start-time",
      G_GUINT64_CONSTANT(12),
      "strip",
      TRUE,
      "quality",
      33,
      nullptr);
  guint64 start = 0;
  gboolean strip = FALSE;
  gint quality = 0;
  g_object_get(select.get(), "start-time", &start, "strip", &strip, nullptr);
  g_object_get(still.get(), "quality", &quality, nullptr);
  assert_equals_uint64(start, 12);
  fail_unless(strip);
  assert_equals_int(quality, 33);

  gst_child_proxy_set(
      GST_CHILD_PROXY(sink.get()),
      "select::start-time",
      G_GUINT64_CONSTANT(34),
      nullptr);
  g_object_get(sink.get(), "start-time", &start, nullptr);
  assert_equals_uint64(start, 34);
}
GST_END_TEST

GST_START_TEST(its_tags_are_in_both_files) {
  Folder folder;
  Line line(raw_line());
  line.write_to(folder / "a");
  gst_tag_setter_add_tags(
      GST_TAG_SETTER(line.sink()),
      GST_TAG_MERGE_REPLACE,
      GST_TAG_DEVICE_MANUFACTURER,
      "Makers of cameras",
      nullptr);

  assert_good(line.play());

  for (const char* name : {"a.HEIC", "a.MOV"})
    fail_if(content_of(folder / name).find("Makers of cameras") == std::string::npos, "%s", name);
}
GST_END_TEST

GST_START_TEST(an_application_names_each_pair) {
  Folder folder;
  Line line(packet_line());
  line.write_to(folder / "by-property");
  const auto base = folder / "by-signal";
  g_signal_connect(
      line.sink(),
      "format-location",
      G_CALLBACK(+[](GstElement*, guint number, gpointer data) {
        return g_strdup_printf("%s-%u", static_cast<std::filesystem::path*>(data)->c_str(), number);
      }),
      const_cast<std::filesystem::path*>(&base));

  assert_good(line.play());

  assert_pair(folder, "by-signal-0");
  assert_only(folder, {"by-signal-0.HEIC", "by-signal-0.MOV"});
  fail_unless(line.written() == std::vector{(folder / "by-signal-0.MOV").string()});
}
GST_END_TEST

GST_START_TEST(the_name_that_an_application_gives_chooses_the_format) {
  Folder folder;
  Line line(packet_line());
  const auto name = folder / "named.jpg";
  g_signal_connect(
      line.sink(),
      "format-location",
      G_CALLBACK(+[](GstElement*, guint, gpointer data) {
        return g_strdup(static_cast<std::filesystem::path*>(data)->c_str());
      }),
      const_cast<std::filesystem::path*>(&name));

  assert_good(line.play());

  assert_only(folder, {"named.JPG", "named.MOV"});
}
GST_END_TEST

GST_START_TEST(a_seek_after_the_end_makes_the_next_number) {
  Folder folder;
  const auto source = folder / "source.mkv";
  {
    const auto make = adopt(gst_parse_launch(
        (std::string(kPicture) +
         "! x264enc key-int-max=5 threads=1 ! h264parse ! matroskamux ! "
         "filesink location=" +
         source.string())
            .c_str(),
        nullptr));
    gst_element_set_state(make.get(), GST_STATE_PLAYING);
    GstBus* bus = gst_element_get_bus(make.get());
    gst_message_unref(gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_EOS));
    gst_object_unref(bus);
    gst_element_set_state(make.get(), GST_STATE_NULL);
  }
  Line line(
      "filesrc location=" + source.string() + " ! matroskademux name=d ! h264parse ! l.video " +
      kSink);
  line.write_to(folder / "P%02d");

  assert_good(line.play());
  const auto demuxer = adopt(gst_bin_get_by_name(line.bin(), "d"));
  fail_unless(gst_element_seek_simple(demuxer.get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
  assert_good(line.wait());

  assert_pair(folder, "P00");
  assert_pair(folder, "P01");
  assert_only(folder, {"P00.HEIC", "P00.MOV", "P01.HEIC", "P01.MOV", "source.mkv"});
}
GST_END_TEST

// ---- Failing -------------------------------------------------------------------

GST_START_TEST(an_encoder_that_fails_leaves_nothing) {
  Folder folder;
  Line line(std::string(kPicture) + "! identity error-after=9 ! l.video " + kSink);
  line.write_to(folder / "a");

  fail_if(line.play().empty());

  line.go_to(GST_STATE_NULL);
  assert_only(folder, {});
}
GST_END_TEST

// ---- A branch of a playing tee -------------------------------------------------

namespace {

struct Arrivals {
  std::atomic<int> count = 0;
  std::atomic<int> gaps = 0;
  GstClockTime last = GST_CLOCK_TIME_NONE;
};

GstPadProbeReturn note_arrival(GstPad*, GstPadProbeInfo* info, gpointer data) {
  auto& arrivals = *static_cast<Arrivals*>(data);
  const GstClockTime time = GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info));
  const auto last = std::exchange(arrivals.last, time);
  if (GST_CLOCK_TIME_IS_VALID(last) && time - last > 40 * GST_MSECOND) ++arrivals.gaps;
  ++arrivals.count;
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn unlink_when_idle(GstPad* pad, GstPadProbeInfo*, gpointer) {
  const auto peer = adopt(gst_pad_get_peer(pad));
  gst_pad_unlink(pad, peer.get());
  gst_pad_send_event(peer.get(), gst_event_new_eos());
  return GST_PAD_PROBE_REMOVE;
}

}  // namespace

GST_START_TEST(added_to_a_playing_tee_and_removed_it_leaves_no_gap) {
  Folder folder;
  Line line(
      "videotestsrc is-live=true ! video/x-raw,format=I420,width=160,height=120,framerate=30/1 ! "
      "tee name=t ! queue ! fakesink name=other sync=true "
      "t. ! queue ! fakesink name=l async=false");
  Arrivals arrivals;
  const auto other = adopt(gst_bin_get_by_name(line.bin(), "other"));
  gst_pad_add_probe(
      adopt(gst_element_get_static_pad(other.get(), "sink")).get(),
      GST_PAD_PROBE_TYPE_BUFFER,
      note_arrival,
      &arrivals,
      nullptr);
  line.go_to(GST_STATE_PLAYING);
  fail_unless(comes_true([&] { return arrivals.count > 10; }));

  const auto tee = adopt(gst_bin_get_by_name(line.bin(), "t"));
  for (int i = 0; i < 2; ++i) {
    const auto name = "live" + std::to_string(i);
    auto* queue = gst_element_factory_make("queue", nullptr);
    auto* sink = gst_element_factory_make("livephotosink", nullptr);
    const auto start = static_cast<guint64>(arrivals.last + 200 * GST_MSECOND);
    g_object_set(
        sink,
        "location",
        (folder / name).c_str(),
        "controls-source",
        FALSE,
        "start-time",
        start,
        "duration",
        guint64{800 * GST_MSECOND},
        nullptr);
    gst_bin_add_many(line.bin(), queue, sink, nullptr);
    fail_unless(gst_element_link_pads(queue, "src", sink, "video"));
    const auto branch = adopt(gst_element_request_pad_simple(tee.get(), "src_%u"));
    gst_element_sync_state_with_parent(sink);
    gst_element_sync_state_with_parent(queue);
    const auto into = adopt(gst_element_get_static_pad(queue, "sink"));
    fail_unless(GST_PAD_LINK_SUCCESSFUL(gst_pad_link(branch.get(), into.get())));

    assert_good(line.wait("live-photo-written"));
    gst_pad_add_probe(branch.get(), GST_PAD_PROBE_TYPE_IDLE, unlink_when_idle, nullptr, nullptr);
    fail_unless(comes_true([&] { return !gst_pad_is_linked(branch.get()); }));
    gst_element_release_request_pad(tee.get(), branch.get());
    for (GstElement* element : {queue, sink}) {
      gst_element_set_state(element, GST_STATE_NULL);
      gst_bin_remove(line.bin(), element);
    }
    assert_pair(folder, name);
  }

  const int seen = arrivals.count;
  fail_unless(
      comes_true([&] { return arrivals.count > seen + 10; }),
      "the other branch stands still");
  assert_equals_int(arrivals.gaps, 0);
}
GST_END_TEST

static Suite* livephotosink_suite() {
  auto* suite = suite_create("livephotosink");
  const auto add_case = [suite](const char* name) {
    auto* tests = tcase_create(name);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return tests;
  };
  auto* states = add_case("states");
  tcase_add_loop_test(states, it_is_used_again_after_any_stop, 0, 4);
  tcase_add_loop_test(states, stopped_at_any_time_it_leaves_a_pair_or_nothing, 0, 2);
  tcase_add_test(states, nothing_has_its_name_in_paused);

  auto* set = add_case("set");
  tcase_add_test(set, its_properties_are_those_of_the_elements_inside);
  tcase_add_test(set, its_tags_are_in_both_files);
  tcase_add_test(set, an_application_names_each_pair);
  tcase_add_test(set, the_name_that_an_application_gives_chooses_the_format);
  tcase_add_test(set, a_seek_after_the_end_makes_the_next_number);

  auto* failing = add_case("failing");
  tcase_add_test(failing, an_encoder_that_fails_leaves_nothing);

  auto* tee = add_case("tee");
  tcase_add_test(tee, added_to_a_playing_tee_and_removed_it_leaves_no_gap);
  return suite;
}

// Not GST_CHECK_MAIN: without the encoders the whole program is skipped.
int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  const auto missing = missing_of(
      {"videotestsrc",
       "audiotestsrc",
       "x264enc",
       "h264parse",
       "avenc_aac",
       "aacparse",
       "videocrop"});
  if (!missing.empty()) {
    g_print("SKIP all: there is no %s\n", missing.c_str());
    return 77;  // is skipped, for meson
  }
  return gst_check_run_suite(livephotosink_suite(), "livephotosink", __FILE__);
}
