// What heifstillsink promises in its documentation, one test for each promise.
#include <gst/video/video.h>
#include <libheif/heif.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#ifdef HAVE_JPEG
#include <jpeglib.h>
#endif

// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "gst/support/handshake.h"
#include "gst/support/ptr.h"
#include "gst/support/tags.h"
#include "tests/core/still/stored_picture.h"

using livephoto::gst::adopt;
using livephoto::gst::Confirmation;
using livephoto::gst::confirms;
using livephoto::gst::new_confirmation_query;
using livephoto::gst::Owned;
using livephoto::sample::StoredPicture;

namespace {

namespace fs = std::filesystem;

constexpr const gchar* kIdentifier = "5C8DB46A-7C1E-4B0F-9C63-0D0A7E5A1B2F";
constexpr const gchar* kOtherIdentifier = "A1B2C3D4-0001-4E5F-8A6B-7C8D9E0F1A2B";
constexpr const gchar* kSmall = "video/x-raw,format=I420,width=64,height=48,framerate=30000/1001";
constexpr const gchar* kOther = "video/x-raw,format=I420,width=80,height=56,framerate=30000/1001";

void skip(const std::string& what) { g_print("SKIP %s\n", what.c_str()); }

// ---- Files ---------------------------------------------------------------------

class Folder {
 public:
  Folder() {
    auto name = (fs::temp_directory_path() / "heifstillsink.XXXXXX").string();
    fail_unless(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  fs::path operator/(const std::string& name) const { return path_ / name; }
  const fs::path& path() const { return path_; }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_))
      names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  bool holds_only(const std::string& name) const { return names() == std::vector{name}; }

 private:
  fs::path path_;
};

std::string content_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// ---- Pictures ------------------------------------------------------------------

// A sample of 8 bits for each component: smooth, and different in each, so that
// planes that are swapped, shifted or cut show.
using Pattern = std::function<double(guint component, double x, double y)>;

double gradients(guint component, double x, double y) {
  switch (component) {
    case 0:
      return 40 + 150 * x;
    case 1:
      return 90 + 70 * y;
    default:
      return 170 - 60 * x;
  }
}

GstVideoInfo info_of(const std::string& caps_text) {
  const auto caps = adopt(gst_caps_from_string(caps_text.c_str()));
  GstVideoInfo info;
  fail_unless(gst_video_info_from_caps(&info, caps.get()));
  return info;
}

// GStreamer 1.22 has the V of P010 one byte after its U, and not two as it is.
guint8* component_data(GstVideoFrame* frame, guint component) {
  if (GST_VIDEO_FRAME_FORMAT(frame) == GST_VIDEO_FORMAT_P010_10LE && component == 2)
    return static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(frame, 1)) + 2;
  return static_cast<guint8*>(GST_VIDEO_FRAME_COMP_DATA(frame, component));
}

void fill(GstVideoFrame* frame, const Pattern& pattern) {
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(frame); ++c) {
    const auto width = GST_VIDEO_FRAME_COMP_WIDTH(frame, c);
    const auto height = GST_VIDEO_FRAME_COMP_HEIGHT(frame, c);
    const auto depth = GST_VIDEO_FRAME_COMP_DEPTH(frame, c);
    const auto shift = GST_VIDEO_FORMAT_INFO_SHIFT(frame->info.finfo, c);
    for (gint y = 0; y < height; ++y) {
      auto* out = component_data(frame, c) + y * GST_VIDEO_FRAME_COMP_STRIDE(frame, c);
      for (gint x = 0; x < width; ++x, out += GST_VIDEO_FRAME_COMP_PSTRIDE(frame, c)) {
        const auto value = std::lround(
            pattern(c, static_cast<double>(x) / width, static_cast<double>(y) / height) *
            (1 << (depth - 8)));
        if (depth > 8)
          GST_WRITE_UINT16_LE(out, static_cast<guint16>(value << shift));
        else
          *out = static_cast<guint8>(value);
      }
    }
  }
}

GstBuffer* new_picture(const std::string& caps, const Pattern& pattern = gradients) {
  const auto info = info_of(caps);
  auto* buffer = gst_buffer_new_and_alloc(GST_VIDEO_INFO_SIZE(&info));
  gst_buffer_memset(buffer, 0, 0, GST_VIDEO_INFO_SIZE(&info));
  GstVideoFrame frame;
  fail_unless(gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE));
  fill(&frame, pattern);
  gst_video_frame_unmap(&frame);
  GST_BUFFER_PTS(buffer) = 0;
  return buffer;
}

// ---- Messages ------------------------------------------------------------------

