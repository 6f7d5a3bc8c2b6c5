// What livephotoselect promises in its documentation, one test for each promise.
#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gst/support/handshake.h"
#include "gst/support/ptr.h"
#include "gst/support/tags.h"
// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>

namespace {

using livephoto::gst::adopt;
using livephoto::gst::asks_for;
using livephoto::gst::Confirmation;
using livephoto::gst::new_confirmation;
using livephoto::gst::Owned;
using livephoto::gst::ReadMap;
using std::chrono::milliseconds;

constexpr const char* kIdentifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";
constexpr const char* kPicture = "video/x-raw,format=I420,width=16,height=16,framerate=25/1";
constexpr const char* kSound = "audio/x-raw,format=S16LE,layout=interleaved,rate=8000,channels=1";
// The frames on screen at these instants are at 80 ms, 160 ms (the still); T1 is 240 ms.
constexpr const char* kWindow = "start-time=100000000 duration=160000000 ";
constexpr GstClockTime kFrame = 40 * GST_MSECOND;
constexpr int kRate = 8000;
constexpr int kChunk = 100;  // samples: no multiple of it is at an end of the window
constexpr auto kPatience = std::chrono::seconds(30);

void assert_text(const std::string& found, const std::string& expected) {
  fail_unless(found == expected, "\"%s\" instead of \"%s\"", found.c_str(), expected.c_str());
}

void assert_contains(const std::string& text, const std::string& part) {
  fail_unless(
      text.find(part) != std::string::npos,
      "\"%s\" is not in \"%s\"",
      part.c_str(),
      text.c_str());
}

// Closed until it is opened, for ever then.
class Gate {
 public:
  void open() {
    std::unique_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

// ---- Buffers -------------------------------------------------------------------

GstBuffer* picture(int index, GstClockTime offset = 0) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 16 * 16 * 3 / 2, nullptr);
  gst_buffer_memset(buffer, 0, static_cast<guint8>(index), 16 * 16 * 3 / 2);
  GST_BUFFER_PTS(buffer) = offset + kFrame * static_cast<GstClockTime>(index);
  GST_BUFFER_DURATION(buffer) = kFrame;
  return buffer;
}

GstClockTime time_of_sample(int sample) {
  return gst_util_uint64_scale(static_cast<guint64>(sample), GST_SECOND, kRate);
}

// Sound whose samples are their own numbers.
GstBuffer* sound(int first, int count = kChunk, GstClockTime offset = 0) {
  std::vector<gint16> samples(static_cast<std::size_t>(count));
  std::iota(samples.begin(), samples.end(), static_cast<gint16>(first));
  GstBuffer* buffer = gst_buffer_new_memdup(samples.data(), samples.size() * sizeof(gint16));
  GST_BUFFER_PTS(buffer) = offset + time_of_sample(first);
  GST_BUFFER_DURATION(buffer) = time_of_sample(count);
  return buffer;
}

GstSegment time_segment() {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  return segment;
}

// ---- What leaves ---------------------------------------------------------------

// The peer of one source pad. It keeps everything that comes, in the order in
// which it comes to any of the branches.
class Branch {
 public:
  std::function<GstFlowReturn(GstBuffer*)> on_buffer;
  std::function<void(GstEvent*)> on_event;
  std::function<bool(GstQuery*)> on_query;  // whether it has answered
  bool keeps = true;

  Branch() : pad_(GST_PAD(gst_object_ref_sink(gst_pad_new("sink", GST_PAD_SINK)))) {
    gst_pad_set_element_private(pad_, this);
    gst_pad_set_chain_function(pad_, chain);
    gst_pad_set_event_function(pad_, event);
    gst_pad_set_query_function(pad_, query);
    gst_pad_set_active(pad_, TRUE);
  }
  ~Branch() {
    gst_pad_set_active(pad_, FALSE);
    gst_object_unref(pad_);
  }
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  GstPad* pad() { return pad_; }

  // What has come, in words: "stream-start caps segment frame eos".
  std::string words() {
    std::string words;
    std::unique_lock lock(mutex_);
    for (const auto& item : items_) words += (words.empty() ? "" : " ") + word_for(item.get());
    return words;
  }
  std::size_t count(const std::string& word) {
    std::unique_lock lock(mutex_);
    return count_locked(word);
  }
  bool wait_for(const std::string& word, std::size_t count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return count_locked(word) >= count; });
  }
  void expect_eos() { fail_unless(wait_for("eos"), "no EOS after \"%s\"", words().c_str()); }
  void expect_no_eos() { fail_unless(count("eos") == 0, "EOS in \"%s\"", words().c_str()); }
  void forget() {
    std::unique_lock lock(mutex_);
    items_.clear();
    orders_.clear();
  }

  // Loans, valid until forget().
  std::vector<GstBuffer*> buffers() {
    std::vector<GstBuffer*> buffers;
    std::unique_lock lock(mutex_);
    for (const auto& item : items_)
      if (GST_IS_BUFFER(item.get())) buffers.push_back(GST_BUFFER_CAST(item.get()));
    return buffers;
  }
  GstEvent* event_named(const std::string& word) {
    std::unique_lock lock(mutex_);
    for (const auto& item : items_)
      if (word_for(item.get()) == word) return GST_EVENT_CAST(item.get());
    return nullptr;
  }
  // Which in the order of all branches the first of that name was.
  unsigned order_of(const std::string& word) {
    std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (word_for(items_[i].get()) == word) return orders_[i];
    return 0;
  }
  Owned<GstCaps> caps() {
    GstEvent* event = event_named("caps");
    fail_unless(event != nullptr);
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    return livephoto::gst::retain(caps);
  }
  const GstTagList* announcement() {
    GstEvent* event = event_named("announcement");
    fail_unless(event != nullptr);
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event, &tags);
    return tags;
  }
  std::string identifier() {
    return livephoto::gst::content_identifier_of(announcement()).value_or("none");
  }

  // The numbers of the frames that came.
  std::vector<int> frames() {
    std::vector<int> numbers;
    for (GstBuffer* buffer : buffers()) numbers.push_back(ReadMap(buffer).bytes().front());
    return numbers;
  }
  // All samples that came; each buffer must begin where the one before ended.
  std::vector<int> samples() {
    std::vector<int> samples;
    GstClockTime next = GST_CLOCK_TIME_NONE;
    for (GstBuffer* buffer : buffers()) {
      if (GST_CLOCK_TIME_IS_VALID(next)) assert_equals_uint64(GST_BUFFER_PTS(buffer), next);
      next = GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer);
      const ReadMap map(buffer);
      for (std::size_t i = 0; i + 1 < map.bytes().size(); i += 2)
        samples.push_back(GST_READ_UINT16_LE(&map.bytes()[i]));
    }
    return samples;
  }

 private:
  static std::string word_for(GstMiniObject* item) {
    if (GST_IS_BUFFER(item)) return "frame";
    GstEvent* event = GST_EVENT_CAST(item);
    if (GST_EVENT_TYPE(event) != GST_EVENT_TAG) return GST_EVENT_TYPE_NAME(event);
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event, &tags);
    if (livephoto::gst::clip_duration_of(tags)) return "length";
    return livephoto::gst::content_identifier_of(tags) ? "announcement" : "tag";
  }
  std::size_t count_locked(const std::string& word) {
    return static_cast<std::size_t>(std::ranges::count_if(items_, [&](const auto& item) {
      return word_for(item.get()) == word;
    }));
  }
  void keep(GstMiniObject* item) {
    static std::atomic<unsigned> order = 0;
    std::unique_lock lock(mutex_);
    items_.push_back(adopt(item));
    orders_.push_back(++order);
    changed_.notify_all();
  }
  static Branch& of(GstPad* pad) { return *static_cast<Branch*>(gst_pad_get_element_private(pad)); }
  static GstFlowReturn chain(GstPad* pad, GstObject*, GstBuffer* buffer) {
    Branch& self = of(pad);
    if (!self.keeps) {
      gst_buffer_unref(buffer);
      return GST_FLOW_OK;
    }
    self.keep(GST_MINI_OBJECT_CAST(buffer));
    return self.on_buffer ? self.on_buffer(buffer) : GST_FLOW_OK;
  }
  static gboolean event(GstPad* pad, GstObject*, GstEvent* event) {
    Branch& self = of(pad);
    self.keep(GST_MINI_OBJECT_CAST(gst_event_ref(event)));
    if (self.on_event) self.on_event(event);
    gst_event_unref(event);
    return TRUE;
  }
  static gboolean query(GstPad* pad, GstObject* parent, GstQuery* query) {
    Branch& self = of(pad);
    if (self.on_query && self.on_query(query)) return TRUE;
    switch (GST_QUERY_TYPE(query)) {
      case GST_QUERY_CAPS:
        gst_query_set_caps_result(query, adopt(gst_caps_new_any()).get());
        return TRUE;
      case GST_QUERY_ACCEPT_CAPS:
        return gst_pad_query_default(pad, parent, query);
      default:
        return FALSE;
    }
  }

  GstPad* pad_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Owned<GstMiniObject>> items_;
  std::vector<unsigned> orders_;
};

// ---- What comes in -------------------------------------------------------------

// The peer of one sink pad: a source that plays what it is told.
class Feed {
 public:
  GstClockTime latency = GST_CLOCK_TIME_NONE;   // of a live source
  GstClockTime duration = GST_CLOCK_TIME_NONE;  // of a source that knows it
  bool answers_latency = true;

  Feed() : pad_(GST_PAD(gst_object_ref_sink(gst_pad_new("src", GST_PAD_SRC)))) {
    gst_pad_set_element_private(pad_, this);
    gst_pad_set_event_function(pad_, event);
    gst_pad_set_query_function(pad_, query);
    gst_pad_set_active(pad_, TRUE);
  }
  ~Feed() {
    gst_pad_set_active(pad_, FALSE);
    gst_object_unref(pad_);
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  GstPad* pad() { return pad_; }

  bool send(GstEvent* event) { return gst_pad_push_event(pad_, event); }
  bool send_caps(const std::string& caps) {
    return send(gst_event_new_caps(adopt(gst_caps_from_string(caps.c_str())).get()));
  }
  bool send_segment(const GstSegment& segment) { return send(gst_event_new_segment(&segment)); }
  bool eos() { return send(gst_event_new_eos()); }
  void start(const std::string& caps, const GstSegment& segment = time_segment()) {
    send(gst_event_new_stream_start("a-source"));
    send_caps(caps);
    send_segment(segment);
  }
  GstFlowReturn push(GstBuffer* buffer) { return gst_pad_push(pad_, buffer); }

  // The answer to the last, or the first that was not OK.
  GstFlowReturn push_pictures(int first, int count, GstClockTime offset = 0) {
    for (int i = first; i < first + count; ++i)
      if (const auto flow = push(picture(i, offset)); flow != GST_FLOW_OK) return flow;
    return GST_FLOW_OK;
  }
  GstFlowReturn push_sound(int first, int end, GstClockTime offset = 0) {
    for (int i = first; i < end; i += kChunk) {
      const auto flow = push(sound(i, std::min(kChunk, end - i), offset));
      if (flow != GST_FLOW_OK) return flow;
    }
    return GST_FLOW_OK;
  }

  std::size_t count_upstream(GstEventType type) {
    std::unique_lock lock(mutex_);
    return static_cast<std::size_t>(std::ranges::count(upstream_, type));
  }

 private:
  static Feed& of(GstPad* pad) { return *static_cast<Feed*>(gst_pad_get_element_private(pad)); }
  static gboolean event(GstPad* pad, GstObject*, GstEvent* event) {
    Feed& self = of(pad);
    std::unique_lock lock(self.mutex_);
    self.upstream_.push_back(GST_EVENT_TYPE(event));
    gst_event_unref(event);
    return TRUE;
  }
  static gboolean query(GstPad* pad, GstObject*, GstQuery* query) {
    Feed& self = of(pad);
    switch (GST_QUERY_TYPE(query)) {
      case GST_QUERY_LATENCY:
        if (!self.answers_latency) return FALSE;
        if (GST_CLOCK_TIME_IS_VALID(self.latency))
          gst_query_set_latency(query, TRUE, self.latency, GST_CLOCK_TIME_NONE);
        else
          gst_query_set_latency(query, FALSE, 0, GST_CLOCK_TIME_NONE);
        return TRUE;
      case GST_QUERY_DURATION:
        if (!GST_CLOCK_TIME_IS_VALID(self.duration)) return FALSE;
        gst_query_set_duration(query, GST_FORMAT_TIME, static_cast<gint64>(self.duration));
        return TRUE;
      default:
        return FALSE;
    }
  }

  GstPad* pad_;
  std::mutex mutex_;
  std::vector<GstEventType> upstream_;
};

// ---- The element ---------------------------------------------------------------

using Names = std::set<std::string>;

// livephotoselect in PAUSED, with a peer on each pad but those named.
class Rig {
 public:
  Feed video, audio;
  Branch picture, sound, still;

