#include "gst/mux/movie_writer.h"

#include <utility>

namespace livephoto::mux {
namespace {

using gst::adopt;
using gst::Owned;

// Sinks write a list at once; a flush is noticed between lists.
constexpr gsize kListBytes = 1 << 20;
constexpr guint kListBuffers = 256;

class Pusher {
 public:
  explicit Pusher(GstPad* source) : source_(source) {}

  void add(const Bytes& bytes) {
    if (!bytes.empty()) add(gst_buffer_new_memdup(bytes.data(), bytes.size()));
  }

  // Takes the memory alone: times and flags of a packet mean nothing in a file.
  void add_memory_of(Owned<GstBuffer> packet) {
    GstBuffer* buffer = gst_buffer_new();
    const auto all = static_cast<gsize>(-1);
    gst_buffer_copy_into(buffer, packet.get(), GST_BUFFER_COPY_MEMORY, 0, all);
    add(buffer);
  }

  GstFlowReturn flush() {
    if (list_ && flow_ == GST_FLOW_OK) flow_ = gst_pad_push_list(source_, list_.release());
    list_.reset();
    listed_ = 0;
    return flow_;
  }

  GstFlowReturn flow() const { return flow_; }

 private:
  struct Unref {
    void operator()(GstBufferList* list) const { gst_buffer_list_unref(list); }
  };

  void add(GstBuffer* buffer) {
    const gsize size = gst_buffer_get_size(buffer);
    GST_BUFFER_OFFSET(buffer) = offset_;
    offset_ += size;
    GST_BUFFER_OFFSET_END(buffer) = offset_;
    if (!list_) list_.reset(gst_buffer_list_new());
    gst_buffer_list_add(list_.get(), buffer);
    listed_ += size;
    if (listed_ >= kListBytes || gst_buffer_list_length(list_.get()) >= kListBuffers) flush();
  }

  GstPad* source_;
  std::unique_ptr<GstBufferList, Unref> list_;
  gsize listed_ = 0;  // bytes
  guint64 offset_ = 0;
  GstFlowReturn flow_ = GST_FLOW_OK;
};

void begin_stream(GstPad* source, const std::string& stream_id) {
  GstEvent* start = gst_event_new_stream_start(stream_id.c_str());
  gst_event_set_group_id(start, gst_util_group_id_next());
  gst_pad_push_event(source, start);

  const auto caps = adopt(gst_pad_get_pad_template_caps(source));
  gst_pad_push_event(source, gst_event_new_caps(caps.get()));

  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_BYTES);
  gst_pad_push_event(source, gst_event_new_segment(&segment));
}

}  // namespace

GstFlowReturn push_movie(
    GstPad* source, const Movie& movie, TrackBuffers tracks, const std::string& stream_id) {
  begin_stream(source, stream_id);
  Pusher pusher(source);
  pusher.add(movie.head);
  for (const PacketReference& reference : movie.packets) {
    if (pusher.flow() != GST_FLOW_OK) break;
    pusher.add_memory_of(std::move(tracks[reference.track][reference.packet]));
  }
  pusher.add(movie.tail);
  const GstFlowReturn flow = pusher.flush();
  if (flow != GST_FLOW_OK && flow != GST_FLOW_EOS) return flow;
  // Also to a sink that has enough already: it would wait for ever. One that has
  // kept the last bytes back writes them now, and may fail.
  const bool ended = gst_pad_push_event(source, gst_event_new_eos());
  return ended || flow == GST_FLOW_EOS ? GST_FLOW_OK : GST_FLOW_ERROR;
}

}  // namespace livephoto::mux