struct Unref {
  void operator()(GstMessage* message) const { gst_message_unref(message); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
};
using Message = std::unique_ptr<GstMessage, Unref>;

// The next message of these types within `timeout`, or null.
Message pop(GstBus* bus, int types, GstClockTime timeout) {
  return Message(gst_bus_timed_pop_filtered(bus, timeout, static_cast<GstMessageType>(types)));
}

bool reaches_eos(GstElement* pipeline) {
  const std::unique_ptr<GstBus, Unref> bus(gst_element_get_bus(pipeline));
  const auto end = pop(bus.get(), GST_MESSAGE_EOS | GST_MESSAGE_ERROR, 20 * GST_SECOND);
  return end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS;
}

// ---- The element ---------------------------------------------------------------

// heifstillsink behind a harness, in PLAYING, with a bus of its own.
class Sink {
 public:
  explicit Sink(const std::string& properties) : Sink(properties, GST_STATE_PLAYING) {}
  Sink(const std::string& properties, GstState state) {
    element_ = gst_parse_launch(("heifstillsink " + properties).c_str(), nullptr);
    fail_unless(element_ != nullptr);
    gst_object_ref_sink(element_);
    gst_element_set_bus(element_, bus_.get());
    if (state == GST_STATE_PLAYING) play();
  }
  ~Sink() {
    gst_bus_set_flushing(bus_.get(), TRUE);
    gst_element_set_state(element_, GST_STATE_NULL);
    if (harness_ != nullptr) gst_harness_teardown(harness_);
    gst_element_set_bus(element_, nullptr);
    // Whatever happened, nobody else holds it.
    gst_check_object_destroyed_on_unref(element_);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void play() { harness_ = gst_harness_new_with_element(element_, "sink", nullptr); }

  GstElement* element() { return element_; }
  GstHarness* harness() { return harness_; }

  void set_caps(const std::string& caps) { gst_harness_set_src_caps_str(harness_, caps.c_str()); }
  bool send(GstEvent* event) { return gst_harness_push_event(harness_, event); }
  bool send_tags(GstTagList* tags) { return send(gst_event_new_tag(tags)); }
  bool send_eos() { return send(gst_event_new_eos()); }
  void flush() {
    fail_unless(send(gst_event_new_flush_start()));
    fail_unless(send(gst_event_new_flush_stop(TRUE)));
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    fail_unless(send(gst_event_new_segment(&segment)));
  }
  GstFlowReturn push(const std::string& caps, const Pattern& pattern = gradients) {
    set_caps(caps);
    return gst_harness_push(harness_, new_picture(caps, pattern));
  }

  Message message(int types) { return pop(bus_.get(), types, 0); }
  // The text of the one error there is; "" if there is none.
  std::string error() {
    const auto message = this->message(GST_MESSAGE_ERROR);
    if (!message) return {};
    fail_if(this->message(GST_MESSAGE_ERROR), "more than one error");
    GError* error = nullptr;
    gst_message_parse_error(message.get(), &error, nullptr);
    return adopt(error)->message;
  }

 private:
  GstElement* element_ = nullptr;
  GstHarness* harness_ = nullptr;
  std::unique_ptr<GstBus, Unref> bus_{gst_bus_new()};
};

std::string at(const fs::path& path) { return "location=\"" + path.string() + "\" "; }
std::string with_identifier() { return std::string("content-identifier=") + kIdentifier + " "; }
std::string still_at(const fs::path& path) { return at(path) + with_identifier(); }

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

// The error of a sink with these properties that must not reach PAUSED.
std::string error_of_start(const std::string& properties) {
  Sink sink(properties, GST_STATE_NULL);
  assert_equals_int(
      gst_element_set_state(sink.element(), GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  return sink.error();
}

// ---- Reading stills ------------------------------------------------------------

struct Size {
  int width;
  int height;
  bool operator==(const Size&) const = default;
};

struct FreeHeif {
  void operator()(heif_context* p) const { heif_context_free(p); }
  void operator()(heif_image_handle* p) const { heif_image_handle_release(p); }
  void operator()(heif_image* p) const { heif_image_release(p); }
};

struct Heic {
  std::unique_ptr<heif_context, FreeHeif> context{heif_context_alloc()};
  std::unique_ptr<heif_image_handle, FreeHeif> handle;

  int width() const { return heif_image_handle_get_width(handle.get()); }
  int height() const { return heif_image_handle_get_height(handle.get()); }
};

Heic opened(const std::string& bytes) {
  Heic heic;
  const auto read =
      heif_context_read_from_memory(heic.context.get(), bytes.data(), bytes.size(), nullptr);
  fail_unless(read.code == heif_error_Ok, "%s", read.message);
  heif_image_handle* handle = nullptr;
  fail_unless(
      heif_context_get_primary_image_handle(heic.context.get(), &handle).code == heif_error_Ok);
  heic.handle.reset(handle);
  return heic;
}

Heic heic_at(const fs::path& path) { return opened(content_of(path)); }

struct Rgb {
  Size size;
  std::vector<unsigned char> samples;
  int at(int x, int y, int component) const {
    return samples[static_cast<std::size_t>((y * size.width + x) * 3 + component)];
  }
};

Rgb rgb_of(const Heic& heic) {
  heif_image* raw = nullptr;
  const auto decoding = heif_decode_image(
      heic.handle.get(),
      &raw,
      heif_colorspace_RGB,
      heif_chroma_interleaved_RGB,
      nullptr);
  fail_unless(decoding.code == heif_error_Ok, "%s", decoding.message);
  const std::unique_ptr<heif_image, FreeHeif> image(raw);
  Rgb rgb{{heic.width(), heic.height()}, {}};
  int stride = 0;
  const auto* row = heif_image_get_plane_readonly(raw, heif_channel_interleaved, &stride);
  for (int y = 0; y < rgb.size.height; ++y, row += stride)
    rgb.samples.insert(rgb.samples.end(), row, row + 3 * rgb.size.width);
  return rgb;
}

// The samples as they are in the file.
StoredPicture stored_at(const fs::path& path) {
  const auto text = content_of(path);
  const auto heic = opened(text);
  return livephoto::sample::stored_picture(
      livephoto::Bytes(text.begin(), text.end()),
      0,
      static_cast<std::uint32_t>(heic.width()),
      static_cast<std::uint32_t>(heic.height()));
}

void assert_planes(const StoredPicture& stored, const Pattern& pattern, double tolerance) {
  const double unit = 1 << (stored.bit_depth - 8);
  for (guint c = 0; c < stored.planes.size(); ++c) {
    const auto& plane = stored.planes[c];
    fail_unless(plane.width > 0 && plane.height > 0);
    for (std::size_t y = 0; y < plane.height; ++y) {
      for (std::size_t x = 0; x < plane.width; ++x) {
        const double expected =
            pattern(c, static_cast<double>(x) / plane.width, static_cast<double>(y) / plane.height);
        const double found = plane.at(x, y) / unit;
        fail_unless(
            std::abs(found - expected) <= tolerance,
            "component %u at %zu,%zu is %g instead of %g",
            c,
            x,
            y,
            found,
            expected);
      }
    }
  }
}

// {0, 0} where there is no thumbnail.
Size thumbnail_of(const Heic& heic) {
  heif_item_id id = 0;
  if (heif_image_handle_get_list_of_thumbnail_IDs(heic.handle.get(), &id, 1) == 0) return {0, 0};
  heif_image_handle* raw = nullptr;
  fail_unless(heif_image_handle_get_thumbnail(heic.handle.get(), id, &raw).code == heif_error_Ok);
  const std::unique_ptr<heif_image_handle, FreeHeif> thumbnail(raw);
  return {heif_image_handle_get_width(raw), heif_image_handle_get_height(raw)};
}

bool has_program(const char* name) { return adopt(g_find_program_in_path(name)) != nullptr; }

// The values of `tags` as exiftool prints them, one a line, "-" for none.
std::string exiftool(const fs::path& path, const std::string& tags) {
  const auto command = "exiftool -n -T -sep , " + tags + " '" + path.string() + "'";
  gchar* output = nullptr;
  fail_unless(g_spawn_command_line_sync(command.c_str(), &output, nullptr, nullptr, nullptr));
  std::string text = adopt(output).get();
  std::ranges::replace(text, '\t', '\n');
  return text;
}

GstTagList* shared_tags() {
  return gst_tag_list_new(
      GST_TAG_DEVICE_MANUFACTURER,
      "Maker",
      GST_TAG_DEVICE_MODEL,
      "Model 7",
      GST_TAG_DESCRIPTION,
      "From the stream",
      nullptr);
}

}  // namespace

// ---- Defaults ------------------------------------------------------------------

GST_START_TEST(it_neither_waits_for_a_clock_nor_keeps_pictures) {
  Sink sink("", GST_STATE_NULL);
  gboolean async = TRUE, sync = TRUE, last_sample = TRUE;
  gint format = -1, quality = -1, preset = -1;
  guint thumbnail = 0;

  g_object_get(
      sink.element(),
      "async",
      &async,
      "sync",
      &sync,
      "enable-last-sample",
      &last_sample,
      "format",
      &format,
      "quality",
      &quality,
      "speed-preset",
      &preset,
      "thumbnail",
      &thumbnail,
      nullptr);

  fail_if(async || sync || last_sample);
  assert_equals_int(format, 0);
  assert_equals_int(quality, 80);
  assert_equals_int(preset, 0);
  assert_equals_int(thumbnail, 320);
}
GST_END_TEST

GST_START_TEST(properties_are_read_back) {
  Sink sink(
      "location=/a/b.heic format=jpeg quality=7 speed-preset=veryslow content-identifier=xyz "
      "thumbnail=99",
      GST_STATE_NULL);
  gchar *location = nullptr, *identifier = nullptr;
  gint format = 0, quality = 0, preset = 0;
  guint thumbnail = 0;

  g_object_get(
      sink.element(),
      "location",
      &location,
      "content-identifier",
      &identifier,
      "format",
      &format,
      "quality",
      &quality,
      "speed-preset",
      &preset,
      "thumbnail",
      &thumbnail,
      nullptr);

  assert_text(adopt(location).get(), "/a/b.heic");
  assert_text(adopt(identifier).get(), "xyz");
  assert_equals_int(format, 2);
  assert_equals_int(quality, 7);
  assert_equals_int(preset, 8);
  assert_equals_int(thumbnail, 99);
}
GST_END_TEST

// ---- The file ------------------------------------------------------------------

GST_START_TEST(the_file_takes_its_name_at_eos) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));

  assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
  fail_if(fs::exists(path));
  fail_unless(sink.send_eos());

  fail_unless(folder.holds_only("still.HEIC"));
  const auto heic = heic_at(path);
  assert_equals_int(heic.width(), 64);
  assert_equals_int(heic.height(), 48);
}
GST_END_TEST

GST_START_TEST(the_message_tells_what_was_written_before_the_eos_message) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));
  sink.push(kSmall);
  fail_if(sink.message(GST_MESSAGE_ELEMENT));
  sink.send_eos();

  const auto written = sink.message(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);
  const auto eos = sink.message(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS);

  assert_equals_int(GST_MESSAGE_TYPE(eos.get()), GST_MESSAGE_EOS);
  const auto* structure = gst_message_get_structure(written.get());
  fail_unless(gst_structure_has_name(structure, "live-photo-still-written"));
  assert_equals_string(gst_structure_get_string(structure, "location"), path.c_str());
  assert_equals_string(gst_structure_get_string(structure, "content-identifier"), kIdentifier);
  guint64 size = 0;
  fail_unless(gst_structure_get_uint64(structure, "size", &size));
  assert_equals_uint64(size, fs::file_size(path));
  fail_if(gst_structure_has_field(structure, "buffer"));
}
GST_END_TEST

GST_START_TEST(without_location_the_bytes_are_in_the_message) {
  Sink sink(with_identifier());
  sink.push(kSmall);
  sink.send_eos();

  const auto written = sink.message(GST_MESSAGE_ELEMENT);
  const auto* structure = gst_message_get_structure(written.get());
  fail_if(gst_structure_has_field(structure, "location"));
  guint64 size = 0;
  gst_structure_get_uint64(structure, "size", &size);
  auto* buffer = gst_value_get_buffer(gst_structure_get_value(structure, "buffer"));
  const livephoto::gst::ReadMap map(buffer);
  assert_equals_uint64(size, map.bytes().size());
  const auto heic = opened(std::string(map.bytes().begin(), map.bytes().end()));
  assert_equals_int(heic.width(), 64);
}
GST_END_TEST

