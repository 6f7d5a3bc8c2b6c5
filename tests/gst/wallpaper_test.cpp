// livephotosink with purpose=wallpaper in an application: one run behind another, flushes, sound
// that ends last.
#include <gst/gst.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "core/pair/inspect.h"
#include "gst/support/ptr.h"
#include "tests/gst/pair_files.h"
#include "tests/gst/patience.h"

// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>

using livephoto::inspect_movie;
using livephoto::LivePhotoInfo;
using livephoto::gst::adopt;
using livephoto::gst::Owned;
using livephoto::sample::comes_true;
using livephoto::sample::Folder;
using livephoto::sample::missing_of;
using livephoto::sample::patience;
using livephoto::sample::read_pair;

namespace {

// Pictures that pass by, to the left or to the right.
std::string pictures(int pixels_a_frame) {
  return "videotestsrc num-buffers=40 pattern=smpte horizontal-speed=" +
         std::to_string(pixels_a_frame) +
         " ! video/x-raw,format=I420,width=160,height=160,framerate=30/1 ";
}

std::string sink(const std::string& settings = {}) {
  return "livephotosink name=l purpose=wallpaper max-width=96 max-height=160 duration=1200000000 "
         "video-encoder=\"x265enc speed-preset=ultrafast "
         "option-string=frame-threads=1\" " +
         settings;
}

class Line {
 public:
  explicit Line(const std::string& description)
      : pipeline_(adopt(gst_parse_launch(description.c_str(), nullptr))),
        bus_(adopt(GST_OBJECT(gst_element_get_bus(pipeline_.get())))) {
    fail_unless(pipeline_ != nullptr, "%s", description.c_str());
  }
  ~Line() { go_to(GST_STATE_NULL); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  Owned<GstElement> element(const char* name) const {
    return adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), name));
  }
  void go_to(GstState state) { gst_element_set_state(pipeline_.get(), state); }

  // The first error until EOS; "" if there is none.
  std::string wait() {
    const auto message = adopt(GST_MINI_OBJECT(gst_bus_timed_pop_filtered(
        GST_BUS(bus_.get()),
        static_cast<GstClockTime>(std::chrono::nanoseconds(patience()).count()),
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR))));
    if (!message) return "nothing comes";
    if (GST_MESSAGE_TYPE(GST_MESSAGE_CAST(message.get())) == GST_MESSAGE_EOS) return {};
    GError* error = nullptr;
    gst_message_parse_error(GST_MESSAGE_CAST(message.get()), &error, nullptr);
    return adopt(error)->message;
  }
  std::string write_to(const std::filesystem::path& base) {
    g_object_set(element("l").get(), "location", base.c_str(), nullptr);
    go_to(GST_STATE_PLAYING);
    return wait();
  }

 private:
  Owned<GstElement> pipeline_;
  Owned<GstObject> bus_;
};

void assert_good(const std::string& problem) {
  fail_unless(problem.empty(), "%s", problem.c_str());
}

// By how much each record says that the picture has moved to the right since the first.
std::vector<float> ways_in(const std::filesystem::path& base) {
  const auto pair = read_pair(base.string() + ".HEIC", base.string() + ".MOV");
  assert_good(pair.problem);
  const auto movie = inspect_movie(base.string() + ".MOV");
  fail_unless(static_cast<bool>(movie) && movie->infos.size() == 1, "no records");
  std::vector<float> ways;
  for (const auto& record : movie->infos[0].records) ways.push_back(record.info.homography[2]);
  assert_equals_uint64(ways.size(), 36);
  for (float& way : ways) way -= movie->infos[0].records[0].info.homography[2];
  return ways;
}

}  // namespace

GST_START_TEST(each_run_has_the_motion_of_its_own_pictures) {
  Folder folder;
  Line line(
      "videotestsrc name=v num-buffers=40 pattern=smpte ! video/x-raw,format=I420,width=160,"
      "height=160,framerate=30/1 ! l.video " +
      sink());
  std::vector<float> last;
  for (const int speed : {2, -2}) {
    g_object_set(line.element("v").get(), "horizontal-speed", speed, nullptr);
    assert_good(line.write_to(folder / std::to_string(speed)));
    line.go_to(speed > 0 ? GST_STATE_READY : GST_STATE_NULL);

    last.push_back(ways_in(folder / std::to_string(speed)).back());
  }

  fail_unless(last[0] * last[1] < 0, "%f and %f", last[0], last[1]);
  fail_unless(std::abs(last[0] + last[1]) < 2, "%f and %f", last[0], last[1]);
  fail_unless(std::abs(last[0]) > 50, "%f", last[0]);
}
GST_END_TEST

// Holds the twentieth picture of all until there is a flush.
class Stop {
 public:
  explicit Stop(const Owned<GstElement>& sink)
      : pad_(adopt(gst_element_get_static_pad(sink.get(), "video"))) {
    gst_pad_add_probe(
        pad_.get(),
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_FLUSH),
        pass,
        this,
        nullptr);
  }
  void wait_for_it() {
    fail_unless(comes_true([this] { return pictures_ >= 20; }), "no pictures come");
  }

 private:
  static GstPadProbeReturn pass(GstPad*, GstPadProbeInfo* info, gpointer data) {
    auto* self = static_cast<Stop*>(data);
    if (!(GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER))
      self->is_flushed_ = true;
    else if (++self->pictures_ == 20)
      comes_true([self] { return self->is_flushed_.load(); });
    return GST_PAD_PROBE_OK;
  }

  Owned<GstPad> pad_;
  std::atomic<int> pictures_ = 0;
  std::atomic<bool> is_flushed_ = false;
};