  explicit Rig(const std::string& properties, const Names& unlinked = {}, bool starts = true) {
    element_ = gst_parse_launch(("livephotoselect " + properties).c_str(), nullptr);
    fail_unless(element_ != nullptr);
    gst_object_ref_sink(element_);
    gst_element_set_bus(element_, bus_);
    for (auto& [name, peer] : peers()) {
      if (unlinked.contains(name)) continue;
      const auto pad = pad_named(name);
      const bool is_sink = GST_PAD_IS_SINK(pad.get());
      assert_equals_int(
          gst_pad_link(is_sink ? peer : pad.get(), is_sink ? pad.get() : peer),
          GST_PAD_LINK_OK);
    }
    if (starts) go_to(GST_STATE_PAUSED);
  }
  ~Rig() {
    gst_bus_set_flushing(bus_, TRUE);
    gst_element_set_state(element_, GST_STATE_NULL);
    gst_element_set_bus(element_, nullptr);
    for (auto& [name, peer] : peers()) {
      const auto other = adopt(gst_pad_get_peer(peer));
      if (!other) continue;
      const bool is_sink = GST_PAD_IS_SINK(other.get());
      gst_pad_unlink(is_sink ? peer : other.get(), is_sink ? other.get() : peer);
    }
    gst_object_unref(bus_);
    // Whatever happened, nobody else holds it.
    gst_check_object_destroyed_on_unref(element_);
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  GstElement* element() { return element_; }
  Owned<GstPad> pad_named(const std::string& name) {
    auto pad = adopt(gst_element_get_static_pad(element_, name.c_str()));
    fail_unless(pad != nullptr, "no %s", name.c_str());
    return pad;
  }
  bool go_to(GstState state) {
    return gst_element_set_state(element_, state) == GST_STATE_CHANGE_SUCCESS;
  }

  void start() {
    video.start(kPicture);
    audio.start(kSound);
  }
  void start_video() { video.start(kPicture); }
  void flush() {
    for (Feed* feed : {&video, &audio}) feed->send(gst_event_new_flush_start());
    for (Feed* feed : {&video, &audio}) feed->send(gst_event_new_flush_stop(TRUE));
    for (Feed* feed : {&video, &audio}) feed->send_segment(time_segment());
  }
  // Video without sound, complete on every branch.
  void make_clip(int pictures = 7) {
    start_video();
    audio.eos();
    video.push_pictures(0, pictures);
    expect_eos();
  }
  void expect_eos() {
    picture.expect_eos();
    sound.expect_eos();
    still.expect_eos();
  }

  // The texts of all errors so far; "" if there is none.
  std::string errors() {
    std::string texts;
    while (GstMessage* message = gst_bus_pop_filtered(bus_, GST_MESSAGE_ERROR)) {
      GError* error = nullptr;
      gst_message_parse_error(message, &error, nullptr);
      texts += adopt(error)->message;
      gst_message_unref(message);
    }
    return texts;
  }
  // Exactly one, and no branch has come to a good end because of it.
  void expect_error(const std::string& text) {
    assert_text(errors(), text);
    picture.expect_no_eos();
  }
  Owned<GstStructure> selected() {
    GstMessage* message = gst_bus_pop_filtered(bus_, GST_MESSAGE_ELEMENT);
    if (message == nullptr) return nullptr;
    auto structure = adopt(gst_structure_copy(gst_message_get_structure(message)));
    gst_message_unref(message);
    return structure;
  }

 private:
  std::vector<std::pair<std::string, GstPad*>> peers() {
    return {
        {"video_sink", video.pad()},
        {"audio_sink", audio.pad()},
        {"video_src", picture.pad()},
        {"audio_src", sound.pad()},
        {"still_src", still.pad()}};
  }

  GstElement* element_;
  GstBus* bus_ = gst_bus_new();
};

guint64 number(const GstStructure* structure, const char* field) {
  guint64 value = 0;
  fail_unless(gst_structure_get_uint64(structure, field, &value), "no %s", field);
  return value;
}

void assert_samples(const std::vector<int>& found, int first, int end) {
  std::vector<int> expected(static_cast<std::size_t>(end - first));
  std::iota(expected.begin(), expected.end(), first);
  assert_equals_uint64(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    fail_unless(
        found[i] == expected[i],
        "sample %zu is %d instead of %d",
        i,
        found[i],
        expected[i]);
}

void assert_frames(Branch& branch, const std::vector<int>& expected) {
  fail_unless(branch.frames() == expected, "other frames: \"%s\"", branch.words().c_str());
}

std::string error_of_start(const std::string& properties) {
  Rig rig(properties, {}, false);
  assert_equals_int(
      gst_element_set_state(rig.element(), GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  return rig.errors();
}

}  // namespace

// ---- Pads and properties -------------------------------------------------------

GST_START_TEST(all_five_pads_are_always_there) {
  Rig rig("", {}, false);

  for (const char* name : {"video_sink", "audio_sink", "video_src", "audio_src", "still_src"}) {
    const auto pad = rig.pad_named(name);
    const GstPadTemplate* pad_template = GST_PAD_PAD_TEMPLATE(pad.get());
    assert_equals_int(GST_PAD_TEMPLATE_PRESENCE(pad_template), GST_PAD_ALWAYS);
    const auto caps = adopt(gst_pad_get_pad_template_caps(pad.get()));
    assert_equals_string(
        gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)),
        g_str_has_prefix(name, "audio") ? "audio/x-raw" : "video/x-raw");
  }
}
GST_END_TEST

GST_START_TEST(properties_have_their_defaults) {
  Rig rig("", {}, false);
  guint64 start = 0, duration = 0, still = 0;
  gint mode = -1;
  gboolean controls = FALSE;
  gchar* identifier = nullptr;

  g_object_get(
      rig.element(),
      "start-time",
      &start,
      "duration",
      &duration,
      "still-time",
      &still,
      "mode",
      &mode,
      "controls-source",
      &controls,
      "content-identifier",
      &identifier,
      nullptr);

  assert_equals_uint64(start, GST_CLOCK_TIME_NONE);
  assert_equals_uint64(duration, GST_CLOCK_TIME_NONE);
  assert_equals_uint64(still, GST_CLOCK_TIME_NONE);
  assert_equals_int(mode, 0);
  fail_unless(controls);
  fail_unless(identifier == nullptr);
}
GST_END_TEST

GST_START_TEST(properties_are_read_back) {
  Rig rig(
      std::string("start-time=11 duration=22 still-time=33 controls-source=false mode=window "
                  "content-identifier=") +
          kIdentifier,
      {},
      false);
  guint64 start = 0, duration = 0, still = 0;
  gboolean controls = TRUE;
  gchar* identifier = nullptr;

  g_object_get(
      rig.element(),
      "start-time",
      &start,
      "duration",
      &duration,
      "still-time",
      &still,
      "controls-source",
      &controls,
      "content-identifier",
      &identifier,
      nullptr);

  assert_equals_uint64(start, 11);
  assert_equals_uint64(duration, 22);
  assert_equals_uint64(still, 33);
  fail_if(controls);
  assert_text(adopt(identifier).get(), kIdentifier);
}
GST_END_TEST

GST_START_TEST(without_properties_it_takes_three_seconds_from_the_begin) {
  Rig rig("");
  rig.start_video();

  for (int i = 0; i < 100; ++i) rig.video.push(picture(i));

  const auto selected = rig.selected();
  assert_equals_uint64(number(selected.get(), "start"), 0);
  assert_equals_uint64(number(selected.get(), "duration"), 3 * GST_SECOND);
  assert_equals_uint64(number(selected.get(), "still-offset"), 37 * kFrame);
}
GST_END_TEST

GST_START_TEST(settings_that_no_clip_fits_are_refused_at_the_start) {
  assert_contains(error_of_start("duration=0"), "duration is zero");
  assert_contains(error_of_start("duration=3600000000001"), "is no Live Photo");
  assert_contains(error_of_start("start-time=18446744073709551614"), "past the end of any video");
  assert_contains(error_of_start("start-time=2000 still-time=1999"), "is before the clip");
}
GST_END_TEST

// ---- The clip ------------------------------------------------------------------

GST_START_TEST(the_clip_is_cut_on_the_frames) {
  Rig rig(kWindow);
  rig.start_video();

  assert_equals_int(rig.video.push_pictures(0, 6), GST_FLOW_OK);
  assert_equals_int(rig.video.push_pictures(6, 1), GST_FLOW_EOS);

  assert_frames(rig.picture, {2, 3, 4, 5});
  assert_text(
      rig.picture.words(),
      "stream-start caps segment frame frame announcement frame length frame eos");
  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(the_clips_first_frame_leaves_at_running_time_zero) {
  Rig rig(kWindow);

  rig.make_clip();

  const GstSegment* segment = nullptr;
  gst_event_parse_segment(rig.picture.event_named("segment"), &segment);
  const auto came = rig.picture.buffers();
  for (std::size_t i = 0; i < came.size(); ++i) {
    assert_equals_uint64(GST_BUFFER_PTS(came[i]), i * kFrame);
    assert_equals_uint64(GST_BUFFER_DURATION(came[i]), kFrame);
    assert_equals_uint64(GST_BUFFER_DTS(came[i]), GST_CLOCK_TIME_NONE);
    assert_equals_uint64(
        gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(came[i])),
        i * kFrame);
    fail_unless(GST_BUFFER_IS_DISCONT(came[i]) == (i == 0));
  }
}
GST_END_TEST

GST_START_TEST(frames_last_until_the_next_one) {
  Rig rig("duration=100000000");
  rig.start_video();
  for (const int milliseconds : {0, 33, 67, 130}) {
    GstBuffer* buffer = picture(milliseconds);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(milliseconds) * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
    rig.video.push(buffer);
  }

  const auto came = rig.picture.buffers();
  assert_equals_uint64(came.size(), 3);
  assert_equals_uint64(GST_BUFFER_DURATION(came[0]), 33 * GST_MSECOND);
  assert_equals_uint64(GST_BUFFER_DURATION(came[1]), 34 * GST_MSECOND);
  assert_equals_uint64(GST_BUFFER_DURATION(came[2]), 63 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(the_source_may_end_inside_the_clip) {
  Rig rig(kWindow);
  rig.start_video();
  rig.audio.eos();

  rig.video.push_pictures(0, 4);
  rig.video.eos();

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3});
  assert_equals_uint64(number(rig.selected().get(), "duration"), 80 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(a_picture_alone_is_a_clip) {
  Rig rig("");

  rig.start_video();
  rig.audio.eos();
  rig.video.push_pictures(0, 1);
  rig.video.eos();

  rig.expect_eos();
  assert_text(rig.picture.words(), "stream-start caps segment announcement length frame eos");
  assert_text(rig.still.words(), "stream-start caps segment announcement frame eos");
}
GST_END_TEST

GST_START_TEST(a_gap_event_can_end_the_clip) {
  Rig rig("duration=80000000");
  rig.start_video();
  rig.video.push_pictures(0, 2);

  fail_unless(rig.video.send(gst_event_new_gap(80 * GST_MSECOND, GST_SECOND)));

  rig.picture.expect_eos();
  assert_frames(rig.picture, {0, 1});
  assert_equals_uint64(number(rig.selected().get(), "duration"), 80 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(a_gap_event_without_a_segment_is_no_harm) {
  Rig rig("duration=80000000");
  rig.video.send(gst_event_new_stream_start("a-source"));
  const auto sink = rig.pad_named("video_sink");

  gst_pad_send_event(sink.get(), gst_event_new_gap(0, GST_SECOND));

  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(a_gap_event_may_reach_beyond_the_segment) {
  Rig rig("duration=80000000");
  GstSegment segment = time_segment();
  segment.stop = 2 * GST_SECOND;
  rig.video.start(kPicture, segment);
  rig.video.push_pictures(0, 2);

  rig.video.send(gst_event_new_gap(80 * GST_MSECOND, 10 * GST_SECOND));

  rig.picture.expect_eos();
}
GST_END_TEST

GST_START_TEST(frames_that_are_only_decoded_are_dropped) {
  Rig rig(kWindow);
  rig.start_video();
  for (int i = 0; i < 8; ++i) {
    GstBuffer* buffer = picture(i);
    if (i == 2 || i == 4) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DECODE_ONLY);
    rig.video.push(buffer);
  }

  assert_frames(rig.picture, {1, 3});
}
GST_END_TEST

GST_START_TEST(frames_outside_the_segment_are_dropped) {
  Rig rig("duration=1000000000");
  GstSegment segment = time_segment();
  segment.start = segment.time = 2 * kFrame;
  segment.stop = 6 * kFrame;
  rig.video.start(kPicture, segment);

  rig.video.push_pictures(0, 10);
  rig.video.eos();

  rig.picture.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
}
GST_END_TEST

// ---- The announcement ----------------------------------------------------------

GST_START_TEST(every_branch_is_told_before_the_stills_own_frame) {
  Rig rig(kWindow);
  rig.start();

  rig.audio.push_sound(0, 3000);
  rig.video.push_pictures(0, 7);
  rig.expect_eos();

  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) {
    const GstTagList* tags = branch->announcement();
    assert_equals_int(gst_tag_list_get_scope(tags), GST_TAG_SCOPE_GLOBAL);
    assert_equals_int(gst_tag_list_n_tags(tags), 2);
    assert_equals_uint64(*livephoto::gst::still_offset_of(tags), 80 * GST_MSECOND);
    assert_equals_uint64(branch->count("announcement"), 1);
  }
  assert_text(rig.sound.identifier(), rig.picture.identifier());
  assert_text(rig.still.identifier(), rig.picture.identifier());
  // Two frames are before it, the still is behind it.
  assert_text(
      rig.picture.words(),
      "stream-start caps segment frame frame announcement frame length frame eos");
}
GST_END_TEST

GST_START_TEST(sound_that_begins_after_the_still_is_told_too) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);

  rig.audio.push_sound(1600, 3000);

  rig.expect_eos();
  assert_text(
      rig.sound.words(),
      "stream-start caps segment announcement frame frame frame frame eos");
}
GST_END_TEST

GST_START_TEST(the_clips_length_is_told_before_its_last_frame) {
  Rig rig(kWindow);

  rig.make_clip();

  GstTagList* tags = nullptr;
  gst_event_parse_tag(rig.picture.event_named("length"), &tags);
  assert_equals_int(gst_tag_list_get_scope(tags), GST_TAG_SCOPE_GLOBAL);
  assert_equals_uint64(*livephoto::gst::clip_duration_of(tags), 160 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(the_message_tells_what_was_selected) {
  Rig rig(std::string(kWindow) + "still-time=130000000 content-identifier=" + kIdentifier);

  rig.make_clip();

  const auto selected = rig.selected();
  fail_unless(selected != nullptr);
  fail_unless(rig.selected() == nullptr, "told twice");
  assert_equals_string(gst_structure_get_name(selected.get()), "live-photo-selected");
  assert_equals_uint64(number(selected.get(), "start"), 80 * GST_MSECOND);
  assert_equals_uint64(number(selected.get(), "duration"), 160 * GST_MSECOND);
  assert_equals_uint64(number(selected.get(), "still-time"), 120 * GST_MSECOND);
  assert_equals_uint64(number(selected.get(), "still-offset"), 40 * GST_MSECOND);
  assert_equals_string(gst_structure_get_string(selected.get(), "content-identifier"), kIdentifier);
}
GST_END_TEST

GST_START_TEST(an_identifier_is_written_in_upper_case) {
  Rig rig(std::string(kWindow) + "content-identifier=0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff");

  rig.make_clip();

  assert_text(rig.picture.identifier(), kIdentifier);
}
GST_END_TEST

GST_START_TEST(an_identifier_that_is_no_uuid_is_refused_at_the_start) {
  assert_contains(error_of_start("content-identifier=holiday"), "holiday");
}
GST_END_TEST

GST_START_TEST(a_fresh_identifier_is_an_upper_case_uuid) {
  Rig rig(kWindow);

  rig.make_clip();

  const auto identifier = rig.picture.identifier();
  fail_unless(
      g_regex_match_simple(
          "^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$",
          identifier.c_str(),
          static_cast<GRegexCompileFlags>(0),
          static_cast<GRegexMatchFlags>(0)),
      "%s",
      identifier.c_str());
}
GST_END_TEST

GST_START_TEST(the_sources_tags_go_to_the_branches) {
  Rig rig(kWindow);
  rig.start_video();
  GstTagList* title = gst_tag_list_new(GST_TAG_TITLE, "A day", nullptr);
  gst_tag_list_set_scope(title, GST_TAG_SCOPE_GLOBAL);
  rig.video.send(gst_event_new_tag(title));
  rig.video.send(
      gst_event_new_tag(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, "rotate-90", nullptr)));
  rig.video.push_pictures(0, 4);
  rig.video.send(gst_event_new_tag(gst_tag_list_new(GST_TAG_BITRATE, 9u, nullptr)));

  rig.video.push_pictures(4, 3);

  rig.still.expect_eos();
  assert_text(
      rig.picture.words(),
      "stream-start caps segment tag tag frame tag frame announcement frame length frame eos");
  assert_text(rig.still.words(), "stream-start caps segment tag tag announcement frame eos");
}
GST_END_TEST

// ---- The still -----------------------------------------------------------------

GST_START_TEST(the_still_is_the_clips_frame_and_has_a_stream_of_its_own) {
  Rig rig(std::string(kWindow) + "still-time=210000000");

  rig.make_clip();

  assert_text(rig.still.words(), "stream-start caps segment announcement frame eos");
  assert_frames(rig.still, {5});
  assert_equals_uint64(GST_BUFFER_PTS(rig.still.buffers().front()), 120 * GST_MSECOND);
  fail_unless(gst_caps_is_equal(rig.still.caps().get(), rig.picture.caps().get()));
  const gchar *still_id = nullptr, *picture_id = nullptr;
  gst_event_parse_stream_start(rig.still.event_named("stream-start"), &still_id);
  gst_event_parse_stream_start(rig.picture.event_named("stream-start"), &picture_id);
  assert_equals_string(still_id, "a-source/still_src");
  assert_equals_string(picture_id, "a-source/video_src");
}
GST_END_TEST

GST_START_TEST(the_branches_are_of_the_sources_group) {
  Rig rig(kWindow);
  GstEvent* stream_start = gst_event_new_stream_start("a-source");
  gst_event_set_group_id(stream_start, 77);
  rig.video.send(stream_start);
  rig.video.send_caps(kPicture);
  rig.video.send_segment(time_segment());
  rig.video.push_pictures(0, 7);

  rig.still.expect_eos();

  for (Branch* branch : {&rig.picture, &rig.still}) {
    guint group = 0;
    fail_unless(gst_event_parse_group_id(branch->event_named("stream-start"), &group));
    assert_equals_int(group, 77);
  }
}
GST_END_TEST

GST_START_TEST(the_still_and_its_eos_are_on_their_way_before_the_videos_eos) {
  Rig rig(kWindow);
  std::atomic<bool> still_came = false;
  // A muxer may block in EOS until the still's sink is done.
  rig.picture.on_event = [&](GstEvent* event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) still_came = rig.still.wait_for("eos");
  };

  rig.make_clip();

  fail_unless(still_came);
}
GST_END_TEST

GST_START_TEST(a_still_that_waits_in_preroll_stops_nothing) {
  Gate gate;
  Rig rig(kWindow);
  rig.still.on_buffer = [&](GstBuffer*) {
    gate.wait();
    return GST_FLOW_OK;
  };
  rig.start();

  rig.audio.push_sound(0, 3000);
  assert_equals_int(rig.video.push_pictures(0, 7), GST_FLOW_EOS);

  rig.picture.expect_eos();
  rig.sound.expect_eos();
  rig.still.expect_no_eos();
  gate.open();
  rig.still.expect_eos();
}
GST_END_TEST

// ---- After the clip ------------------------------------------------------------

GST_START_TEST(a_controlled_source_is_told_to_stop_on_each_pad_by_itself) {
  Rig rig(kWindow);
  rig.start();

  assert_equals_int(rig.video.push_pictures(0, 7), GST_FLOW_EOS);
  assert_equals_int(rig.audio.push_sound(0, 1800), GST_FLOW_OK);
  rig.sound.expect_no_eos();
  // The buffer that reaches 240 ms.
  assert_equals_int(rig.audio.push_sound(1800, 1920), GST_FLOW_EOS);

  rig.expect_eos();
  assert_equals_int(rig.video.push(picture(9)), GST_FLOW_EOS);
  assert_equals_int(rig.audio.push(sound(4000)), GST_FLOW_EOS);
}
GST_END_TEST

GST_START_TEST(a_source_that_is_not_controlled_goes_on) {
  Rig rig(std::string(kWindow) + "controls-source=false");
  rig.start();

  assert_equals_int(rig.video.push_pictures(0, 30), GST_FLOW_OK);
  assert_equals_int(rig.audio.push_sound(0, 9000), GST_FLOW_OK);

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(events_after_the_clip_are_swallowed) {
  Rig rig(kWindow);
  rig.make_clip();
  const auto video_words = rig.picture.words();
  const auto sink = rig.pad_named("video_sink");
  GstSegment bytes;
  gst_segment_init(&bytes, GST_FORMAT_BYTES);

  for (GstEvent* event :
       {gst_event_new_tag(gst_tag_list_new(GST_TAG_BITRATE, 9u, nullptr)),
        gst_event_new_stream_start("another"),
        gst_event_new_caps(adopt(gst_caps_from_string(
                                     "video/x-raw,format=NV12,width=320,height=200,framerate=5/1"))
                               .get()),
        gst_event_new_segment(&bytes),
        gst_event_new_gap(0, GST_SECOND),
        gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("whatever")),
        gst_event_new_eos()}) {
    const std::string name = GST_EVENT_TYPE_NAME(event);
    fail_unless(gst_pad_send_event(sink.get(), event), "%s", name.c_str());
  }

  assert_text(rig.picture.words(), video_words);
  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(caps_after_the_clip_need_not_suit_the_branches) {
  Rig rig(kWindow);
  rig.picture.on_query = [](GstQuery* query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) return false;
    gst_query_set_caps_result(query, adopt(gst_caps_from_string(kPicture)).get());
    return true;
  };
  rig.make_clip();
  const auto sink = rig.pad_named("video_sink");

  fail_unless(gst_pad_send_event(
      sink.get(),
      gst_event_new_caps(
          adopt(gst_caps_from_string("video/x-raw,format=RGB,width=8,height=8,framerate=5/1"))
              .get())));
}
GST_END_TEST

// ---- Sound ---------------------------------------------------------------------

GST_START_TEST(sound_is_cut_to_the_sample) {
  Rig rig(kWindow);
  rig.start();

  rig.video.push_pictures(0, 7);
  rig.audio.push_sound(0, 3000);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
  GstBuffer* begin = rig.sound.buffers().front();
  assert_equals_uint64(GST_BUFFER_PTS(begin), 0);
  assert_equals_uint64(GST_BUFFER_OFFSET(begin), 0);
  fail_unless(GST_BUFFER_IS_DISCONT(begin));
}
GST_END_TEST

GST_START_TEST(sound_before_the_first_picture_is_kept) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push_sound(0, 3000);
  rig.audio.eos();

  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(sound_leaves_as_soon_as_it_is_certain) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push_sound(0, 3000);

  rig.video.push_pictures(0, 5);

  // The clip begins at 80 ms and was asked to last to 240 ms: what ends before
  // that is not kept until the pictures have come that far.
  fail_unless(rig.sound.wait_for("frame", 13));
  assert_samples(rig.sound.samples(), 640, 1900);
  rig.sound.expect_no_eos();
}
GST_END_TEST

GST_START_TEST(sound_and_pictures_may_come_in_turns) {
  Rig rig(kWindow);
  rig.start();

  for (int i = 0; i < 10; ++i) {
    rig.video.push(picture(i));
    rig.audio.push_sound(i * 320, (i + 1) * 320);
  }

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(a_hole_in_the_sound_becomes_silence) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);