GST_START_TEST(an_abandoned_picture_leaves_what_was_there) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  write_text(path, "older");
  {
    Sink sink(still_at(path));
    assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
    assert_text(content_of(path), "older");
    gst_element_set_state(sink.element(), GST_STATE_READY);

    fail_unless(folder.holds_only("still.HEIC"));
  }
  fail_unless(folder.holds_only("still.HEIC"));
  assert_text(content_of(path), "older");
}
GST_END_TEST

GST_START_TEST(an_older_file_is_replaced_at_eos) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  write_text(path, "older");
  Sink sink(still_at(path));

  sink.push(kSmall);
  sink.send_eos();

  fail_unless(folder.holds_only("still.HEIC"));
  assert_equals_int(heic_at(path).width(), 64);
}
GST_END_TEST

namespace {

// A pipeline of one picture, in PAUSED, whose still is prepared.
class Prerolled {
 public:
  explicit Prerolled(const fs::path& path)
      : pipeline_(adopt(gst_parse_launch(
            ("videotestsrc num-buffers=1 ! " + std::string(kSmall) + " ! heifstillsink name=s " +
             still_at(path))
                .c_str(),
            nullptr))) {
    const auto sink = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "s"));
    const auto pad = adopt(gst_element_get_static_pad(sink.get(), "sink"));
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, notice, this, nullptr);
    gst_element_set_state(pipeline_.get(), GST_STATE_PAUSED);
    while (!prepared_) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ~Prerolled() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }
  Prerolled(const Prerolled&) = delete;
  Prerolled& operator=(const Prerolled&) = delete;

  void play_to_the_end() {
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    fail_unless(reaches_eos(pipeline_.get()));
  }

 private:
  static GstPadProbeReturn notice(GstPad*, GstPadProbeInfo* info, gpointer self) {
    if (confirms(GST_PAD_PROBE_INFO_EVENT(info), Confirmation::StillPrepared))
      static_cast<Prerolled*>(self)->prepared_ = true;
    return GST_PAD_PROBE_OK;
  }

  std::atomic<bool> prepared_ = false;
  Owned<GstElement> pipeline_;
};

}  // namespace

GST_START_TEST(in_paused_the_still_is_made_but_has_no_name) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  {
    Prerolled pipeline(path);
    fail_if(fs::exists(path));
    assert_equals_uint64(folder.names().size(), 1);
    fail_unless(fs::file_size(folder / folder.names()[0]) > 100);
  }
  fail_unless(fs::is_empty(folder.path()));
}
GST_END_TEST

GST_START_TEST(a_preroll_that_plays_is_written_once) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Prerolled pipeline(path);

  pipeline.play_to_the_end();

  fail_unless(folder.holds_only("still.HEIC"));
  assert_equals_int(heic_at(path).width(), 64);
}
GST_END_TEST

GST_START_TEST(what_is_no_picture_does_not_wait_for_playing) {
  Folder folder;
  Sink sink(still_at(folder / "still.HEIC"));
  sink.set_caps(kSmall);
  gst_element_set_state(sink.element(), GST_STATE_PAUSED);

  fail_unless(sink.send(gst_event_new_gap(0, GST_SECOND)));
  fail_unless(sink.send(gst_event_new_segment_done(GST_FORMAT_TIME, 1)));

  gst_element_set_state(sink.element(), GST_STATE_PLAYING);
  assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
  fail_unless(sink.send_eos());
  fail_unless(folder.holds_only("still.HEIC"));
}
GST_END_TEST

GST_START_TEST(the_end_of_the_segment_is_not_that_of_the_pipeline) {
  Folder folder;
  Sink sink(still_at(folder / "still.HEIC"));
  sink.push(kSmall);

  fail_unless(sink.send(gst_event_new_segment_done(GST_FORMAT_TIME, 1)));

  fail_if(sink.message(GST_MESSAGE_SEGMENT_DONE));
  fail_unless(sink.send_eos());
  fail_unless(folder.holds_only("still.HEIC"));
}
GST_END_TEST

GST_START_TEST(eos_in_paused_waits_for_playing) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));
  sink.push(kSmall);
  gst_element_set_state(sink.element(), GST_STATE_PAUSED);

  std::thread eos([&] { sink.send_eos(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const bool named_in_paused = fs::exists(path);
  gst_element_set_state(sink.element(), GST_STATE_PLAYING);
  eos.join();

  fail_if(named_in_paused);
  fail_unless(folder.holds_only("still.HEIC"));
}
GST_END_TEST

GST_START_TEST(eos_that_is_given_up_in_paused_leaves_nothing) {
  Folder folder;
  Sink sink(still_at(folder / "still.HEIC"));
  sink.push(kSmall);
  gst_element_set_state(sink.element(), GST_STATE_PAUSED);

  std::thread eos([&] { sink.send_eos(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  gst_element_set_state(sink.element(), GST_STATE_NULL);
  eos.join();

  fail_unless(fs::is_empty(folder.path()));
  fail_if(sink.message(GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR));
}
GST_END_TEST

GST_START_TEST(a_second_picture_is_answered_with_eos) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));

  assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
  assert_equals_int(sink.push(kOther), GST_FLOW_EOS);
  assert_equals_int(sink.push(kOther), GST_FLOW_EOS);
  sink.send_eos();

  assert_equals_int(heic_at(path).width(), 64);
  fail_unless(sink.error().empty());
}
GST_END_TEST

GST_START_TEST(the_buffer_is_not_kept) {
  Sink sink(with_identifier());
  sink.set_caps(kSmall);
  auto* buffer = new_picture(kSmall);

  gst_harness_push(sink.harness(), gst_buffer_ref(buffer));

  ASSERT_MINI_OBJECT_REFCOUNT(buffer, "picture", 1);
  gst_buffer_unref(buffer);
}
GST_END_TEST

// ---- Runs ----------------------------------------------------------------------

GST_START_TEST(after_ready_it_writes_another_still) {
  Folder folder;
  Sink sink(still_at(folder / "first.HEIC"));
  sink.push(kSmall);
  sink.send_eos();

  gst_element_set_state(sink.element(), GST_STATE_READY);
  g_object_set(sink.element(), "location", (folder / "second.HEIC").c_str(), nullptr);
  gst_element_set_state(sink.element(), GST_STATE_PLAYING);
  gst_harness_push_event(sink.harness(), gst_event_new_stream_start("second"));
  sink.set_caps(kOther);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  sink.send(gst_event_new_segment(&segment));
  assert_equals_int(sink.push(kOther), GST_FLOW_OK);
  fail_unless(sink.send_eos());

  fail_unless(folder.names() == std::vector<std::string>({"first.HEIC", "second.HEIC"}));
  assert_equals_int(heic_at(folder / "first.HEIC").width(), 64);
  assert_equals_int(heic_at(folder / "second.HEIC").width(), 80);
}
GST_END_TEST

GST_START_TEST(a_flush_forgets_the_picture) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));
  sink.push(kSmall);

  sink.flush();
  fail_unless(fs::is_empty(folder.path()));
  assert_equals_int(sink.push(kOther), GST_FLOW_OK);
  sink.send_eos();

  assert_equals_int(heic_at(path).width(), 80);
}
GST_END_TEST

GST_START_TEST(a_flush_after_eos_makes_room_for_another_still) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));
  sink.push(kSmall);
  sink.send_eos();

  sink.flush();
  assert_equals_int(heic_at(path).width(), 64);
  assert_equals_int(sink.push(kOther), GST_FLOW_OK);
  sink.send_eos();

  assert_equals_int(heic_at(path).width(), 80);
  fail_unless(sink.message(GST_MESSAGE_ELEMENT));
  fail_unless(sink.message(GST_MESSAGE_ELEMENT));
}
GST_END_TEST

GST_START_TEST(tags_outlive_a_flush) {
  Sink sink("");
  sink.set_caps(kSmall);
  sink.send_tags(livephoto::gst::new_announcement(kIdentifier, 7));

  sink.flush();

  assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
}
GST_END_TEST

GST_START_TEST(it_keeps_no_pipeline_from_playing) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  const auto pipeline = adopt(gst_parse_launch(
      ("videotestsrc num-buffers=30 ! video/x-raw,format=I420,width=64,height=48,framerate=30/1 ! "
       "tee name=t ! fakesink name=f sync=true t. ! heifstillsink name=s " +
       still_at(path))
          .c_str(),
      nullptr));

  // No queue: the tee hands one picture to both, one after the other.
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  assert_equals_int(
      gst_element_get_state(pipeline.get(), nullptr, nullptr, 20 * GST_SECOND),
      GST_STATE_CHANGE_SUCCESS);
  const bool ended = reaches_eos(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);

  fail_unless(ended);
  fail_unless(folder.holds_only("still.HEIC"));
}
GST_END_TEST