GST_START_TEST(a_flush_begins_anew) {
  Folder folder;
  const auto source = (folder / "source.mkv").string();
  {
    Line make(
        pictures(2) +
        "! x264enc speed-preset=ultrafast key-int-max=10 threads=1 ! h264parse ! matroskamux ! "
        "filesink location=" +
        source);
    make.go_to(GST_STATE_PLAYING);
    assert_good(make.wait());
  }
  const std::string line = "filesrc location=" + source +
                           " ! matroskademux name=d ! h264parse ! avdec_h264 ! l.video " + sink();
  assert_good(Line(line).write_to(folder / "whole"));

  Line flushed(line);
  g_object_set(flushed.element("l").get(), "location", (folder / "flushed").c_str(), nullptr);
  Stop stop(flushed.element("l"));
  flushed.go_to(GST_STATE_PLAYING);
  stop.wait_for_it();
  fail_unless(
      gst_element_seek_simple(flushed.element("d").get(), GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 0));
  assert_good(flushed.wait());

  fail_unless(ways_in(folder / "whole") == ways_in(folder / "flushed"));
}
GST_END_TEST

// Then the muxer asks in the sound's thread.
GST_START_TEST(sound_may_end_last) {
  Folder folder;
  Line line(
      pictures(2) +
      "! l.video audiotestsrc is-live=true num-buffers=60 ! audio/x-raw,rate=44100 ! l.audio " +
      sink());

  assert_good(line.write_to(folder / "a"));

  fail_unless(ways_in(folder / "a").back() < -50 || ways_in(folder / "a").back() > 50);
}
GST_END_TEST

GST_START_TEST(neutral_motion_is_none) {
  Folder folder;
  Line line(pictures(2) + "! l.video " + sink("motion=neutral"));

  assert_good(line.write_to(folder / "a"));

  for (const float way : ways_in(folder / "a")) assert_equals_float(way, 0);
}
GST_END_TEST

GST_START_TEST(what_is_a_hypothesis_is_left_away_by_itself) {
  struct Case {
    const char* clip;
    const char* hypotheses;
    const char* refusal;  // or null
  };
  const Case cases[] = {
      {"still-time=100000000", "least-length", nullptr},
      {"still-time=100000000", "frames-before", "frames come before the still"},
      {"duration=700000000 still-time=600000000", "frames-before", nullptr},
      {"duration=700000000 still-time=600000000", "least-length", "it needs 1 s at least"}};
  for (const auto& [clip, hypotheses, refusal] : cases) {
    Folder folder;
    Line line(pictures(2) + "! l.video " + sink(std::string(clip) + " hypotheses=" + hypotheses));

    const std::string error = line.write_to(folder / "a");
    line.go_to(GST_STATE_NULL);

    if (refusal)
      fail_if(error.find(refusal) == std::string::npos, "\"%s\"", error.c_str());
    else
      assert_good(error);
    assert_equals_uint64(folder.names().size(), refusal ? 0 : 2);
  }
}
GST_END_TEST

// Each picture is kept in small until its end.
GST_START_TEST(a_clip_that_is_too_long_is_refused_at_once) {
  Folder folder;
  Line line(pictures(2) + "! l.video " + sink("duration=10000000001"));

  const std::string error = line.write_to(folder / "a");

  fail_if(
      error.find("set duration to a few seconds") == std::string::npos,
      "\"%s\"",
      error.c_str());
}
GST_END_TEST

static Suite* wallpaper_suite() {
  Suite* suite = suite_create("wallpaper");
  TCase* cases = tcase_create("general");
  suite_add_tcase(suite, cases);
  tcase_add_test(cases, each_run_has_the_motion_of_its_own_pictures);
  tcase_add_test(cases, a_flush_begins_anew);
  tcase_add_test(cases, sound_may_end_last);
  tcase_add_test(cases, neutral_motion_is_none);
  tcase_add_test(cases, what_is_a_hypothesis_is_left_away_by_itself);
  tcase_add_test(cases, a_clip_that_is_too_long_is_refused_at_once);
  return suite;
}

// Not GST_CHECK_MAIN: without the encoders the whole program is skipped.
int main(int argc, char** argv) {
  gst_check_init(&argc, &argv);
  const auto missing = missing_of(
      {"videotestsrc",
       "audiotestsrc",
       "x265enc",
       "h265parse",
       "x264enc",
       "h264parse",
       "avdec_h264",
       "avenc_aac",
       "aacparse",
       "matroskamux",
       "matroskademux",
       "videorate"});
  if (!missing.empty()) {
    g_print("SKIP all: there is no %s\n", missing.c_str());
    return 77;  // is skipped, for meson
  }
  return gst_check_run_suite(wallpaper_suite(), "wallpaper", __FILE__);
}