  rig.audio.push_sound(0, 1000);
  rig.audio.push_sound(1400, 3000);

  rig.expect_eos();
  const auto samples = rig.sound.samples();
  assert_equals_uint64(samples.size(), 1280);
  for (int i = 0; i < 1280; ++i) {
    const int at = 640 + i;
    assert_equals_int(samples[static_cast<std::size_t>(i)], at >= 1000 && at < 1400 ? 0 : at);
  }
}
GST_END_TEST

GST_START_TEST(sound_that_comes_twice_is_dropped) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);

  rig.audio.push(sound(0, 1500));
  rig.audio.push(sound(1000, 2000));

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(jitter_of_the_sounds_times_is_ignored) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);

  for (int i = 0; i < 30; ++i) {
    GstBuffer* buffer = sound(i * kChunk);
    // The first of the clip is true.
    if (i > 6) GST_BUFFER_PTS(buffer) += i % 2 ? 10 * GST_MSECOND : -(10 * GST_MSECOND);
    rig.audio.push(buffer);
  }

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(sound_without_times_follows_on) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);

  for (int i = 0; i < 30; ++i) {
    GstBuffer* buffer = sound(i * kChunk);
    if (i > 0) GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;
    rig.audio.push(buffer);
  }

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(sound_whose_times_stand_still_follows_on) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);

  for (int i = 0; i < 30; ++i) {
    GstBuffer* buffer = sound(i * kChunk);
    GST_BUFFER_PTS(buffer) = 0;
    rig.audio.push(buffer);
  }

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(sound_may_begin_late) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);

  rig.audio.push_sound(1000, 3000);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 1000, 1920);
  assert_equals_uint64(GST_BUFFER_PTS(rig.sound.buffers().front()), 45 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(sound_may_end_early) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push_sound(0, 1100);
  rig.audio.eos();

  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1100);
}
GST_END_TEST