// ---- The handshake -------------------------------------------------------------

GST_START_TEST(it_confirms_when_asked) {
  Sink sink("");
  const Owned<GstQuery> query = adopt(new_confirmation_query(Confirmation::StillPrepared));
  const Owned<GstQuery> other =
      adopt(gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty("other")));

  fail_unless(gst_pad_peer_query(sink.harness()->srcpad, query.get()));
  fail_if(gst_pad_peer_query(sink.harness()->srcpad, other.get()));
}
GST_END_TEST

namespace {

guint prepared_events(GstHarness* harness) {
  guint count = 0;
  while (const auto event = adopt(gst_harness_try_pull_upstream_event(harness)))
    if (confirms(event.get(), Confirmation::StillPrepared)) ++count;
  return count;
}

}  // namespace

GST_START_TEST(it_says_upstream_when_the_still_is_on_the_disk) {
  Folder folder;
  Sink sink(still_at(folder / "still.HEIC"));
  sink.set_caps(kSmall);
  assert_equals_int(prepared_events(sink.harness()), 0);

  sink.push(kSmall);

  assert_equals_int(prepared_events(sink.harness()), 1);
  fail_unless(fs::file_size(folder / folder.names()[0]) > 100);
  sink.push(kSmall);
  sink.send_eos();
  assert_equals_int(prepared_events(sink.harness()), 0);
}
GST_END_TEST

GST_START_TEST(it_says_nothing_upstream_when_the_still_failed) {
  Sink sink("");

  assert_equals_int(sink.push(kSmall), GST_FLOW_ERROR);

  assert_equals_int(prepared_events(sink.harness()), 0);
}
GST_END_TEST

// ---- Errors --------------------------------------------------------------------

GST_START_TEST(a_missing_folder_is_told_at_once) {
  const auto error = error_of_start(still_at("/nowhere/at all/still.HEIC"));

  assert_contains(error, "\"/nowhere/at all/still.HEIC\"");
  assert_contains(error, "does not exist; create it");
}
GST_END_TEST

GST_START_TEST(a_folder_that_takes_no_files_is_told_at_once) {
  assert_contains(error_of_start(still_at("/proc/still.HEIC")), "/proc");
}
GST_END_TEST

GST_START_TEST(a_folder_is_no_file) {
  Folder folder;
  fs::create_directory(folder / "still.HEIC");

  assert_contains(error_of_start(still_at(folder / "still.HEIC")), "it is a folder");
}
GST_END_TEST

GST_START_TEST(an_identifier_that_is_no_uuid_is_told_at_once) {
  assert_contains(
      error_of_start("content-identifier=42"),
      "The content identifier \"42\" is not a UUID; give");
}
GST_END_TEST

GST_START_TEST(an_unknown_extension_is_told_at_once) {
  Folder folder;

  assert_contains(error_of_start(still_at(folder / "still.png")), "let it be .HEIC or .JPG");
  fail_unless(fs::is_empty(folder.path()));
}
GST_END_TEST

GST_START_TEST(a_start_that_failed_can_be_tried_again) {
  Folder folder;
  Sink sink(still_at(folder / "missing" / "still.HEIC"), GST_STATE_NULL);
  assert_equals_int(
      gst_element_set_state(sink.element(), GST_STATE_PAUSED),
      GST_STATE_CHANGE_FAILURE);
  fs::create_directory(folder / "missing");

  sink.play();
  assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
  sink.send_eos();

  fail_unless(fs::exists(folder / "missing" / "still.HEIC"));
}
GST_END_TEST

GST_START_TEST(without_identifier_nothing_is_written) {
  Folder folder;
  Sink sink(at(folder / "still.HEIC"));

  assert_equals_int(sink.push(kSmall), GST_FLOW_ERROR);
  assert_contains(sink.error(), "no content identifier");
  assert_equals_int(sink.push(kSmall), GST_FLOW_ERROR);
  fail_if(sink.send_eos());

  fail_unless(fs::is_empty(folder.path()));
  fail_if(sink.message(GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS));
}
GST_END_TEST

GST_START_TEST(an_identifier_of_a_tag_is_checked) {
  Sink sink("");
  sink.set_caps(kSmall);
  sink.send_tags(livephoto::gst::new_announcement("not one", 0));

  assert_equals_int(sink.push(kSmall), GST_FLOW_ERROR);

  assert_contains(sink.error(), "\"not one\" is not a UUID");
}
GST_END_TEST

GST_START_TEST(eos_without_a_picture_is_an_error) {
  Folder folder;
  Sink sink(still_at(folder / "still.HEIC"));
  sink.set_caps(kSmall);

  fail_if(sink.send_eos());

  assert_contains(sink.error(), "No picture reached the still sink");
  fail_unless(fs::is_empty(folder.path()));
  fail_if(sink.message(GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS));
}
GST_END_TEST

GST_START_TEST(eos_without_a_picture_after_a_flush_is_an_error) {
  Sink sink(with_identifier());
  sink.push(kSmall);
  sink.flush();

  fail_if(sink.send_eos());

  assert_contains(sink.error(), "No picture reached the still sink");
}
GST_END_TEST

GST_START_TEST(a_picture_that_cannot_be_encoded_leaves_what_was_there) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  write_text(path, "older");
  Sink sink(still_at(path));

  assert_equals_int(
      sink.push("video/x-raw,format=I420,width=16386,height=2,framerate=25/1"),
      GST_FLOW_ERROR);
  assert_contains(sink.error(), "16386x2");
  fail_if(sink.send_eos());

  fail_unless(folder.holds_only("still.HEIC"));
  assert_text(content_of(path), "older");
}
GST_END_TEST

GST_START_TEST(an_absurd_pixel_aspect_ratio_is_an_error) {
  Sink sink(with_identifier());

  assert_equals_int(
      sink.push(std::string(kSmall) + ",pixel-aspect-ratio=2000000000/1"),
      GST_FLOW_ERROR);

  assert_contains(sink.error(), "correct the pixel-aspect-ratio");
}
GST_END_TEST

GST_START_TEST(a_buffer_that_is_too_short_is_an_error) {
  Sink sink(with_identifier());
  sink.set_caps(kSmall);

  assert_equals_int(
      gst_harness_push(sink.harness(), gst_buffer_new_and_alloc(100)),
      GST_FLOW_ERROR);

  assert_contains(sink.error(), "cannot be read as a picture of 64x48 pixels");
}
GST_END_TEST

GST_START_TEST(a_buffer_that_was_cut_after_its_meta_is_an_error) {
  for (const auto* format : {"I420", "NV12", "RGB", "BGRx"}) {
    const auto caps = std::string("video/x-raw,width=64,height=48,framerate=25/1,format=") + format;
    Sink sink(with_identifier());
    sink.set_caps(caps);
    auto* buffer = new_picture(caps);
    const auto info = info_of(caps);
    gst_buffer_add_video_meta(
        buffer,
        GST_VIDEO_FRAME_FLAG_NONE,
        GST_VIDEO_INFO_FORMAT(&info),
        64,
        48);
    gst_buffer_set_size(buffer, static_cast<gssize>(gst_buffer_get_size(buffer)) - 2);

    assert_equals_int(gst_harness_push(sink.harness(), buffer), GST_FLOW_ERROR);

    assert_contains(sink.error(), "cannot be read as a picture");
  }
}
GST_END_TEST

// Neither root nor a file system of its own is needed for this one.
GST_START_TEST(a_write_that_fails_leaves_nothing) {
  Folder folder;
  Sink sink(still_at(folder / "still.HEIC"));
  sink.set_caps(kSmall);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit limit = before;
  limit.rlim_cur = 100;
  auto* old_handler = std::signal(SIGXFSZ, SIG_IGN);

  setrlimit(RLIMIT_FSIZE, &limit);
  const auto flow = gst_harness_push(sink.harness(), new_picture(kSmall));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);

  assert_equals_int(flow, GST_FLOW_ERROR);
  assert_contains(sink.error(), "Cannot write");
  fail_unless(fs::is_empty(folder.path()));
  fail_if(sink.send_eos());
  fail_unless(fs::is_empty(folder.path()));
  fail_if(sink.message(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT));
}
GST_END_TEST

