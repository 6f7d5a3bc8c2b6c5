// What the benchmark programs have in common: packets of a file, pads to feed an element by, pads
// that drop all.
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gst/support/ptr.h"

namespace livephoto::bench {

using gst::adopt;
using gst::Owned;

[[noreturn]] inline void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

struct Packets {
  Owned<GstCaps> caps;
  std::vector<GstBuffer*> buffers;  // each is given away when it is pushed
};

namespace detail {

struct Collector {
  Packets packets;
  GstClockTime end;
};

inline GstPadProbeReturn collect(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* collector = static_cast<Collector*>(data);
  if (!collector->packets.caps) collector->packets.caps = adopt(gst_pad_get_current_caps(pad));
  GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
  if (GST_BUFFER_PTS(buffer) < collector->end)
    collector->packets.buffers.push_back(gst_buffer_ref(buffer));
  return GST_PAD_PROBE_OK;
}

}  // namespace detail

// The packets of an MP4's picture ("video") or sound ("audio") that are shown before `end`, parsed.
inline Packets packets_of(
    const std::string& file, const std::string& kind, GstClockTime end = GST_CLOCK_TIME_NONE) {
  const bool is_video = kind == "video";
  const std::string line =
      "filesrc name=file ! qtdemux name=d d." + kind + "_0 ! queue ! " +
      (is_video ? "h264parse ! video/x-h264,stream-format=avc,alignment=au" : "aacparse") +
      " ! fakesink name=sink";
  const auto pipeline = adopt(gst_parse_launch(line.c_str(), nullptr));
  if (!pipeline) give_up("cannot make: " + line);
  const auto source = adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "file"));
  g_object_set(source.get(), "location", file.c_str(), nullptr);
  const auto sink = adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
  const auto pad = adopt(gst_element_get_static_pad(sink.get(), "sink"));
  detail::Collector collector{{}, end};
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, detail::collect, &collector, nullptr);

  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  GstBus* bus = gst_element_get_bus(pipeline.get());
  const auto types = static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  GstMessage* message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, types);
  const bool good = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
  gst_message_unref(message);
  gst_object_unref(bus);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  if (!good || collector.packets.buffers.empty()) give_up("no " + kind + " packets in " + file);
  return std::move(collector.packets);
}

// Takes everything, knows when the stream has ended, and says that it can seek, as a file can.
class Drop {
 public:
  Drop() : pad_(gst_pad_new("drop", GST_PAD_SINK)) {
    gst_object_ref_sink(pad_);
    gst_pad_set_element_private(pad_, this);
    gst_pad_set_chain_function(pad_, [](GstPad* pad, GstObject*, GstBuffer* buffer) {
      Drop* self = of(pad);
      ++self->buffers_;
      self->bytes_ += gst_buffer_get_size(buffer);
      gst_buffer_unref(buffer);
      return GST_FLOW_OK;
    });
    gst_pad_set_event_function(pad_, [](GstPad* pad, GstObject*, GstEvent* event) -> gboolean {
      if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) of(pad)->end();
      gst_event_unref(event);
      return TRUE;
    });
    gst_pad_set_query_function(
        pad_,
        [](GstPad* pad, GstObject* parent, GstQuery* query) -> gboolean {
          if (GST_QUERY_TYPE(query) != GST_QUERY_SEEKING)
            return gst_pad_query_default(pad, parent, query);
          GstFormat format;
          gst_query_parse_seeking(query, &format, nullptr, nullptr, nullptr);
          gst_query_set_seeking(query, format, format == GST_FORMAT_BYTES, 0, -1);
          return TRUE;
        });
    gst_pad_set_active(pad_, TRUE);
  }
  ~Drop() {
    gst_pad_set_active(pad_, FALSE);
    gst_object_unref(pad_);
  }
  Drop(const Drop&) = delete;
  Drop& operator=(const Drop&) = delete;

  GstPad* pad() const { return pad_; }
  std::size_t buffers() const { return buffers_; }
  std::size_t bytes() const { return bytes_; }

  void wait_for_end() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return has_ended_; });
  }

 private:
  static Drop* of(GstPad* pad) { return static_cast<Drop*>(gst_pad_get_element_private(pad)); }

  void end() {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    ended_.notify_all();
  }

  GstPad* pad_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool has_ended_ = false;
  std::size_t buffers_ = 0;
  std::size_t bytes_ = 0;
};

// What is upstream of a pad.
class Feed {
 public:
  explicit Feed(GstPad* sink) : pad_(gst_pad_new(nullptr, GST_PAD_SRC)) {
    gst_object_ref_sink(pad_);
    gst_pad_set_active(pad_, TRUE);
    if (gst_pad_link_full(pad_, sink, GST_PAD_LINK_CHECK_NOTHING) != GST_PAD_LINK_OK)
      give_up("cannot link to the element");
  }
  ~Feed() {
    gst_pad_set_active(pad_, FALSE);
    gst_object_unref(pad_);
  }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  void open(const char* name, GstCaps* caps) {
    gst_pad_push_event(pad_, gst_event_new_stream_start(name));
    if (!gst_pad_push_event(pad_, gst_event_new_caps(caps)))
      give_up("the element refuses the caps");
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad_, gst_event_new_segment(&segment));
  }
  GstFlowReturn push(GstBuffer* buffer) { return gst_pad_push(pad_, buffer); }
  void end() { gst_pad_push_event(pad_, gst_event_new_eos()); }

 private:
  GstPad* pad_;
};

inline Owned<GstElement> element(const char* name) {
  auto made = adopt(gst_element_factory_make(name, nullptr));
  if (!made) give_up(std::string("no element ") + name);
  gst_object_ref_sink(made.get());
  return made;
}

// Nanoseconds of processor time that this process has used.
inline double processor_time() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace livephoto::bench
