// livephotoselect between pads of a test's own: for tests that feed it packets.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gst/support/ptr.h"
#include "gst/support/tags.h"
// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>

namespace livephoto::rig {

using gst::adopt;
using gst::Owned;

constexpr auto kPatience = std::chrono::seconds(30);

inline void assert_text(const std::string& found, const std::string& expected) {
  fail_unless(found == expected, "\"%s\" instead of \"%s\"", found.c_str(), expected.c_str());
}

// The peer of a source pad. It keeps everything that comes.
class Branch {
 public:
  std::function<void(GstMiniObject*)> on_item;
  std::function<bool(GstQuery*)> on_query;  // whether it has answered

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
    const std::unique_lock lock(mutex_);
    for (const auto& item : items_) words += (words.empty() ? "" : " ") + word_for(item.get());
    return words;
  }
  std::size_t count(const std::string& word) {
    const std::unique_lock lock(mutex_);
    return count_locked(word);
  }
  bool wait_for(const std::string& word) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return count_locked(word) > 0; });
  }
  void expect_eos() { fail_unless(wait_for("eos"), "no EOS after \"%s\"", words().c_str()); }
  void forget() {
    const std::unique_lock lock(mutex_);
    items_.clear();
  }

  // Loans, valid until forget().
  std::vector<GstBuffer*> buffers() {
    std::vector<GstBuffer*> buffers;
    const std::unique_lock lock(mutex_);
    for (const auto& item : items_)
      if (GST_IS_BUFFER(item.get())) buffers.push_back(GST_BUFFER_CAST(item.get()));
    return buffers;
  }
  GstEvent* event_named(const std::string& word) {
    const std::unique_lock lock(mutex_);
    for (const auto& item : items_)
      if (word_for(item.get()) == word) return GST_EVENT_CAST(item.get());
    fail_unless(false, "no %s", word.c_str());
    return nullptr;
  }
  const GstSegment& segment() {
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event_named("segment"), &segment);
    return *segment;
  }
  GstCaps* caps() {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event_named("caps"), &caps);
    return caps;
  }
  // The last byte of each buffer: a test's packets and pictures have their numbers there.
  std::vector<int> numbers() {
    std::vector<int> numbers;
    for (GstBuffer* buffer : buffers()) numbers.push_back(gst::ReadMap(buffer).bytes().back());
    return numbers;
  }

 private:
  static std::string word_for(GstMiniObject* item) {
    if (GST_IS_BUFFER(item)) return "frame";
    GstEvent* event = GST_EVENT_CAST(item);
    if (GST_EVENT_TYPE(event) != GST_EVENT_TAG) return GST_EVENT_TYPE_NAME(event);
    GstTagList* tags = nullptr;
    gst_event_parse_tag(event, &tags);
    if (gst::clip_duration_of(tags)) return "length";
    return gst::content_identifier_of(tags) ? "announcement" : "tag";
  }
  std::size_t count_locked(const std::string& word) {
    return static_cast<std::size_t>(
        std::ranges::count_if(items_, [&](const auto& i) { return word_for(i.get()) == word; }));
  }
  void keep(GstMiniObject* item) {
    {
      const std::unique_lock lock(mutex_);
      items_.push_back(adopt(item));
      changed_.notify_all();
    }
    if (on_item) on_item(item);
  }
  static Branch& of(GstPad* pad) { return *static_cast<Branch*>(gst_pad_get_element_private(pad)); }
  static GstFlowReturn chain(GstPad* pad, GstObject*, GstBuffer* buffer) {
    of(pad).keep(GST_MINI_OBJECT_CAST(buffer));
    return GST_FLOW_OK;
  }
  static gboolean event(GstPad* pad, GstObject*, GstEvent* event) {
    of(pad).keep(GST_MINI_OBJECT_CAST(event));
    return TRUE;
  }
  static gboolean query(GstPad* pad, GstObject* parent, GstQuery* query) {
    Branch& self = of(pad);
    if (self.on_query && self.on_query(query)) return TRUE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) {
      gst_query_set_caps_result(query, adopt(gst_caps_new_any()).get());
      return TRUE;
    }
    return GST_QUERY_TYPE(query) == GST_QUERY_ACCEPT_CAPS &&
           gst_pad_query_default(pad, parent, query);
  }

  GstPad* pad_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Owned<GstMiniObject>> items_;
};

// livephotoselect with a Branch behind each source pad, and these before its sinks.
class Rig {
 public:
  Branch picture, sound, still;

  Rig(const std::string& properties, GstPad* video, GstPad* audio) {
    element_ = gst_parse_launch(("livephotoselect " + properties).c_str(), nullptr);
    fail_unless(element_ != nullptr);
    gst_object_ref_sink(element_);
    gst_element_set_bus(element_, bus_);
    for (const auto& [name, branch] : branches()) link(pad_named(name).get(), branch->pad());
    if (video) link_source(video, "video_sink");
    if (audio) link_source(audio, "audio_sink");
  }
  ~Rig() {
    gst_bus_set_flushing(bus_, TRUE);
    gst_element_set_state(element_, GST_STATE_NULL);
    gst_element_set_bus(element_, nullptr);
    for (const auto& [name, branch] : branches())
      gst_pad_unlink(pad_named(name).get(), branch->pad());
    for (GstPad* source : sources_)
      if (const auto sink = adopt(gst_pad_get_peer(source))) gst_pad_unlink(source, sink.get());
    gst_object_unref(bus_);
    gst_object_unref(element_);
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;

  void link_source(GstPad* source, const char* sink) {
    link(source, pad_named(sink).get());
    sources_.push_back(source);
  }

  GstElement* element() { return element_; }
  void go_to(GstState state) {
    assert_equals_int(gst_element_set_state(element_, state), GST_STATE_CHANGE_SUCCESS);
  }
  void expect_eos() {
    for (const auto& [name, branch] : branches()) branch->expect_eos();
  }
  void forget() {
    for (const auto& [name, branch] : branches()) branch->forget();
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
  void expect_error(const std::string& part) {
    const auto text = errors();
    fail_unless(
        text.find(part) != std::string::npos,
        "\"%s\" is not in \"%s\"",
        part.c_str(),
        text.c_str());
    fail_unless(picture.count("eos") == 0 && still.count("eos") == 0);
  }

 private:
  static void link(GstPad* source, GstPad* sink) {
    assert_equals_int(gst_pad_link(source, sink), GST_PAD_LINK_OK);
  }
  Owned<GstPad> pad_named(const char* name) {
    return adopt(gst_element_get_static_pad(element_, name));
  }
  std::vector<std::pair<const char*, Branch*>> branches() {
    return {{"video_src", &picture}, {"audio_src", &sound}, {"still_src", &still}};
  }

  std::vector<GstPad*> sources_;
  GstElement* element_;
  GstBus* bus_ = gst_bus_new();
};

}  // namespace livephoto::rig