GST_START_TEST(a_full_disk_leaves_what_was_there) {
  Folder folder;
  // In a mount namespace of this thread's, which ends with it.
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, "") != 0 ||
      mount("none", folder.path().c_str(), "tmpfs", 0, "size=4k") != 0) {
    skip("full disk: needs the right to mount a tmpfs");
    return;
  }
  const auto path = folder / "still.HEIC";
  fs::create_symlink("nothing", path);  // takes no page
  {
    Sink sink(still_at(path) + "quality=100");

    // More than the one page there is.
    const auto flow = sink.push(
        "video/x-raw,format=I420,width=256,height=256,framerate=25/1",
        [](guint, double x, double y) { return 128 + 100 * std::sin(3000 * x * (y + 1)); });

    assert_equals_int(flow, GST_FLOW_ERROR);
    assert_contains(sink.error(), "no space left");
    fail_if(sink.send_eos());
  }
  fail_unless(folder.holds_only("still.HEIC"));
  fail_unless(fs::is_symlink(path));
  umount(folder.path().c_str());
}
GST_END_TEST

// ---- Formats -------------------------------------------------------------------

namespace {

constexpr std::array kYuvFormats{
    "I420",
    "YV12",
    "NV12",
    "NV21",
    "Y42B",
    "Y444",
    "I420_10LE",
    "P010_10LE",
    "I422_10LE",
    "Y444_10LE",
    "I420_12LE",
    "I422_12LE",
    "Y444_12LE"};
constexpr std::array kRgbFormats{"RGB", "BGR", "RGBx", "BGRx", "xRGB", "xBGR"};
constexpr std::array kYuvFormatsWithAlpha{"AYUV", "A420", "A420_10LE", "A422_10LE", "A444_10LE"};
constexpr std::array kRgbFormatsWithAlpha{"RGBA", "BGRA", "ARGB", "ABGR"};

constexpr guint kAlpha = 3;

// More is seen of it from above to below.
double fading_in(guint component, double x, double y) {
  return component == kAlpha ? 255 * y : gradients(component, x, y);
}

// fading_in() on black, in limited range.
double on_black(guint component, double x, double y) {
  const double black = component == 0 ? 16 : 128;
  return black + (gradients(component, x, y) - black) * y;
}

}  // namespace

GST_START_TEST(samples_are_stored_as_they_are) {
  const std::string format = kYuvFormats.at(static_cast<std::size_t>(__i__));
  // Odd too: the colour planes are rounded up.
  for (const auto* size : {"width=64,height=48", "width=67,height=51"}) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(still_at(path) + "quality=100 thumbnail=0");

    assert_equals_int(
        sink.push("video/x-raw,framerate=25/1," + std::string(size) + ",format=" + format),
        GST_FLOW_OK);
    sink.send_eos();

    const auto stored = stored_at(path);
    const auto info = info_of("video/x-raw," + std::string(size) + ",format=" + format);
    assert_equals_int(stored.bit_depth, static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(&info, 0)));
    for (guint c = 0; c < 3; ++c) {
      assert_equals_int(
          static_cast<int>(stored.planes[c].width),
          GST_VIDEO_INFO_COMP_WIDTH(&info, c));
      assert_equals_int(
          static_cast<int>(stored.planes[c].height),
          GST_VIDEO_INFO_COMP_HEIGHT(&info, c));
    }
    assert_planes(stored, gradients, 2);
  }
}
GST_END_TEST

GST_START_TEST(rgb_keeps_its_colours) {
  const std::string format = kRgbFormats.at(static_cast<std::size_t>(__i__));
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path) + "quality=100 thumbnail=0");

  assert_equals_int(
      sink.push("video/x-raw,framerate=25/1,width=66,height=50,format=" + format),
      GST_FLOW_OK);
  sink.send_eos();

  const auto rgb = rgb_of(heic_at(path));
  for (int y = 0; y < 50; ++y)
    for (int x = 0; x < 66; ++x)
      for (int c = 0; c < 3; ++c) {
        const double expected = gradients(static_cast<guint>(c), x / 66.0, y / 50.0);
        fail_unless(
            std::abs(rgb.at(x, y, c) - expected) <= 6,
            "component %d at %d,%d is %d instead of %g",
            c,
            x,
            y,
            rgb.at(x, y, c),
            expected);
      }
}
GST_END_TEST

GST_START_TEST(yuv_with_alpha_is_shown_on_black) {
  const std::string format = kYuvFormatsWithAlpha.at(static_cast<std::size_t>(__i__));
  for (const auto* size : {"width=64,height=48", "width=67,height=51"}) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(still_at(path) + "quality=100 thumbnail=0");

    assert_equals_int(
        sink.push(
            "video/x-raw,framerate=25/1," + std::string(size) + ",format=" + format,
            fading_in),
        GST_FLOW_OK);
    sink.send_eos();

    // A sample of colour has the mean alpha of two rows.
    assert_planes(stored_at(path), on_black, 4);
  }
}
GST_END_TEST

GST_START_TEST(rgb_with_alpha_is_shown_on_black) {
  const std::string format = kRgbFormatsWithAlpha.at(static_cast<std::size_t>(__i__));
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path) + "quality=100 thumbnail=0");

  assert_equals_int(
      sink.push("video/x-raw,framerate=25/1,width=66,height=50,format=" + format, fading_in),
      GST_FLOW_OK);
  sink.send_eos();

  const auto rgb = rgb_of(heic_at(path));
  for (int y = 0; y < 50; ++y)
    for (int x = 0; x < 66; ++x)
      for (int c = 0; c < 3; ++c) {
        const double expected = gradients(static_cast<guint>(c), x / 66.0, y / 50.0) * y / 50.0;
        fail_unless(
            std::abs(rgb.at(x, y, c) - expected) <= 6,
            "component %d at %d,%d is %d instead of %g",
            c,
            x,
            y,
            rgb.at(x, y, c),
            expected);
      }
}
GST_END_TEST

GST_START_TEST(an_alpha_that_hides_nothing_changes_nothing) {
  for (const std::string format : {"AYUV", "A420"}) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(still_at(path) + "quality=100 thumbnail=0");

    sink.push(
        "video/x-raw,framerate=25/1,width=64,height=48,format=" + format,
        [](guint component, double x, double y) {
          return component == kAlpha ? 255 : gradients(component, x, y);
        });
    sink.send_eos();

    assert_planes(stored_at(path), gradients, 2);
  }
}
GST_END_TEST

GST_START_TEST(pixels_with_alpha_become_square) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path) + "quality=100 thumbnail=0");

  sink.push(
      "video/x-raw,framerate=25/1,width=64,height=48,format=A420,pixel-aspect-ratio=2/1",
      fading_in);
  sink.send_eos();

  const auto heic = heic_at(path);
  fail_unless((Size{heic.width(), heic.height()} == Size{128, 48}));
  assert_planes(stored_at(path), on_black, 5);
}
GST_END_TEST

GST_START_TEST(a_buffer_without_its_alpha_is_an_error) {
  Sink sink(with_identifier());
  const auto caps = "video/x-raw,framerate=25/1,width=64,height=48,format=A420";
  sink.set_caps(caps);
  auto* buffer = new_picture(caps, fading_in);
  const auto info = info_of(caps);
  gst_buffer_resize(buffer, 0, static_cast<gssize>(GST_VIDEO_INFO_COMP_OFFSET(&info, kAlpha)));

  assert_equals_int(gst_harness_push(sink.harness(), buffer), GST_FLOW_ERROR);

  assert_contains(sink.error(), "cannot be read as a picture");
}
GST_END_TEST

GST_START_TEST(rows_may_lie_anywhere) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path) + "quality=100 thumbnail=0");
  sink.set_caps(kSmall);
  // Padding behind each row and between the planes, and the last plane first.
  gsize offsets[GST_VIDEO_MAX_PLANES] = {10000, 20000, 7, 0};
  gint strides[GST_VIDEO_MAX_PLANES] = {111, 77, 50, 0};
  auto* buffer = gst_buffer_new_and_alloc(20000 + 77 * 24);
  gst_buffer_memset(buffer, 0, 255, gst_buffer_get_size(buffer));
  gst_buffer_add_video_meta_full(
      buffer,
      GST_VIDEO_FRAME_FLAG_NONE,
      GST_VIDEO_FORMAT_I420,
      64,
      48,
      3,
      offsets,
      strides);
  const auto info = info_of(kSmall);
  GstVideoFrame frame;
  fail_unless(gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE));
  fill(&frame, gradients);
  gst_video_frame_unmap(&frame);

  assert_equals_int(gst_harness_push(sink.harness(), buffer), GST_FLOW_OK);
  sink.send_eos();

  assert_planes(stored_at(path), gradients, 2);
}
GST_END_TEST

GST_START_TEST(it_offers_to_take_video_meta) {
  Sink sink("");
  const auto caps = adopt(gst_caps_from_string(kSmall));
  const auto query = adopt(gst_query_new_allocation(caps.get(), FALSE));

  fail_unless(gst_pad_peer_query(sink.harness()->srcpad, query.get()));

  fail_unless(gst_query_find_allocation_meta(query.get(), GST_VIDEO_META_API_TYPE, nullptr));
}
GST_END_TEST