GST_START_TEST(sound_that_ends_before_the_clip_is_no_sound) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push_sound(0, 300);
  rig.audio.eos();

  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_text(rig.sound.words(), "stream-start segment eos");
}
GST_END_TEST

GST_START_TEST(a_gap_event_says_that_no_more_sound_comes) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 7);
  rig.audio.push_sound(0, 1000);

  rig.audio.send(gst_event_new_gap(time_of_sample(1000), GST_SECOND));

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1000);
}
GST_END_TEST

GST_START_TEST(without_an_audio_source_the_sound_ends_with_the_video) {
  Rig rig(kWindow, {"audio_sink"});
  rig.start_video();
  rig.video.push_pictures(0, 6);
  rig.sound.expect_no_eos();

  rig.video.push_pictures(6, 1);

  rig.expect_eos();
  assert_text(rig.sound.words(), "stream-start segment eos");
}
GST_END_TEST

GST_START_TEST(a_converter_that_nothing_feeds_is_no_audio_source) {
  Rig rig(kWindow, {"audio_sink"});
  const auto convert =
      adopt(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("audioconvert", nullptr))));
  const auto resample =
      adopt(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("audioresample", nullptr))));
  const auto first = adopt(gst_element_get_static_pad(convert.get(), "src"));
  const auto second = adopt(gst_element_get_static_pad(resample.get(), "sink"));
  const auto last = adopt(gst_element_get_static_pad(resample.get(), "src"));
  const auto sink = rig.pad_named("audio_sink");
  gst_pad_link(first.get(), second.get());
  gst_pad_link(last.get(), sink.get());
  gst_element_set_state(convert.get(), GST_STATE_PAUSED);
  gst_element_set_state(resample.get(), GST_STATE_PAUSED);
  rig.start_video();

  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_text(rig.sound.words(), "stream-start segment eos");
  gst_element_set_state(convert.get(), GST_STATE_NULL);
  gst_element_set_state(resample.get(), GST_STATE_NULL);
  gst_pad_unlink(last.get(), sink.get());
  gst_pad_unlink(first.get(), second.get());
}
GST_END_TEST

GST_START_TEST(a_change_of_the_sounds_format_before_the_clip_is_fine) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push(sound(0, 300));
  rig.audio.send_caps("audio/x-raw,format=S16LE,layout=interleaved,rate=16000,channels=1");
  for (int i = 0; i < 10; ++i) {
    GstBuffer* buffer = sound(0, 800);
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(50 + i * 50) * GST_MSECOND;
    GST_BUFFER_DURATION(buffer) = 50 * GST_MSECOND;
    rig.audio.push(buffer);
  }

  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_equals_uint64(rig.sound.samples().size(), 2560);
  gint rate = 0;
  gst_structure_get_int(gst_caps_get_structure(rig.sound.caps().get(), 0), "rate", &rate);
  assert_equals_int(rate, 16000);
  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(a_change_of_the_sounds_format_after_the_clip_is_fine) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push(sound(0, 2400));
  rig.audio.send_caps("audio/x-raw,format=S16LE,layout=interleaved,rate=16000,channels=2");
  GstBuffer* other = sound(0, 800);
  GST_BUFFER_PTS(other) = 300 * GST_MSECOND;
  GST_BUFFER_DURATION(other) = 25 * GST_MSECOND;
  rig.audio.push(other);

  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
  gint rate = 0;
  gst_structure_get_int(gst_caps_get_structure(rig.sound.caps().get(), 0), "rate", &rate);
  assert_equals_int(rate, 8000);
  assert_text(rig.errors(), "");
}
GST_END_TEST

namespace {
constexpr std::array kOtherRates = {4000, 7900, 8100, 16000};
}

GST_START_TEST(a_change_of_the_sounds_format_inside_the_clip_is_an_error) {
  const int rate = kOtherRates.at(static_cast<std::size_t>(__i__));
  Rig rig(kWindow);
  rig.start();
  rig.audio.push(sound(0, 1600));
  rig.audio.send_caps(
      "audio/x-raw,format=S16LE,layout=interleaved,channels=1,rate=" + std::to_string(rate));
  GstBuffer* other = sound(0, rate / 5);
  GST_BUFFER_PTS(other) = 200 * GST_MSECOND;
  GST_BUFFER_DURATION(other) = 200 * GST_MSECOND;
  rig.audio.push(other);

  rig.video.push_pictures(0, 7);

  rig.expect_error(
      "The sound changes its format inside the clip, from 1 channels of 8000 Hz S16LE to 1 "
      "channels of " +
      std::to_string(rate) + " Hz S16LE; choose a clip on one side of the change.");
}
GST_END_TEST