GST_START_TEST(the_colorimetry_is_in_the_file) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));

  sink.push(std::string(kSmall) + ",colorimetry=bt2100-pq");
  sink.send_eos();

  const auto heic = heic_at(path);
  heif_color_profile_nclx* nclx = nullptr;
  fail_unless(
      heif_image_handle_get_nclx_color_profile(heic.handle.get(), &nclx).code == heif_error_Ok);
  assert_equals_int(nclx->color_primaries, 9);
  assert_equals_int(nclx->transfer_characteristics, 16);
  assert_equals_int(nclx->matrix_coefficients, 9);
  assert_equals_int(nclx->full_range_flag, 0);
  heif_nclx_color_profile_free(nclx);
}
GST_END_TEST

GST_START_TEST(wide_colours_have_an_icc_profile_beside_it) {
  for (const auto& [colorimetry, type] :
       {std::pair{"2:3:5:11", heif_color_profile_type_prof},  // of Display P3
        {"bt2020-10", heif_color_profile_type_prof},
        {"bt709", heif_color_profile_type_nclx},
        {"bt2100-hlg", heif_color_profile_type_nclx}}) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(still_at(path));

    sink.push(std::string(kSmall) + ",colorimetry=" + colorimetry);
    sink.send_eos();

    const auto heic = heic_at(path);
    const auto found = heif_image_handle_get_color_profile_type(heic.handle.get());
    fail_unless(found == type, "%s", colorimetry);
    heif_color_profile_nclx* nclx = nullptr;
    fail_unless(
        heif_image_handle_get_nclx_color_profile(heic.handle.get(), &nclx).code == heif_error_Ok);
    heif_nclx_color_profile_free(nclx);
  }
}
GST_END_TEST

// ---- Pixel aspect ratio --------------------------------------------------------

namespace {

struct AspectCase {
  const char* caps;
  Size size;
};

constexpr std::array kAspects{
    AspectCase{"format=I420,width=64,height=48,pixel-aspect-ratio=4/3", {86, 48}},
    AspectCase{"format=I420,width=64,height=48,pixel-aspect-ratio=3/4", {64, 64}},
    AspectCase{"format=I420,width=64,height=48,pixel-aspect-ratio=1004/1000", {64, 48}},
    AspectCase{"format=NV12,width=64,height=48,pixel-aspect-ratio=2/1", {128, 48}},
    AspectCase{"format=I420_10LE,width=64,height=48,pixel-aspect-ratio=1/2", {64, 96}},
    AspectCase{"format=P010_10LE,width=64,height=48,pixel-aspect-ratio=2/1", {128, 48}},
    AspectCase{
        "format=I420,width=64,height=48,interlace-mode=interleaved,pixel-aspect-ratio=3/2",
        {96, 48}},
    AspectCase{"format=Y42B,width=64,height=48,pixel-aspect-ratio=3/2", {96, 48}},
    AspectCase{"format=Y444_12LE,width=64,height=48,pixel-aspect-ratio=3/2", {96, 48}},
};

double flat(guint component, double, double) {
  return component == 0 ? 63 : component == 1 ? 102 : 220;
}

}  // namespace

GST_START_TEST(pixels_become_square_and_keep_their_colour) {
  const auto& aspect = kAspects.at(static_cast<std::size_t>(__i__));
  for (const auto& [pattern, tolerance] :
       {std::pair<Pattern, double>{flat, 1.5}, std::pair<Pattern, double>{gradients, 5}}) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(still_at(path) + "quality=100 thumbnail=0");

    assert_equals_int(
        sink.push(std::string("video/x-raw,framerate=25/1,") + aspect.caps, pattern),
        GST_FLOW_OK);
    sink.send_eos();

    const auto heic = heic_at(path);
    fail_unless(
        (Size{heic.width(), heic.height()} == aspect.size),
        "%dx%d",
        heic.width(),
        heic.height());
    assert_planes(stored_at(path), pattern, tolerance);
  }
}
GST_END_TEST

// ---- Properties ----------------------------------------------------------------

GST_START_TEST(the_thumbnail_is_as_large_as_asked) {
  constexpr auto kLarge = "video/x-raw,format=I420,width=640,height=480,framerate=25/1";
  for (const auto& [property, size] :
       {std::pair<std::string, Size>{"", {320, 240}},
        {"thumbnail=64", {64, 48}},
        {"thumbnail=0", {0, 0}},
        {"thumbnail=640", {0, 0}}}) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(still_at(path) + property);

    sink.push(kLarge);
    sink.send_eos();

    const auto found = thumbnail_of(heic_at(path));
    fail_unless(found == size, "%s: %dx%d", property.c_str(), found.width, found.height);
  }
}
GST_END_TEST

GST_START_TEST(quality_and_speed_preset_reach_the_encoder) {
  const auto size_with = [](const std::string& properties) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(still_at(path) + properties);
    sink.push(
        "video/x-raw,format=I420,width=256,height=256,framerate=25/1",
        [](guint, double x, double y) { return 128 + 100 * std::sin(90 * x * (y + 1)); });
    sink.send_eos();
    return fs::file_size(path);
  };

  fail_unless(size_with("quality=20") * 2 < size_with("quality=95"));
  fail_unless(size_with("speed-preset=ultrafast") != size_with("speed-preset=medium"));
}
GST_END_TEST

GST_START_TEST(every_speed_preset_exists) {
  Sink any("", GST_STATE_NULL);
  auto* type = G_ENUM_CLASS(g_type_class_ref(g_type_from_name("GstHeifStillSinkSpeedPreset")));
  for (guint i = 0; i < type->n_values; ++i) {
    Sink sink(with_identifier() + "speed-preset=" + type->values[i].value_nick);
    assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
  }
  assert_equals_int(type->n_values, 10);
  g_type_class_unref(type);
}
GST_END_TEST

GST_START_TEST(the_extension_names_the_format) {
  for (const auto& [name, property, magic] : std::initializer_list<std::array<std::string, 3>>{
           {"a.HEIC", "", "ftyp"},
           {"a.heif", "", "ftyp"},
           {"a", "", "ftyp"},
           {"a.JPG", "format=heic", "ftyp"},
#ifdef HAVE_JPEG
           {"a.JPG", "", "Exif"},
           {"a.jpeg", "", "Exif"},
           {"a.png", "format=jpeg", "Exif"},
#endif
       }) {
    Folder folder;
    Sink sink(still_at(folder / name) + property);

    sink.push(kSmall);
    sink.send_eos();

    const auto content = content_of(folder / name);
    assert_text(content.substr(magic == "ftyp" ? 4 : 6, 4), magic);
  }
}
GST_END_TEST

GST_START_TEST(the_identifier_of_the_property_wins_in_upper_case) {
  Sink sink("content-identifier=5c8db46a-7c1e-4b0f-9c63-0d0a7e5a1b2f");
  sink.set_caps(kSmall);
  sink.send_tags(livephoto::gst::new_announcement(kOtherIdentifier, 0));
  sink.push(kSmall);
  sink.send_eos();

  const auto written = sink.message(GST_MESSAGE_ELEMENT);

  assert_equals_string(
      gst_structure_get_string(gst_message_get_structure(written.get()), "content-identifier"),
      kIdentifier);
}
GST_END_TEST

// ---- Tags ----------------------------------------------------------------------

GST_START_TEST(the_last_announcement_before_the_picture_counts) {
  Sink sink("");
  sink.set_caps(kSmall);
  sink.send_tags(livephoto::gst::new_announcement(kIdentifier, 0));
  sink.send_tags(livephoto::gst::new_announcement(kOtherIdentifier, 0));
  sink.push(kSmall);
  sink.send_tags(livephoto::gst::new_announcement(kIdentifier, 0));
  sink.send_eos();

  const auto written = sink.message(GST_MESSAGE_ELEMENT);

  assert_equals_string(
      gst_structure_get_string(gst_message_get_structure(written.get()), "content-identifier"),
      kOtherIdentifier);
}
GST_END_TEST

GST_START_TEST(tags_are_in_the_exif) {
  if (!has_program("exiftool")) {
    skip("tags: exiftool is not installed");
    return;
  }
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path));
  sink.set_caps(kSmall);
  sink.send_tags(shared_tags());
  const auto date = adopt(gst_date_time_new(2.0F, 2023, 7, 19, 18, 4, 5.25));
  sink.send_tags(gst_tag_list_new(
      GST_TAG_DATE_TIME,
      date.get(),
      GST_TAG_GEO_LOCATION_LATITUDE,
      48.125,
      GST_TAG_GEO_LOCATION_LONGITUDE,
      -11.5,
      GST_TAG_GEO_LOCATION_ELEVATION,
      519.0,
      GST_TAG_APPLICATION_NAME,
      "The test",
      nullptr));

  sink.push(kSmall);
  sink.send_eos();

  assert_text(
      exiftool(
          path,
          "-Make -Model -ImageDescription -Software -SubSecDateTimeOriginal -GPSLatitude "
          "-GPSLongitude -GPSAltitude -Orientation -MediaGroupUUID -ContentIdentifier"),
      "Maker\nModel 7\nFrom the stream\nThe test\n2023:07:19 18:04:05.250+02:00\n48.125\n-11.5\n"
      "519\n1\n5C8DB46A-7C1E-4B0F-9C63-0D0A7E5A1B2F\n-\n");
}
GST_END_TEST

GST_START_TEST(texts_are_in_the_xmp) {
  if (!has_program("exiftool")) {
    skip("texts: exiftool is not installed");
    return;
  }
#ifdef HAVE_JPEG
  const std::vector<std::string> names{"still.HEIC", "still.JPG"};
#else
  const std::vector<std::string> names{"still.HEIC"};
#endif
  for (const auto& name : names) {
    Folder folder;
    const auto path = folder / name;
    Sink sink(still_at(path));
    sink.set_caps(kSmall);
    auto* tags = shared_tags();
    gst_tag_list_add(
        tags,
        GST_TAG_MERGE_APPEND,
        GST_TAG_TITLE,
        "A title",
        GST_TAG_KEYWORDS,
        "sea",
        GST_TAG_KEYWORDS,
        "two words",
        nullptr);
    sink.send_tags(tags);

    sink.push(kSmall);
    sink.send_eos();

    assert_text(
        exiftool(path, "-XMP-dc:Title -XMP-dc:Description -XMP-dc:Subject -ImageDescription"),
        "A title\nFrom the stream\nsea,two words\nFrom the stream\n");
  }
}
GST_END_TEST

// Keywords of more bytes than any camera writes must not keep a still from being made.
GST_START_TEST(texts_that_are_too_long_are_cut) {
#ifdef HAVE_JPEG
  Folder folder;
  const auto path = folder / "still.JPG";
  Sink sink(still_at(path));
  sink.set_caps(kSmall);
  const std::string worst(9000, '&');  // five letters each in XML
  auto* tags =
      gst_tag_list_new(GST_TAG_TITLE, worst.c_str(), GST_TAG_DESCRIPTION, worst.c_str(), nullptr);
  for (int i = 0; i < 100; ++i)
    gst_tag_list_add(
        tags,
        GST_TAG_MERGE_APPEND,
        GST_TAG_KEYWORDS,
        (std::to_string(i) + worst.substr(0, 900)).c_str(),
        nullptr);
  sink.send_tags(tags);

  assert_equals_int(sink.push(kSmall), GST_FLOW_OK);
  sink.send_eos();

  fail_unless(fs::exists(path));
#endif
}
GST_END_TEST

GST_START_TEST(the_setter_wins_unless_its_merge_mode_says_otherwise) {
  if (!has_program("exiftool")) {
    skip("tag setter: exiftool is not installed");
    return;
  }
  for (const auto& [mode, expected] :
       {std::pair{GST_TAG_MERGE_KEEP, "From the setter\nMaker\nElsewhere\n"},
        {GST_TAG_MERGE_REPLACE, "From the stream\nMaker\nElsewhere\n"},
        {GST_TAG_MERGE_REPLACE_ALL, "From the stream\nMaker\n-\n"},
        {GST_TAG_MERGE_KEEP_ALL, "From the setter\n-\nElsewhere\n"}}) {
    Folder folder;
    const auto path = folder / "still.HEIC";
    Sink sink(at(path));
    gst_tag_setter_add_tags(
        GST_TAG_SETTER(sink.element()),
        GST_TAG_MERGE_REPLACE,
        GST_TAG_DESCRIPTION,
        "From the setter",
        GST_TAG_APPLICATION_NAME,
        "Elsewhere",
        nullptr);
    gst_tag_setter_set_tag_merge_mode(GST_TAG_SETTER(sink.element()), mode);
    sink.set_caps(kSmall);
    sink.send_tags(shared_tags());
    // Not a description: it joins the pair, whatever the mode.
    sink.send_tags(livephoto::gst::new_announcement(kIdentifier, 0));

    sink.push(kSmall);
    sink.send_eos();

    assert_text(exiftool(path, "-ImageDescription -Make -Software"), expected);
    assert_contains(exiftool(path, "-MediaGroupUUID"), kIdentifier);
  }
}
GST_END_TEST

GST_START_TEST(a_heic_is_shown_upright) {
  Folder folder;
  const auto path = folder / "still.HEIC";
  Sink sink(still_at(path) + "quality=100");
  sink.set_caps(kSmall);
  sink.send_tags(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, "rotate-90", nullptr));

  sink.push(kSmall);
  sink.send_eos();

  // Clockwise: what was on the left, the dark, is above.
  const auto rgb = rgb_of(heic_at(path));
  fail_unless((rgb.size == Size{48, 64}));
  fail_unless(rgb.at(24, 2, 1) + 80 < rgb.at(24, 61, 1));
  fail_unless(std::abs(rgb.at(24, 30, 1) - rgb.at(40, 30, 1)) < 40);
}
GST_END_TEST

// ---- JPEG ----------------------------------------------------------------------

#ifdef HAVE_JPEG
namespace {

Rgb decoded_jpeg(const std::string& bytes) {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  Rgb rgb{{static_cast<int>(jpeg.output_width), static_cast<int>(jpeg.output_height)}, {}};
  rgb.samples.resize(std::size_t{3} * jpeg.output_width * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    auto* row = rgb.samples.data() + std::size_t{3} * jpeg.output_scanline * jpeg.output_width;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return rgb;
}

struct ColourCase {
  const char* caps;
  std::array<int, 3> rgb;  // of flat(), by the formulas of BT.601 and BT.709
};

constexpr std::array kColours{
    ColourCase{"format=I420,colorimetry=bt601", {202, 0, 2}},
    ColourCase{"format=I420,colorimetry=bt709", {220, 11, 0}},
    ColourCase{"format=NV12,colorimetry=bt709", {220, 11, 0}},
    ColourCase{"format=I420_10LE,colorimetry=bt709", {220, 11, 0}},
    ColourCase{"format=P010_10LE,colorimetry=bt709", {220, 11, 0}},
    ColourCase{"format=Y444_12LE,colorimetry=bt709", {220, 11, 0}},
    ColourCase{"format=I420,colorimetry=(string)1:4:0:0", {192, 6, 17}},
    ColourCase{"format=I420,colorimetry=bt709,interlace-mode=mixed", {220, 11, 0}},
    ColourCase{"format=BGRx", {63, 102, 220}},
    ColourCase{"format=I420,colorimetry=(string)2:3:5:11", {220, 11, 0}},  // Display P3 as it is
};

}  // namespace

GST_START_TEST(a_jpeg_has_the_colours_of_the_picture) {
  const auto& colour = kColours.at(static_cast<std::size_t>(__i__));
  Folder folder;
  const auto path = folder / "still.JPG";
  Sink sink(still_at(path) + "quality=100");

  assert_equals_int(
      sink.push(std::string("video/x-raw,width=66,height=49,framerate=25/1,") + colour.caps, flat),
      GST_FLOW_OK);
  sink.send_eos();

  const auto rgb = decoded_jpeg(content_of(path));
  fail_unless((rgb.size == Size{66, 49}));
  for (const auto& [x, y] : {std::pair{0, 0}, {33, 20}, {65, 48}})
    for (int c = 0; c < 3; ++c)
      fail_unless(
          std::abs(rgb.at(x, y, c) - colour.rgb[static_cast<std::size_t>(c)]) <= 2,
          "%s: component %d at %d,%d is %d",
          colour.caps,
          c,
          x,
          y,
          rgb.at(x, y, c));
}
GST_END_TEST

GST_START_TEST(a_jpeg_shows_alpha_on_black) {
  for (const std::string format : {"RGBA", "A420", "AYUV"}) {
    Folder folder;
    const auto path = folder / "still.JPG";
    Sink sink(still_at(path) + "quality=100");

    sink.push(
        "video/x-raw,width=66,height=48,framerate=25/1,format=" + format,
        [](guint component, double x, double y) {
          return component == kAlpha ? (y < 0.5 ? 0 : 255) : flat(component, x, y);
        });
    sink.send_eos();

    const auto rgb = decoded_jpeg(content_of(path));
    const auto seen = format == "RGBA" ? std::array{63, 102, 220} : std::array{202, 0, 2};
    for (int c = 0; c < 3; ++c) {
      fail_unless(rgb.at(30, 10, c) <= 2, "%s: %d", format.c_str(), rgb.at(30, 10, c));
      fail_unless(
          std::abs(rgb.at(30, 40, c) - seen[static_cast<std::size_t>(c)]) <= 2,
          "%s: %d",
          format.c_str(),
          rgb.at(30, 40, c));
    }
  }
}
GST_END_TEST

GST_START_TEST(a_jpeg_of_display_p3_has_its_profile) {
  if (!has_program("exiftool")) {
    skip("profile of a JPEG: exiftool is not installed");
    return;
  }
  for (const auto& [caps, name] :
       {std::pair{"format=I420,colorimetry=(string)2:3:5:11", "Display P3\n"},
        {"format=RGB,colorimetry=(string)1:1:7:11", "Display P3\n"},
        {"format=I420,colorimetry=bt2020", "-\n"},  // brought into BT.709
        {"format=I420,colorimetry=bt709", "-\n"}}) {
    Folder folder;
    const auto path = folder / "still.JPG";
    Sink sink(still_at(path));

    sink.push(std::string("video/x-raw,width=66,height=48,framerate=25/1,") + caps, flat);
    sink.send_eos();

    assert_text(exiftool(path, "-ICC_Profile:ProfileDescription"), name);
  }
}
GST_END_TEST

GST_START_TEST(a_jpeg_has_square_pixels_and_the_orientation_in_its_exif) {
  Folder folder;
  const auto path = folder / "still.JPG";
  Sink sink(still_at(path));
  sink.set_caps(kSmall);
  sink.send_tags(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, "rotate-90", nullptr));