GST_START_TEST(sound_without_video_is_an_error) {
  for (const bool ends : {true, false}) {
    Rig rig(kWindow, {"video_sink"});
    rig.audio.start(kSound);

    if (ends) {
      rig.audio.push_sound(0, 1000);
      rig.audio.eos();
    } else {
      // Far beyond the clip it is said without waiting for the end.
      assert_equals_int(rig.audio.push_sound(0, 20'000), GST_FLOW_ERROR);
    }

    rig.expect_error(
        "The source has sound but no video; a Live Photo needs a picture, so choose a video.");
  }
}
GST_END_TEST

// videotestsrc and v4l2src answer no LATENCY query before they know their rate.
GST_START_TEST(a_video_source_that_has_not_begun_is_a_source) {
  Rig rig(kWindow);
  rig.video.answers_latency = false;
  rig.audio.start(kSound);

  assert_equals_int(rig.audio.push_sound(0, 20'000), GST_FLOW_OK);
  rig.start_video();
  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(an_audio_source_that_has_not_begun_is_waited_for) {
  Rig rig(kWindow);
  rig.audio.answers_latency = false;
  rig.start_video();
  rig.video.push_pictures(0, 7);
  rig.picture.expect_eos();

  rig.audio.start(kSound);
  rig.audio.push_sound(0, 2000);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(sound_far_ahead_of_the_picture_is_not_an_error) {
  Rig rig(kWindow);
  rig.start();

  assert_equals_int(rig.audio.push_sound(0, 20'000), GST_FLOW_OK);
  rig.audio.eos();
  rig.video.push_pictures(0, 7);

  rig.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(a_slow_sound_branch_holds_back_the_sound_alone) {
  Gate gate;
  Rig rig("duration=20000000000");
  rig.sound.on_buffer = [&](GstBuffer*) {
    gate.wait();
    return GST_FLOW_OK;
  };
  rig.start();
  rig.video.push_pictures(0, 200);  // 8 s
  std::atomic<int> pushed = 0;
  std::thread source([&] {
    for (; pushed < 600; ++pushed) rig.audio.push(sound(pushed * kChunk));
  });

  fail_unless(rig.sound.wait_for("frame"));
  std::this_thread::sleep_for(milliseconds(100));
  const int held_at = pushed;
  gate.open();
  source.join();

  // About one second of sound is on its way, no more.
  fail_unless(held_at < 100, "%d", held_at);
  assert_equals_int(pushed, 600);
}
GST_END_TEST

// ---- Segments ------------------------------------------------------------------

GST_START_TEST(times_are_the_sources_stream_time) {
  Rig rig(kWindow);
  GstSegment segment = time_segment();
  segment.base = 7 * GST_SECOND;
  segment.start = 3 * GST_SECOND;
  segment.stop = 9 * GST_SECOND;
  segment.time = 0;
  segment.position = segment.start;
  rig.video.start(kPicture, segment);
  rig.audio.start(kSound, segment);

  rig.video.push_pictures(0, 7, 3 * GST_SECOND);
  rig.audio.push_sound(0, 3000, 3 * GST_SECOND);

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
  assert_samples(rig.sound.samples(), 640, 1920);
  assert_equals_uint64(GST_BUFFER_PTS(rig.picture.buffers().front()), 0);
}
GST_END_TEST

GST_START_TEST(a_stream_may_begin_at_ten_seconds) {
  Rig rig("start-time=10100000000 duration=160000000");
  GstSegment segment = time_segment();
  segment.start = segment.time = 10 * GST_SECOND;
  rig.video.start(kPicture, segment);
  rig.audio.start(kSound, segment);

  rig.audio.push_sound(0, 3000, 10 * GST_SECOND);
  rig.video.push_pictures(0, 7, 10 * GST_SECOND);

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
  assert_samples(rig.sound.samples(), 640, 1920);
  assert_equals_uint64(number(rig.selected().get(), "start"), 10'080 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(a_stream_that_begins_after_the_clip_is_an_error) {
  Rig rig("duration=2000000000");
  rig.start_video();

  assert_equals_int(rig.video.push_pictures(0, 1, 10 * GST_SECOND), GST_FLOW_ERROR);

  rig.expect_error(
      "The video's first picture is at 10.000 s, after the clip that was asked for (0.000 s to "
      "2.000 s); set start-time to 10.000 s or later.");
}
GST_END_TEST

GST_START_TEST(a_stream_that_begins_inside_the_clip_is_not) {
  Rig rig("duration=160000000");
  rig.start_video();

  rig.video.push_pictures(0, 7, 100 * GST_MSECOND);

  assert_frames(rig.picture, {0, 1, 2, 3});
  assert_equals_uint64(number(rig.selected().get(), "start"), 100 * GST_MSECOND);
}
GST_END_TEST

GST_START_TEST(the_default_still_is_in_the_middle_of_what_the_source_has) {
  Rig rig("duration=3000000000");
  rig.video.duration = 10 * kFrame;
  rig.start_video();

  rig.video.push_pictures(0, 10);
  rig.video.eos();

  rig.still.expect_eos();
  assert_frames(rig.still, {5});
}
GST_END_TEST

GST_START_TEST(a_source_that_does_not_tell_the_time_is_an_error) {
  Rig rig(kWindow);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_BYTES);

  rig.video.start(kPicture, segment);

  assert_equals_int(rig.video.push(picture(0)), GST_FLOW_ERROR);
  rig.expect_error(
      "The source does not tell the time; put a demuxer or parser before livephotoselect.");
}
GST_END_TEST

GST_START_TEST(a_source_that_is_played_backwards_is_an_error) {
  Rig rig(kWindow);
  GstSegment segment = time_segment();
  segment.rate = -1;
  segment.stop = GST_SECOND;

  rig.video.start(kPicture, segment);

  rig.expect_error("The source is played backwards; a clip is cut from forward playback only.");
}
GST_END_TEST

// ---- Caps ----------------------------------------------------------------------

GST_START_TEST(caps_that_say_more_are_the_ones_that_leave) {
  Rig rig("duration=160000000");
  rig.start_video();
  rig.video.push(picture(0));
  rig.video.send_caps(
      "video/x-raw,format=I420,width=16,height=16,framerate=25/1,colorimetry=bt2020,"
      "content-light-level=(string)1000:400");
  rig.video.push(picture(1));
  // Less again, and another rate: still the same stream.
  rig.video.send_caps("video/x-raw,format=I420,width=16,height=16,framerate=24/1");

  rig.video.push_pictures(2, 3);

  rig.still.expect_eos();
  assert_equals_uint64(rig.picture.count("caps"), 1);
  const auto caps = rig.picture.caps();
  const auto* fields = gst_caps_get_structure(caps.get(), 0);
  assert_equals_string(gst_structure_get_string(fields, "content-light-level"), "1000:400");
  assert_equals_string(gst_structure_get_string(fields, "colorimetry"), "bt2020");
  fail_unless(gst_caps_is_equal(rig.still.caps().get(), caps.get()));
  assert_frames(rig.picture, {0, 1, 2, 3});
  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(a_change_of_size_inside_the_clip_is_an_error) {
  Rig rig(kWindow);
  rig.start_video();
  rig.video.push_pictures(0, 4);
  rig.video.send_caps("video/x-raw,format=I420,width=8,height=16,framerate=25/1");

  assert_equals_int(rig.video.push_pictures(4, 4), GST_FLOW_ERROR);

  rig.expect_error(
      "The picture changes inside the clip (width 16 to 8); choose a clip on one side of the "
      "change.");
}
GST_END_TEST

GST_START_TEST(a_change_of_size_outside_the_clip_is_nobodys_business) {
  Rig rig(kWindow);
  rig.video.start("video/x-raw,format=I420,width=8,height=16,framerate=25/1");
  rig.audio.eos();
  rig.video.push_pictures(0, 2);
  rig.video.send_caps(kPicture);
  rig.video.push_pictures(2, 4);
  rig.video.send_caps("video/x-raw,format=I420,width=16,height=8,framerate=25/1");

  assert_equals_int(rig.video.push_pictures(6, 1), GST_FLOW_EOS);

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
  gint width = 0;
  gst_structure_get_int(gst_caps_get_structure(rig.picture.caps().get(), 0), "width", &width);
  assert_equals_int(width, 16);
  assert_text(rig.errors(), "");
}
GST_END_TEST

namespace {
constexpr std::array kRates = {"0/1", "90000/1"};
}

GST_START_TEST(a_frame_rate_that_no_encoder_can_use_is_replaced) {
  Rig rig(kWindow);
  rig.video.start(
      std::string("video/x-raw,format=I420,width=16,height=16,framerate=") +
      kRates.at(static_cast<std::size_t>(__i__)));

  rig.video.push_pictures(0, 7);

  gint numerator = 0, denominator = 0;
  gst_structure_get_fraction(
      gst_caps_get_structure(rig.picture.caps().get(), 0),
      "framerate",
      &numerator,
      &denominator);
  assert_equals_int(numerator, 25);
  assert_equals_int(denominator, 1);
}
GST_END_TEST

GST_START_TEST(a_picture_without_a_time_is_an_error) {
  Rig rig(kWindow);
  rig.start_video();
  GstBuffer* buffer = picture(0);
  GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_NONE;

  assert_equals_int(rig.video.push(buffer), GST_FLOW_ERROR);

  rig.expect_error(
      "A picture has no presentation time, so it cannot be said whether it is in the clip; put a "
      "decoder or videorate before livephotoselect.");
}
GST_END_TEST

GST_START_TEST(absurd_times_are_no_harm) {
  Rig rig("start-time=1000000000");
  rig.start();
  GstBuffer* odd = picture(0);
  GST_BUFFER_DURATION(odd) = G_MAXUINT64 - 5;
  rig.video.push(odd);
  GstBuffer* late = sound(0);
  GST_BUFFER_PTS(late) = G_MAXUINT64 - 5;
  rig.audio.push(late);
  GstBuffer* later = picture(1);
  GST_BUFFER_PTS(later) = G_MAXINT64;
  rig.video.push(later);

  rig.video.send(gst_event_new_gap(G_MAXUINT64 - 5, G_MAXUINT64 - 9));
  rig.audio.send(gst_event_new_gap(G_MAXUINT64 - 5, G_MAXUINT64 - 9));
  rig.video.eos();
  rig.audio.eos();

  rig.errors();
}
GST_END_TEST

// ---- Errors --------------------------------------------------------------------

GST_START_TEST(a_start_past_the_end_is_an_error) {
  Rig rig("start-time=5000000000");
  rig.start_video();
  rig.video.push_pictures(0, 5);

  rig.video.eos();

  rig.expect_error(
      "The clip begins at 5.000 s, but the video ends at 0.200 s; set start-time before that.");
}
GST_END_TEST

GST_START_TEST(a_still_outside_the_clip_is_an_error) {
  Rig rig(std::string(kWindow) + "still-time=900000000");
  rig.start_video();

  assert_equals_int(rig.video.push_pictures(0, 7), GST_FLOW_ERROR);

  rig.expect_error(
      "The still at 0.900 s is outside the clip, which ends at 0.240 s; set still-time before "
      "that.");
  fail_unless(rig.still.words().empty());
}
GST_END_TEST

GST_START_TEST(a_video_without_a_picture_is_an_error) {
  Rig rig(kWindow);
  rig.start_video();

  rig.video.eos();

  rig.expect_error(
      "The video has no picture; check that the source has a video stream that can be decoded.");
}
GST_END_TEST

GST_START_TEST(the_end_after_an_error_is_not_a_good_end) {
  Rig rig(kWindow);
  rig.start();
  rig.video.push_pictures(0, 4);
  rig.video.send_caps("video/x-raw,format=I420,width=8,height=16,framerate=25/1");
  rig.video.push_pictures(4, 4);
  rig.errors();

  fail_unless(rig.video.eos());
  fail_unless(rig.audio.eos());

  rig.picture.expect_no_eos();
  rig.sound.expect_no_eos();
  rig.still.expect_no_eos();
  assert_text(rig.errors(), "");
  assert_equals_int(rig.video.push(picture(9)), GST_FLOW_EOS);  // its pad has had EOS
}
GST_END_TEST

GST_START_TEST(an_error_behind_the_video_goes_upstream) {
  Rig rig(kWindow);
  rig.picture.on_buffer = [](GstBuffer*) { return GST_FLOW_ERROR; };
  rig.start();

  assert_equals_int(rig.video.push_pictures(0, 7), GST_FLOW_ERROR);
  assert_equals_int(rig.audio.push(sound(0)), GST_FLOW_ERROR);
  rig.video.eos();
  rig.audio.eos();

  assert_equals_uint64(rig.picture.count("frame"), 1);
  rig.picture.expect_no_eos();
  rig.sound.expect_no_eos();
  // Whoever failed has said why.
  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(an_error_behind_the_sound_goes_upstream) {
  Rig rig(kWindow);
  rig.sound.on_buffer = [](GstBuffer*) { return GST_FLOW_ERROR; };
  rig.start();
  rig.audio.push_sound(0, 3000);

  GstFlowReturn flow = GST_FLOW_OK;
  for (int i = 0; i < 6; ++i) {
    flow = rig.video.push(picture(i));
    if (i == 4) {
      fail_unless(rig.sound.wait_for("frame"));
      std::this_thread::sleep_for(milliseconds(50));
    }
  }

  assert_equals_int(flow, GST_FLOW_ERROR);
  rig.picture.expect_no_eos();
  rig.sound.expect_no_eos();
}
GST_END_TEST

GST_START_TEST(a_format_that_a_branch_does_not_take_is_told_once) {
  const std::string names[] = {"video_src", "audio_src", "still_src"};
  for (const auto& name : names) {
    Rig rig(kWindow);
    Branch& branch = name == "video_src"   ? rig.picture
                     : name == "audio_src" ? rig.sound
                                           : rig.still;
    branch.on_buffer = [](GstBuffer*) { return GST_FLOW_NOT_NEGOTIATED; };
    // Only what confirms its still is waited for.
    rig.still.on_query = [](GstQuery* query) {
      return asks_for(query, Confirmation::StillPrepared);
    };
    rig.start();
    rig.audio.push_sound(0, 3000);

    rig.video.push_pictures(0, 6);
    fail_unless(branch.wait_for("frame"));
    std::this_thread::sleep_for(milliseconds(50));
    fail_unless(rig.video.push_pictures(6, 1) < GST_FLOW_EOS);

    rig.expect_error(
        "What is linked to " + name +
        " does not take the source's format; put a converter (videoconvert, audioconvert) before "
        "livephotoselect.");
  }
}
GST_END_TEST

GST_START_TEST(a_format_that_is_refused_at_the_end_is_told) {
  Rig rig(kWindow);
  rig.picture.on_buffer = [](GstBuffer*) { return GST_FLOW_NOT_NEGOTIATED; };
  rig.start_video();
  rig.video.push_pictures(0, 3);

  rig.video.eos();

  assert_contains(rig.errors(), "does not take the source's format");
  rig.picture.expect_no_eos();
}
GST_END_TEST

GST_START_TEST(a_video_branch_that_has_enough_stops_no_other) {
  Rig rig(kWindow);
  rig.picture.on_buffer = [](GstBuffer*) { return GST_FLOW_EOS; };
  rig.start();
  rig.audio.push_sound(0, 3000);

  rig.video.push_pictures(0, 7);

  rig.sound.expect_eos();
  rig.still.expect_eos();
  assert_samples(rig.sound.samples(), 640, 1920);
  assert_text(rig.errors(), "");
}
GST_END_TEST

// ---- Another clip --------------------------------------------------------------

GST_START_TEST(a_flush_begins_another_clip) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push_sound(0, 3000);
  rig.video.push_pictures(0, 7);
  rig.expect_eos();
  const auto first = rig.picture.identifier();

  rig.flush();
  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) {
    fail_unless(branch->wait_for("flush-stop"));
    assert_equals_uint64(branch->count("flush-start"), 1);
    branch->forget();
  }
  rig.audio.push_sound(0, 3000);
  assert_equals_int(rig.video.push_pictures(0, 7), GST_FLOW_EOS);

  rig.expect_eos();
  assert_text(
      rig.picture.words(),
      "stream-start caps segment frame frame announcement frame length frame eos");
  assert_text(rig.still.words(), "stream-start caps segment announcement frame eos");
  assert_samples(rig.sound.samples(), 640, 1920);
  assert_text(rig.still.identifier(), rig.picture.identifier());
  assert_text(rig.sound.identifier(), rig.picture.identifier());
  fail_if(rig.picture.identifier() == first);
}
GST_END_TEST

GST_START_TEST(a_flush_in_the_middle_forgets_what_came) {
  Rig rig(kWindow);
  rig.start();
  rig.audio.push_sound(0, 1000);
  rig.video.push_pictures(0, 6);

  rig.flush();
  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) branch->forget();
  rig.video.push_pictures(0, 7);
  rig.audio.push_sound(0, 3000);

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
  assert_frames(rig.still, {4});
  assert_samples(rig.sound.samples(), 640, 1920);
}
GST_END_TEST

GST_START_TEST(a_flush_after_an_error_begins_anew) {
  Rig rig(kWindow);
  rig.start();
  rig.still.on_buffer = [](GstBuffer*) { return GST_FLOW_ERROR; };
  rig.video.push_pictures(0, 7);
  fail_unless(rig.still.wait_for("frame"));
  rig.errors();

  rig.flush();
  rig.still.on_buffer = nullptr;
  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) branch->forget();
  rig.video.push_pictures(0, 7);
  rig.audio.push_sound(0, 3000);

  rig.expect_eos();
  assert_frames(rig.still, {4});
  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(a_given_identifier_outlives_a_flush) {
  Rig rig(std::string(kWindow) + "content-identifier=" + kIdentifier);
  rig.start();
  rig.video.push_pictures(0, 3);

  rig.flush();
  rig.video.push_pictures(0, 7);

  assert_text(rig.picture.identifier(), kIdentifier);
}
GST_END_TEST

GST_START_TEST(after_ready_it_makes_another_clip) {
  Rig rig(kWindow);
  rig.make_clip();
  const auto first = rig.picture.identifier();

  fail_unless(rig.go_to(GST_STATE_READY));
  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) {
    gst_pad_set_active(branch->pad(), FALSE);
    gst_pad_set_active(branch->pad(), TRUE);
    branch->forget();
  }
  fail_unless(rig.go_to(GST_STATE_PAUSED));
  rig.start();
  rig.video.push_pictures(0, 7);
  rig.audio.push_sound(0, 3000);

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
  assert_samples(rig.sound.samples(), 640, 1920);
  fail_if(rig.picture.identifier() == first);
}
GST_END_TEST

GST_START_TEST(a_start_that_failed_can_be_tried_again) {
  Rig rig("content-identifier=x", {}, false);
  fail_if(rig.go_to(GST_STATE_PAUSED));
  rig.errors();

  g_object_set(rig.element(), "content-identifier", kIdentifier, nullptr);

  fail_unless(rig.go_to(GST_STATE_PAUSED));
  rig.start_video();
  rig.video.push_pictures(0, 100);
  assert_text(rig.picture.identifier(), kIdentifier);
}
GST_END_TEST

// ---- Queries and events from downstream ----------------------------------------

GST_START_TEST(a_live_source_has_one_frame_more_of_latency) {
  Rig rig(kWindow);
  rig.video.latency = 10 * GST_MSECOND;
  rig.start_video();
  const auto query = adopt(gst_query_new_latency());

  for (Branch* branch : {&rig.picture, &rig.still}) {
    fail_unless(gst_pad_peer_query(branch->pad(), query.get()));
    gboolean live = FALSE;
    GstClockTime least = 0, most = 0;
    gst_query_parse_latency(query.get(), &live, &least, &most);
    fail_unless(live);
    assert_equals_uint64(least, 50 * GST_MSECOND);
    assert_equals_uint64(most, GST_CLOCK_TIME_NONE);
  }
}
GST_END_TEST

GST_START_TEST(a_file_has_no_latency) {
  Rig rig(kWindow);
  rig.start_video();
  const auto query = adopt(gst_query_new_latency());

  fail_unless(gst_pad_peer_query(rig.picture.pad(), query.get()));

  gboolean live = TRUE;
  GstClockTime least = 1;
  gst_query_parse_latency(query.get(), &live, &least, nullptr);
  fail_if(live);
  assert_equals_uint64(least, 0);
}
GST_END_TEST

namespace {

std::function<bool(GstQuery*)> allocates(guint size, guint buffers, std::vector<GType> metas) {
  return [=](GstQuery* query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_ALLOCATION) return false;
    gst_query_add_allocation_pool(query, nullptr, size, buffers, 0);
    for (const GType meta : metas) gst_query_add_allocation_meta(query, meta, nullptr);
    return true;
  };
}

Owned<GstQuery> new_allocation_query() {
  return adopt(gst_query_new_allocation(adopt(gst_caps_from_string(kPicture)).get(), TRUE));
}

}  // namespace

GST_START_TEST(allocation_suits_both_branches_and_two_frames_more) {
  Rig rig(kWindow);
  const GType video_meta = GST_VIDEO_META_API_TYPE, crop = GST_VIDEO_CROP_META_API_TYPE;
  rig.picture.on_query = allocates(600, 3, {video_meta, crop});
  rig.still.on_query = allocates(500, 1, {video_meta});
  rig.start_video();
  const auto query = new_allocation_query();

  fail_unless(gst_pad_peer_query(rig.video.pad(), query.get()));

  guint size = 0, least = 0, most = 0;
  assert_equals_int(gst_query_get_n_allocation_pools(query.get()), 1);
  GstBufferPool* pool = nullptr;
  gst_query_parse_nth_allocation_pool(query.get(), 0, &pool, &size, &least, &most);
  fail_unless(pool == nullptr);
  assert_equals_int(size, 600);
  assert_equals_int(least, 3 + 1 + 2);
  assert_equals_int(most, 0);
  assert_equals_int(gst_query_get_n_allocation_metas(query.get()), 1);
  fail_unless(gst_query_find_allocation_meta(query.get(), video_meta, nullptr));
}
GST_END_TEST

GST_START_TEST(allocation_does_not_wait_for_a_still_in_preroll) {
  Gate gate;
  Rig rig(kWindow);
  rig.picture.on_query = allocates(600, 3, {GST_VIDEO_META_API_TYPE});
  rig.still.on_query = allocates(600, 1, {GST_VIDEO_META_API_TYPE});
  rig.still.on_buffer = [&](GstBuffer*) {
    gate.wait();
    return GST_FLOW_OK;
  };
  rig.start_video();
  rig.video.push_pictures(0, 6);
  fail_unless(rig.still.wait_for("frame"));
  const auto query = new_allocation_query();
  const auto before = std::chrono::steady_clock::now();

  fail_unless(gst_pad_peer_query(rig.video.pad(), query.get()));

  const auto waited = std::chrono::steady_clock::now() - before;
  gate.open();
  fail_unless(waited < kPatience / 2);
}
GST_END_TEST

GST_START_TEST(a_branch_that_does_not_answer_gets_no_metas) {
  Rig rig(kWindow);
  rig.picture.on_query = allocates(600, 3, {GST_VIDEO_META_API_TYPE});
  rig.start_video();
  const auto query = new_allocation_query();

  fail_unless(gst_pad_peer_query(rig.video.pad(), query.get()));

  assert_equals_int(gst_query_get_n_allocation_metas(query.get()), 0);
}
GST_END_TEST

namespace {

// The answer of a branch that takes these caps.
std::function<bool(GstQuery*)> takes(const char* text) {
  return [text](GstQuery* query) {
    if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) return false;
    gst_query_set_caps_result(query, adopt(gst_caps_from_string(text)).get());
    return true;
  };
}

}  // namespace

GST_START_TEST(sink_caps_are_what_both_branches_take) {
  Rig rig(kWindow);
  rig.picture.on_query = takes("video/x-raw,format={NV12,I420},width=[1,64]");
  rig.still.on_query = takes("video/x-raw,format={I420,RGB},width=[32,100]");
  rig.sound.on_query = takes("audio/x-raw,format=S16LE,rate=48000");

  const auto video = adopt(gst_pad_peer_query_caps(rig.video.pad(), nullptr));
  const auto audio = adopt(gst_pad_peer_query_caps(rig.audio.pad(), nullptr));

  const auto expected =
      adopt(gst_caps_from_string("video/x-raw,format=I420,width=[32,64],height=[1,2147483647],"
                                 "framerate=[0/1,2147483647/1]"));
  // Behind it comes what is taken only to say what is wrong.
  fail_unless(
      gst_structure_is_equal(
          gst_caps_get_structure(video.get(), 0),
          gst_caps_get_structure(expected.get(), 0)),
      "%s",
      adopt(gst_caps_to_string(video.get())).get());
  for (guint i = 1; i < gst_caps_get_size(video.get()); ++i) {
    fail_if(gst_structure_has_name(gst_caps_get_structure(video.get(), i), "video/x-raw"));
  }
  fail_if(gst_caps_is_any(audio.get()));
  const auto* fields = gst_caps_get_structure(audio.get(), 0);
  assert_equals_string(gst_structure_get_string(fields, "format"), "S16LE");
  assert_equals_string(gst_structure_get_string(fields, "layout"), "interleaved");
}
GST_END_TEST

GST_START_TEST(a_filter_does_not_put_first_what_is_refused) {
  Rig rig(kWindow);
  rig.picture.on_query = rig.still.on_query = takes("video/x-raw");
  const auto filter = adopt(
      gst_caps_from_string("image/jpeg; video/x-h264,stream-format=avc,alignment=au; video/x-raw"));

  const auto offered = adopt(gst_pad_peer_query_caps(rig.video.pad(), filter.get()));

  const auto first = adopt(gst_caps_copy_nth(offered.get(), 0));
  fail_unless(
      gst_structure_has_name(gst_caps_get_structure(first.get(), 0), "video/x-raw"),
      "%s",
      adopt(gst_caps_to_string(offered.get())).get());
  assert_equals_int(gst_caps_get_size(offered.get()), 3);
}
GST_END_TEST

GST_START_TEST(a_segment_that_corrects_the_one_before_moves_the_sound) {
  Rig rig("start-time=0 duration=120000000");
  rig.start();
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = kFrame;  // its first sound is taken for the begin
  rig.audio.send(gst_event_new_segment(&segment));
  rig.audio.push_sound(320, 640);  // 40 ms from there on
  segment.start = 0;
  rig.audio.send(gst_event_new_segment(&segment));
  rig.audio.push_sound(640, 960);
  rig.audio.eos();

  rig.video.push_pictures(0, 4);

  rig.sound.expect_eos();
  assert_equals_uint64(GST_BUFFER_PTS(rig.sound.buffers().front()), kFrame);
}
GST_END_TEST

GST_START_TEST(a_pad_that_is_not_linked_offers_all_that_it_takes) {
  const auto element = adopt(gst_element_factory_make("livephotoselect", nullptr));
  gst_object_ref_sink(element.get());
  for (const char* name : {"video_sink", "audio_sink"}) {
    const auto pad = adopt(gst_element_get_static_pad(element.get(), name));
    const auto all = adopt(gst_pad_get_pad_template_caps(pad.get()));

    const auto offered = adopt(gst_pad_query_caps(pad.get(), nullptr));

    fail_unless(gst_caps_is_equal(offered.get(), all.get()));
  }
}
GST_END_TEST

GST_START_TEST(packets_need_not_suit_what_takes_the_still) {
  Rig rig(kWindow);
  rig.picture.on_query = takes("video/x-h264,profile=high");
  rig.still.on_query = takes("video/x-raw");

  const auto video = adopt(gst_pad_peer_query_caps(rig.video.pad(), nullptr));

  const auto expected = adopt(
      gst_caps_from_string("video/x-h264,profile=high,stream-format={avc,avc3},alignment=au"));
  fail_unless(
      gst_structure_is_equal(
          gst_caps_get_structure(video.get(), 0),
          gst_caps_get_structure(expected.get(), 0)),
      "%s",
      adopt(gst_caps_to_string(video.get())).get());
}
GST_END_TEST

GST_START_TEST(a_segment_that_corrects_the_one_before_moves_the_first_frame) {
  Rig rig("start-time=0 duration=80000000");
  rig.start_video();
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.start = kFrame;  // its first picture is taken for the begin
  rig.video.send(gst_event_new_segment(&segment));
  rig.video.push_pictures(1, 1);
  segment.start = 0;
  rig.video.send(gst_event_new_segment(&segment));

  rig.video.push_pictures(2, 2);

  rig.picture.expect_eos();
  const auto frames = rig.picture.buffers();
  assert_equals_uint64(frames.size(), 2);
  assert_equals_uint64(GST_BUFFER_PTS(frames[0]), 0);
  assert_equals_uint64(GST_BUFFER_DURATION(frames[0]), kFrame);
  assert_equals_uint64(GST_BUFFER_PTS(frames[1]), kFrame);
}
GST_END_TEST

GST_START_TEST(times_of_the_clip_do_not_go_upstream) {
  Rig rig(kWindow);
  rig.start_video();

  fail_unless(gst_pad_push_event(
      rig.picture.pad(),
      gst_event_new_qos(GST_QOS_TYPE_OVERFLOW, 1.0, 5, GST_SECOND)));
  fail_if(gst_pad_push_event(
      rig.picture.pad(),
      gst_event_new_seek(
          1.0,
          GST_FORMAT_TIME,
          GST_SEEK_FLAG_FLUSH,
          GST_SEEK_TYPE_SET,
          0,
          GST_SEEK_TYPE_NONE,
          0)));

  assert_equals_uint64(rig.video.count_upstream(GST_EVENT_QOS), 0);
  assert_equals_uint64(rig.video.count_upstream(GST_EVENT_SEEK), 0);
}
GST_END_TEST

GST_START_TEST(other_events_go_to_their_source) {
  Rig rig(kWindow);
  const auto reconfigures = [&rig] {
    return std::pair(
        rig.video.count_upstream(GST_EVENT_RECONFIGURE),
        rig.audio.count_upstream(GST_EVENT_RECONFIGURE));
  };
  const auto before = reconfigures();

  for (Branch* branch : {&rig.picture, &rig.still, &rig.sound})
    fail_unless(gst_pad_push_event(branch->pad(), gst_event_new_reconfigure()));

  assert_equals_uint64(reconfigures().first, before.first + 2);
  assert_equals_uint64(reconfigures().second, before.second + 1);
}
GST_END_TEST

GST_START_TEST(any_source_pad_may_stay_unlinked) {
  for (const char* name : {"video_src", "audio_src", "still_src"}) {
    Rig rig(kWindow, {name});
    rig.start();
    rig.audio.push_sound(0, 3000);

    assert_equals_int(rig.video.push_pictures(0, 7), GST_FLOW_EOS);

    if (name != std::string("video_src")) rig.picture.expect_eos();
    if (name != std::string("audio_src")) rig.sound.expect_eos();
    if (name != std::string("still_src")) rig.still.expect_eos();
    fail_unless(rig.selected() != nullptr);
    assert_text(rig.errors(), "");
  }
}
GST_END_TEST

// ---- The handshake -------------------------------------------------------------

namespace {

// A rig whose still branch confirms; its picture stays in the push until the gate opens.
struct Confirming {
  Rig rig{kWindow};
  Gate gate;
  std::atomic<GstFlowReturn> answer = GST_FLOW_OK;
  std::atomic<GstFlowReturn> video_flow = GST_FLOW_OK;
  std::thread source;

  Confirming() {
    rig.still.on_query = [](GstQuery* query) {
      return asks_for(query, Confirmation::StillPrepared);
    };
    rig.still.on_buffer = [this](GstBuffer*) {
      gate.wait();
      return answer.load();
    };
    // What a sink does.
    rig.still.on_event = [this](GstEvent* event) {
      if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) gate.open();
    };
    rig.start_video();
    rig.audio.eos();
    source = std::thread([this] { video_flow = rig.video.push_pictures(0, 7); });
    fail_unless(rig.still.wait_for("frame"));
    fail_unless(rig.picture.wait_for("frame", 4));
    std::this_thread::sleep_for(milliseconds(50));
  }
  ~Confirming() {
    gate.open();
    if (source.joinable()) source.join();
  }
  void open_and_join() {
    gate.open();
    source.join();
  }
};

}  // namespace

GST_START_TEST(the_movie_does_not_end_before_its_still_is_safe) {
  Confirming still;

  still.rig.picture.expect_no_eos();
  still.open_and_join();

  assert_equals_int(still.video_flow, GST_FLOW_EOS);
  still.rig.expect_eos();
}
GST_END_TEST

GST_START_TEST(a_still_that_is_said_to_be_prepared_is_safe) {
  Confirming still;
  still.rig.picture.expect_no_eos();

  fail_unless(
      gst_pad_push_event(still.rig.still.pad(), new_confirmation(Confirmation::StillPrepared)));

  still.rig.picture.expect_eos();
  assert_equals_uint64(still.rig.still.count("eos"), 0);
  // It is between the two: the source hears nothing of it.
  assert_equals_uint64(still.rig.video.count_upstream(GST_EVENT_CUSTOM_UPSTREAM), 0);
}
GST_END_TEST

GST_START_TEST(without_its_still_the_movie_does_not_end) {
  Confirming still;
  still.answer = GST_FLOW_ERROR;

  still.open_and_join();

  assert_equals_int(still.video_flow, GST_FLOW_ERROR);
  still.rig.picture.expect_no_eos();
  still.rig.still.expect_no_eos();
  assert_text(still.rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(a_still_that_is_given_up_is_not_safe) {
  Confirming still;
  // As a sink answers that has been stopped before its encoder came to an end.
  still.answer = GST_FLOW_FLUSHING;

  still.open_and_join();

  still.rig.picture.expect_no_eos();
  assert_equals_int(still.video_flow, GST_FLOW_FLUSHING);
}
GST_END_TEST

namespace {

// Both branches confirm, as with livephotomux and heifstillsink; the clip has ended.
struct ConfirmingPair {
  Rig rig{kWindow};

  explicit ConfirmingPair(bool prepared = true) {
    rig.still.on_query = [](GstQuery* query) {
      return asks_for(query, Confirmation::StillPrepared);
    };
    rig.picture.on_query = [](GstQuery* query) {
      return asks_for(query, Confirmation::MovieWritten);
    };
    if (prepared) {
      rig.still.on_buffer = [this](GstBuffer*) {
        gst_pad_push_event(rig.still.pad(), new_confirmation(Confirmation::StillPrepared));
        return GST_FLOW_OK;
      };
    }
    rig.start_video();
    rig.audio.eos();
    rig.video.push_pictures(0, 7);
    rig.picture.expect_eos();
    std::this_thread::sleep_for(milliseconds(20));
  }
  void say_written(Branch& branch) {
    fail_unless(gst_pad_push_event(branch.pad(), new_confirmation(Confirmation::MovieWritten)));
  }
};

}  // namespace

GST_START_TEST(the_still_does_not_end_before_its_movie_is_written) {
  ConfirmingPair pair;
  pair.rig.still.expect_no_eos();

  // The muxer tells all that feed it; the sound's thread must not end the still twice.
  pair.say_written(pair.rig.sound);
  pair.rig.still.expect_no_eos();
  pair.say_written(pair.rig.picture);

  pair.rig.still.expect_eos();
  pair.say_written(pair.rig.picture);
  std::this_thread::sleep_for(milliseconds(20));
  assert_equals_uint64(pair.rig.still.count("eos"), 1);
  assert_equals_uint64(pair.rig.video.count_upstream(GST_EVENT_CUSTOM_UPSTREAM), 0);
}
GST_END_TEST

GST_START_TEST(a_still_that_needs_its_eos_gets_it_before_the_movie) {
  // As behind an encoder or a queue: the push is over, but nothing is prepared.
  ConfirmingPair pair(false);

  pair.rig.still.expect_eos();
  assert_equals_uint64(pair.rig.still.count("eos"), 1);
}
GST_END_TEST

GST_START_TEST(a_movie_written_before_a_flush_ends_no_still_of_the_next_clip) {
  ConfirmingPair pair;
  fail_unless(pair.rig.video.send(gst_event_new_flush_start()));
  fail_unless(pair.rig.video.send(gst_event_new_flush_stop(TRUE)));

  pair.say_written(pair.rig.picture);
  pair.rig.still.expect_no_eos();

  pair.rig.picture.forget();
  pair.rig.video.send_segment(time_segment());
  pair.rig.video.push_pictures(0, 7);
  pair.rig.picture.expect_eos();
  pair.rig.still.expect_no_eos();
  pair.say_written(pair.rig.picture);
  pair.rig.still.expect_eos();
}
GST_END_TEST

GST_START_TEST(a_flush_ends_the_wait_and_the_movie_does_not) {
  for (int i = 0; i < 20; ++i) {
    Confirming still;

    fail_unless(still.rig.video.send(gst_event_new_flush_start()));
    still.source.join();

    still.rig.picture.expect_no_eos();
    assert_equals_int(still.video_flow, GST_FLOW_FLUSHING);
    fail_unless(still.rig.video.send(gst_event_new_flush_stop(TRUE)));
    still.rig.video.send_segment(time_segment());
    still.rig.video.push_pictures(0, 7);
    still.rig.picture.expect_eos();
  }
}
GST_END_TEST

GST_START_TEST(ready_ends_the_wait_and_the_movie_does_not) {
  Confirming still;
  // A bin stops the sink first.
  std::thread sink([&still] { gst_pad_set_active(still.rig.still.pad(), FALSE); });
  std::this_thread::sleep_for(milliseconds(20));
  still.answer = GST_FLOW_FLUSHING;
  still.gate.open();
  sink.join();

  fail_unless(still.rig.go_to(GST_STATE_READY));
  still.source.join();

  still.rig.picture.expect_no_eos();
}
GST_END_TEST

// ---- Memory --------------------------------------------------------------------

namespace {
std::atomic<int> alive = 0;

GstBuffer* counted_picture(int index) {
  ++alive;
  auto* bytes = static_cast<guint8*>(g_malloc0(16 * 16 * 3 / 2));
  GstBuffer* buffer = gst_buffer_new_wrapped_full(
      static_cast<GstMemoryFlags>(0),
      bytes,
      16 * 16 * 3 / 2,
      0,
      16 * 16 * 3 / 2,
      bytes,
      [](gpointer data) {
        g_free(data);
        --alive;
      });
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(index) * kFrame;
  GST_BUFFER_DURATION(buffer) = kFrame;
  return buffer;
}
}  // namespace

GST_START_TEST(a_long_window_keeps_a_handful_of_frames) {
  {
    Rig rig("duration=60000000000 still-time=1000000000");
    for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) branch->keeps = false;
    rig.start();
    int most = 0;

    for (int i = 0; i < 600; ++i) {
      rig.video.push(counted_picture(i));
      rig.audio.push(sound(i * 320 % 30'000, 320));
      most = std::max(most, alive.load());
    }

    fail_unless(most <= 4, "%d", most);
    fail_unless(rig.go_to(GST_STATE_READY));
    assert_equals_int(alive, 0);
  }
}
GST_END_TEST

GST_START_TEST(before_the_clip_one_frame_is_kept) {
  Rig rig("start-time=60000000000");
  rig.start_video();

  for (int i = 0; i < 100; ++i) {
    rig.video.push(counted_picture(i));
    assert_equals_int(alive, 1);
  }

  fail_unless(rig.go_to(GST_STATE_READY));
  assert_equals_int(alive, 0);
}
GST_END_TEST

// ---- Threads -------------------------------------------------------------------

namespace {

// Plays a source's two streams from two threads at once, whatever the answers.
class Sources {
 public:
  explicit Sources(Rig& rig, int pictures = 12)
      : video_([&rig, pictures] {
          rig.video.start(kPicture);
          rig.video.push_pictures(0, pictures);
          rig.video.eos();
        }),
        audio_([&rig] {
          rig.audio.start(kSound);
          rig.audio.push_sound(0, 4000);
          rig.audio.eos();
        }) {}
  ~Sources() {
    video_.join();
    audio_.join();
  }
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

 private:
  std::thread video_;
  std::thread audio_;
};

class Pause {
 public:
  void operator()(int most_microseconds) {
    std::uniform_int_distribution<int> length(0, most_microseconds);
    std::this_thread::sleep_for(std::chrono::microseconds(length(random_)));
  }

 private:
  std::mt19937 random_{42};
};

}  // namespace

GST_START_TEST(both_streams_may_end_at_once) {
  for (int i = 0; i < 50; ++i) {
    Rig rig(i % 2 ? kWindow : "duration=10000000000");
    { Sources sources(rig); }

    rig.expect_eos();

    for (Branch* branch : {&rig.picture, &rig.sound, &rig.still})
      assert_equals_uint64(branch->count("eos"), 1);
    assert_equals_uint64(rig.still.count("frame"), 1);
    assert_text(rig.errors(), "");
  }
}
GST_END_TEST

GST_START_TEST(two_elements_do_not_know_each_other) {
  std::array<std::string, 2> identifiers;
  std::vector<std::thread> threads;
  for (std::string& identifier : identifiers) {
    threads.emplace_back([&identifier] {
      for (int i = 0; i < 10; ++i) {
        Rig rig(kWindow);
        { Sources sources(rig); }
        rig.expect_eos();
        identifier = rig.still.identifier() + rig.errors();
        if (identifier != rig.picture.identifier()) identifier.clear();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  fail_if(identifiers[0].empty() || identifiers[1].empty());
  fail_if(identifiers[0] == identifiers[1]);
}
GST_END_TEST

GST_START_TEST(it_stops_and_starts_under_load) {
  Rig rig(std::string(kWindow) + "controls-source=false");
  rig.still.on_query = [](GstQuery* query) { return asks_for(query, Confirmation::StillPrepared); };
  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) branch->keeps = false;
  Pause pause;

  for (int i = 0; i < 100; ++i) {
    {
      Sources sources(rig);
      pause(1500);
      fail_unless(rig.go_to(GST_STATE_READY));
    }  // Pads that are active again have forgotten the stream that had begun: it cannot go on.
    fail_unless(rig.go_to(GST_STATE_PAUSED));
  }
  rig.go_to(GST_STATE_READY);
  rig.errors();
  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) {
    gst_pad_set_active(branch->pad(), FALSE);
    gst_pad_set_active(branch->pad(), TRUE);
    branch->forget();
    branch->keeps = true;
  }

  rig.go_to(GST_STATE_PAUSED);
  { Sources sources(rig); }
  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
}
GST_END_TEST

GST_START_TEST(flushes_come_at_any_time) {
  Rig rig(std::string(kWindow) + "controls-source=false");
  rig.still.on_query = [](GstQuery* query) { return asks_for(query, Confirmation::StillPrepared); };
  Pause pause;
  const auto flush_while_playing = [&](auto order) {
    {
      Sources sources(rig);
      pause(1500);
      for (Feed* feed : order) feed->send(gst_event_new_flush_start());
    }
    for (Feed* feed : order) feed->send(gst_event_new_flush_stop(TRUE));
  };

  for (int i = 0; i < 50; ++i) {
    flush_while_playing(std::array{&rig.video, &rig.audio});
    flush_while_playing(std::array{&rig.audio, &rig.video});
  }
  for (Branch* branch : {&rig.picture, &rig.sound, &rig.still}) branch->forget();
  { Sources sources(rig); }

  rig.expect_eos();
  assert_frames(rig.picture, {2, 3, 4, 5});
  assert_samples(rig.sound.samples(), 640, 1920);
  assert_text(rig.errors(), "");
}
GST_END_TEST

GST_START_TEST(ready_ends_the_wait_of_the_sound) {
  Gate gate;
  Rig rig("duration=20000000000");
  rig.sound.on_buffer = [&](GstBuffer*) {
    gate.wait();
    return GST_FLOW_FLUSHING;
  };
  rig.start();
  rig.video.push_pictures(0, 200);
  GstFlowReturn flow = GST_FLOW_OK;
  std::thread source([&] { flow = rig.audio.push_sound(0, 30'000); });
  fail_unless(rig.sound.wait_for("frame"));
  std::this_thread::sleep_for(milliseconds(50));
  // A bin stops the sink first.
  gate.open();

  fail_unless(rig.go_to(GST_STATE_READY));
  source.join();
}
GST_END_TEST

GST_START_TEST(a_flush_ends_the_wait_of_the_sound) {
  Gate gate;
  Rig rig("duration=20000000000");
  rig.sound.on_buffer = [&](GstBuffer*) {
    gate.wait();
    return GST_FLOW_FLUSHING;
  };
  rig.sound.on_event = [&](GstEvent* event) {
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) gate.open();
  };
  rig.start();
  rig.video.push_pictures(0, 200);
  std::atomic<GstFlowReturn> flow = GST_FLOW_OK;
  std::thread source([&] { flow = rig.audio.push_sound(0, 30'000); });
  fail_unless(rig.sound.wait_for("frame"));
  std::this_thread::sleep_for(milliseconds(50));

  rig.audio.send(gst_event_new_flush_start());
  source.join();
  rig.audio.send(gst_event_new_flush_stop(TRUE));

  assert_equals_int(flow, GST_FLOW_FLUSHING);
}
GST_END_TEST

namespace {

// Stops a pipeline of real elements at any moment.
void stop_and_start(const std::string& line, int times, int most_microseconds) {
  const auto pipeline = adopt(gst_parse_launch(line.c_str(), nullptr));
  fail_unless(pipeline != nullptr);
  Pause pause;
  for (int i = 0; i < times; ++i) {
    gst_element_set_state(pipeline.get(), i % 3 ? GST_STATE_PLAYING : GST_STATE_PAUSED);
    pause(most_microseconds);
    gst_element_set_state(pipeline.get(), i % 2 ? GST_STATE_READY : GST_STATE_NULL);
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

constexpr const char* kPipeline =
    "videotestsrc ! video/x-raw,width=16,height=16,framerate=25/1 ! s.video_sink "
    "audiotestsrc ! audio/x-raw,rate=8000 ! s.audio_sink "
    "livephotoselect name=s start-time=100000000 duration=400000000 ";

}  // namespace

GST_START_TEST(a_pipeline_stops_and_starts_at_any_time) {
  stop_and_start(
      std::string(kPipeline) +
          "s.video_src ! fakesink async=false s.audio_src ! fakesink async=false s.still_src ! "
          "fakesink async=false",
      60,
      8000);
  stop_and_start(
      std::string(kPipeline) +
          "s.video_src ! fakesink sync=true s.audio_src ! fakesink sync=true s.still_src ! "
          "fakesink",
      30,
      8000);
}
GST_END_TEST

GST_START_TEST(a_pipeline_with_its_sinks_ends_by_itself) {
  for (int i = 0; i < 5; ++i) {
    const auto pipeline = adopt(gst_parse_launch(
        (std::string(kPipeline) +
         "s.video_src ! queue ! fakesink s.audio_src ! fakesink s.still_src ! fakesink")
            .c_str(),
        nullptr));
    GstBus* bus = gst_element_get_bus(pipeline.get());
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);

    GstMessage* message = gst_bus_timed_pop_filtered(
        bus,
        60 * GST_SECOND,
        static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));

    if (message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
      GError* error = nullptr;
      gchar* debug = nullptr;
      gst_message_parse_error(message, &error, &debug);
      fail("%s: %s", error->message, debug);
    }
    fail_unless(message != nullptr);
    gst_message_unref(message);
    gst_object_unref(bus);
    gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  }
}
GST_END_TEST

static Suite* livephotoselect_suite() {
  auto* suite = suite_create("livephotoselect");
  const auto add_case = [suite](const char* name) {
    auto* tests = tcase_create(name);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return tests;
  };

  auto* element = add_case("element");
  tcase_add_test(element, all_five_pads_are_always_there);
  tcase_add_test(element, properties_have_their_defaults);
  tcase_add_test(element, properties_are_read_back);
  tcase_add_test(element, without_properties_it_takes_three_seconds_from_the_begin);
  tcase_add_test(element, settings_that_no_clip_fits_are_refused_at_the_start);

  auto* clip = add_case("clip");
  tcase_add_test(clip, the_clip_is_cut_on_the_frames);
  tcase_add_test(clip, the_clips_first_frame_leaves_at_running_time_zero);
  tcase_add_test(clip, frames_last_until_the_next_one);
  tcase_add_test(clip, the_source_may_end_inside_the_clip);
  tcase_add_test(clip, a_picture_alone_is_a_clip);
  tcase_add_test(clip, a_gap_event_can_end_the_clip);
  tcase_add_test(clip, a_gap_event_without_a_segment_is_no_harm);
  tcase_add_test(clip, a_gap_event_may_reach_beyond_the_segment);
  tcase_add_test(clip, frames_that_are_only_decoded_are_dropped);
  tcase_add_test(clip, frames_outside_the_segment_are_dropped);

  auto* announcement = add_case("announcement");
  tcase_add_test(announcement, every_branch_is_told_before_the_stills_own_frame);
  tcase_add_test(announcement, sound_that_begins_after_the_still_is_told_too);
  tcase_add_test(announcement, the_clips_length_is_told_before_its_last_frame);
  tcase_add_test(announcement, the_message_tells_what_was_selected);
  tcase_add_test(announcement, an_identifier_is_written_in_upper_case);
  tcase_add_test(announcement, an_identifier_that_is_no_uuid_is_refused_at_the_start);
  tcase_add_test(announcement, a_fresh_identifier_is_an_upper_case_uuid);
  tcase_add_test(announcement, the_sources_tags_go_to_the_branches);

  auto* still = add_case("still");
  tcase_add_test(still, the_still_is_the_clips_frame_and_has_a_stream_of_its_own);
  tcase_add_test(still, the_branches_are_of_the_sources_group);
  tcase_add_test(still, the_still_and_its_eos_are_on_their_way_before_the_videos_eos);
  tcase_add_test(still, a_still_that_waits_in_preroll_stops_nothing);

  auto* after = add_case("after the clip");
  tcase_add_test(after, a_controlled_source_is_told_to_stop_on_each_pad_by_itself);
  tcase_add_test(after, a_source_that_is_not_controlled_goes_on);
  tcase_add_test(after, events_after_the_clip_are_swallowed);
  tcase_add_test(after, caps_after_the_clip_need_not_suit_the_branches);

  auto* audio = add_case("sound");
  tcase_add_test(audio, sound_is_cut_to_the_sample);
  tcase_add_test(audio, sound_before_the_first_picture_is_kept);
  tcase_add_test(audio, sound_leaves_as_soon_as_it_is_certain);
  tcase_add_test(audio, sound_and_pictures_may_come_in_turns);
  tcase_add_test(audio, a_hole_in_the_sound_becomes_silence);
  tcase_add_test(audio, sound_that_comes_twice_is_dropped);
  tcase_add_test(audio, jitter_of_the_sounds_times_is_ignored);
  tcase_add_test(audio, sound_without_times_follows_on);
  tcase_add_test(audio, sound_whose_times_stand_still_follows_on);
  tcase_add_test(audio, sound_may_begin_late);
  tcase_add_test(audio, sound_may_end_early);
  tcase_add_test(audio, sound_that_ends_before_the_clip_is_no_sound);
  tcase_add_test(audio, a_gap_event_says_that_no_more_sound_comes);
  tcase_add_test(audio, without_an_audio_source_the_sound_ends_with_the_video);
  tcase_add_test(audio, a_converter_that_nothing_feeds_is_no_audio_source);
  tcase_add_test(audio, a_change_of_the_sounds_format_before_the_clip_is_fine);
  tcase_add_test(audio, a_change_of_the_sounds_format_after_the_clip_is_fine);
  tcase_add_loop_test(
      audio,
      a_change_of_the_sounds_format_inside_the_clip_is_an_error,
      0,
      kOtherRates.size());
  tcase_add_test(audio, sound_without_video_is_an_error);
  tcase_add_test(audio, a_video_source_that_has_not_begun_is_a_source);
  tcase_add_test(audio, an_audio_source_that_has_not_begun_is_waited_for);
  tcase_add_test(audio, sound_far_ahead_of_the_picture_is_not_an_error);
  tcase_add_test(audio, a_slow_sound_branch_holds_back_the_sound_alone);

  auto* segments = add_case("segments");
  tcase_add_test(segments, times_are_the_sources_stream_time);
  tcase_add_test(segments, a_stream_may_begin_at_ten_seconds);
  tcase_add_test(segments, a_stream_that_begins_after_the_clip_is_an_error);
  tcase_add_test(segments, a_stream_that_begins_inside_the_clip_is_not);
  tcase_add_test(segments, the_default_still_is_in_the_middle_of_what_the_source_has);
  tcase_add_test(segments, a_source_that_does_not_tell_the_time_is_an_error);
  tcase_add_test(segments, a_source_that_is_played_backwards_is_an_error);

  auto* caps = add_case("caps");
  tcase_add_test(caps, caps_that_say_more_are_the_ones_that_leave);
  tcase_add_test(caps, a_change_of_size_inside_the_clip_is_an_error);
  tcase_add_test(caps, a_change_of_size_outside_the_clip_is_nobodys_business);
  tcase_add_loop_test(caps, a_frame_rate_that_no_encoder_can_use_is_replaced, 0, kRates.size());
  tcase_add_test(caps, a_picture_without_a_time_is_an_error);
  tcase_add_test(caps, absurd_times_are_no_harm);

  auto* errors = add_case("errors");
  tcase_add_test(errors, a_start_past_the_end_is_an_error);
  tcase_add_test(errors, a_still_outside_the_clip_is_an_error);
  tcase_add_test(errors, a_video_without_a_picture_is_an_error);
  tcase_add_test(errors, the_end_after_an_error_is_not_a_good_end);
  tcase_add_test(errors, an_error_behind_the_video_goes_upstream);
  tcase_add_test(errors, an_error_behind_the_sound_goes_upstream);
  tcase_add_test(errors, a_format_that_a_branch_does_not_take_is_told_once);
  tcase_add_test(errors, a_format_that_is_refused_at_the_end_is_told);
  tcase_add_test(errors, a_video_branch_that_has_enough_stops_no_other);

  auto* runs = add_case("runs");
  tcase_add_test(runs, a_flush_begins_another_clip);
  tcase_add_test(runs, a_flush_in_the_middle_forgets_what_came);
  tcase_add_test(runs, a_flush_after_an_error_begins_anew);
  tcase_add_test(runs, a_given_identifier_outlives_a_flush);
  tcase_add_test(runs, after_ready_it_makes_another_clip);
  tcase_add_test(runs, a_start_that_failed_can_be_tried_again);

  auto* downstream = add_case("downstream");
  tcase_add_test(downstream, a_live_source_has_one_frame_more_of_latency);
  tcase_add_test(downstream, a_file_has_no_latency);
  tcase_add_test(downstream, allocation_suits_both_branches_and_two_frames_more);
  tcase_add_test(downstream, allocation_does_not_wait_for_a_still_in_preroll);
  tcase_add_test(downstream, a_branch_that_does_not_answer_gets_no_metas);
  tcase_add_test(downstream, sink_caps_are_what_both_branches_take);
  tcase_add_test(downstream, a_filter_does_not_put_first_what_is_refused);
  tcase_add_test(downstream, a_segment_that_corrects_the_one_before_moves_the_sound);
  tcase_add_test(downstream, a_pad_that_is_not_linked_offers_all_that_it_takes);
  tcase_add_test(downstream, packets_need_not_suit_what_takes_the_still);
  tcase_add_test(downstream, a_segment_that_corrects_the_one_before_moves_the_first_frame);
  tcase_add_test(downstream, times_of_the_clip_do_not_go_upstream);
  tcase_add_test(downstream, other_events_go_to_their_source);
  tcase_add_test(downstream, any_source_pad_may_stay_unlinked);

  auto* handshake = add_case("handshake");
  tcase_add_test(handshake, the_movie_does_not_end_before_its_still_is_safe);
  tcase_add_test(handshake, a_still_that_is_said_to_be_prepared_is_safe);
  tcase_add_test(handshake, without_its_still_the_movie_does_not_end);
  tcase_add_test(handshake, a_still_that_is_given_up_is_not_safe);
  tcase_add_test(handshake, the_still_does_not_end_before_its_movie_is_written);
  tcase_add_test(handshake, a_still_that_needs_its_eos_gets_it_before_the_movie);
  tcase_add_test(handshake, a_movie_written_before_a_flush_ends_no_still_of_the_next_clip);
  tcase_add_test(handshake, a_flush_ends_the_wait_and_the_movie_does_not);
  tcase_add_test(handshake, ready_ends_the_wait_and_the_movie_does_not);

  auto* memory = add_case("memory");
  tcase_add_test(memory, a_long_window_keeps_a_handful_of_frames);
  tcase_add_test(memory, before_the_clip_one_frame_is_kept);

  auto* threads = add_case("threads");
  tcase_add_test(threads, both_streams_may_end_at_once);
  tcase_add_test(threads, two_elements_do_not_know_each_other);
  tcase_add_test(threads, it_stops_and_starts_under_load);
  tcase_add_test(threads, flushes_come_at_any_time);
  tcase_add_test(threads, ready_ends_the_wait_of_the_sound);
  tcase_add_test(threads, a_flush_ends_the_wait_of_the_sound);
  tcase_add_test(threads, a_pipeline_stops_and_starts_at_any_time);
  tcase_add_test(threads, a_pipeline_with_its_sinks_ends_by_itself);
  return suite;
}

GST_CHECK_MAIN(livephotoselect)