  sink.push(std::string(kSmall) + ",pixel-aspect-ratio=2/1");
  sink.send_eos();

  fail_unless((decoded_jpeg(content_of(path)).size == Size{128, 48}));
  if (!has_program("exiftool")) {
    skip("orientation of a JPEG: exiftool is not installed");
    return;
  }
  assert_text(
      exiftool(path, "-Orientation -MediaGroupUUID"),
      "6\n5C8DB46A-7C1E-4B0F-9C63-0D0A7E5A1B2F\n");
}
GST_END_TEST
#else
GST_START_TEST(a_build_without_jpeg_says_so) {
  Folder folder;

  assert_contains(error_of_start(still_at(folder / "still.JPG")), "built without JPEG");
  assert_contains(error_of_start("format=jpeg"), "built without JPEG");
}
GST_END_TEST
#endif

static Suite* heifstillsink_suite() {
  auto* suite = suite_create("heifstillsink");
  const auto add_case = [suite](const char* name) {
    auto* tests = tcase_create(name);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return tests;
  };

  auto* file = add_case("file");
  tcase_add_test(file, it_neither_waits_for_a_clock_nor_keeps_pictures);
  tcase_add_test(file, properties_are_read_back);
  tcase_add_test(file, the_file_takes_its_name_at_eos);
  tcase_add_test(file, the_message_tells_what_was_written_before_the_eos_message);
  tcase_add_test(file, without_location_the_bytes_are_in_the_message);
  tcase_add_test(file, an_abandoned_picture_leaves_what_was_there);
  tcase_add_test(file, an_older_file_is_replaced_at_eos);
  tcase_add_test(file, in_paused_the_still_is_made_but_has_no_name);
  tcase_add_test(file, a_preroll_that_plays_is_written_once);
  tcase_add_test(file, what_is_no_picture_does_not_wait_for_playing);
  tcase_add_test(file, the_end_of_the_segment_is_not_that_of_the_pipeline);
  tcase_add_test(file, eos_in_paused_waits_for_playing);
  tcase_add_test(file, eos_that_is_given_up_in_paused_leaves_nothing);
  tcase_add_test(file, a_second_picture_is_answered_with_eos);
  tcase_add_test(file, the_buffer_is_not_kept);

  auto* runs = add_case("runs");
  tcase_add_test(runs, after_ready_it_writes_another_still);
  tcase_add_test(runs, a_flush_forgets_the_picture);
  tcase_add_test(runs, a_flush_after_eos_makes_room_for_another_still);
  tcase_add_test(runs, tags_outlive_a_flush);
  tcase_add_test(runs, it_keeps_no_pipeline_from_playing);
  tcase_add_test(runs, it_confirms_when_asked);
  tcase_add_test(runs, it_says_upstream_when_the_still_is_on_the_disk);
  tcase_add_test(runs, it_says_nothing_upstream_when_the_still_failed);

  auto* errors = add_case("errors");
  tcase_add_test(errors, a_missing_folder_is_told_at_once);
  tcase_add_test(errors, a_folder_that_takes_no_files_is_told_at_once);
  tcase_add_test(errors, a_folder_is_no_file);
  tcase_add_test(errors, an_identifier_that_is_no_uuid_is_told_at_once);
  tcase_add_test(errors, an_unknown_extension_is_told_at_once);
  tcase_add_test(errors, a_start_that_failed_can_be_tried_again);
  tcase_add_test(errors, without_identifier_nothing_is_written);
  tcase_add_test(errors, an_identifier_of_a_tag_is_checked);
  tcase_add_test(errors, eos_without_a_picture_is_an_error);
  tcase_add_test(errors, eos_without_a_picture_after_a_flush_is_an_error);
  tcase_add_test(errors, a_picture_that_cannot_be_encoded_leaves_what_was_there);
  tcase_add_test(errors, an_absurd_pixel_aspect_ratio_is_an_error);
  tcase_add_test(errors, a_buffer_that_is_too_short_is_an_error);
  tcase_add_test(errors, a_buffer_that_was_cut_after_its_meta_is_an_error);
  tcase_add_test(errors, a_write_that_fails_leaves_nothing);
  tcase_add_test(errors, a_full_disk_leaves_what_was_there);

  auto* pictures = add_case("pictures");
  tcase_add_loop_test(pictures, samples_are_stored_as_they_are, 0, kYuvFormats.size());
  tcase_add_loop_test(pictures, rgb_keeps_its_colours, 0, kRgbFormats.size());
  tcase_add_loop_test(pictures, yuv_with_alpha_is_shown_on_black, 0, kYuvFormatsWithAlpha.size());
  tcase_add_loop_test(pictures, rgb_with_alpha_is_shown_on_black, 0, kRgbFormatsWithAlpha.size());
  tcase_add_test(pictures, an_alpha_that_hides_nothing_changes_nothing);
  tcase_add_test(pictures, pixels_with_alpha_become_square);
  tcase_add_test(pictures, a_buffer_without_its_alpha_is_an_error);
  tcase_add_test(pictures, wide_colours_have_an_icc_profile_beside_it);
  tcase_add_test(pictures, rows_may_lie_anywhere);
  tcase_add_test(pictures, it_offers_to_take_video_meta);
  tcase_add_test(pictures, the_colorimetry_is_in_the_file);
  tcase_add_loop_test(pictures, pixels_become_square_and_keep_their_colour, 0, kAspects.size());

  auto* settings = add_case("settings");
  tcase_add_test(settings, the_thumbnail_is_as_large_as_asked);
  tcase_add_test(settings, quality_and_speed_preset_reach_the_encoder);
  tcase_add_test(settings, every_speed_preset_exists);
  tcase_add_test(settings, the_extension_names_the_format);
  tcase_add_test(settings, the_identifier_of_the_property_wins_in_upper_case);

  auto* tags = add_case("tags");
  tcase_add_test(tags, the_last_announcement_before_the_picture_counts);
  tcase_add_test(tags, tags_are_in_the_exif);
  tcase_add_test(tags, texts_are_in_the_xmp);
  tcase_add_test(tags, texts_that_are_too_long_are_cut);
  tcase_add_test(tags, the_setter_wins_unless_its_merge_mode_says_otherwise);
  tcase_add_test(tags, a_heic_is_shown_upright);

  auto* jpeg = add_case("jpeg");
#ifdef HAVE_JPEG
  tcase_add_loop_test(jpeg, a_jpeg_has_the_colours_of_the_picture, 0, kColours.size());
  tcase_add_test(jpeg, a_jpeg_shows_alpha_on_black);
  tcase_add_test(jpeg, a_jpeg_of_display_p3_has_its_profile);
  tcase_add_test(jpeg, a_jpeg_has_square_pixels_and_the_orientation_in_its_exif);
#else
  tcase_add_test(jpeg, a_build_without_jpeg_says_so);
#endif
  return suite;
}

GST_CHECK_MAIN(heifstillsink)
