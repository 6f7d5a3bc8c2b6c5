// One of the source's streams: as it came in, and how it leaves again.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <optional>
#include <vector>

#include "gst/support/pad_task.h"
#include "gst/support/ptr.h"

namespace livephoto::select {

using gst::Owned;
using std::chrono::nanoseconds;

// Times beyond the range of nanoseconds become its last.
nanoseconds from_clock_time(GstClockTime time);
GstClockTime to_clock_time(nanoseconds time);

// In stream time, also before the segment, where a decoder starts; nothing for
// a time that has none.
std::optional<nanoseconds> stream_time(const GstSegment& segment, GstClockTime time);

// A segment that begins earlier than the one before it, in the same running time,
// corrects that: by how much the stream times told so far were too early. Nothing
// for a segment that continues. matroskademux 1.22 does so: it takes the first
// packet's time for the begin, until another stream's packet is earlier.
std::optional<nanoseconds> correction(const GstSegment& before, const GstSegment& after);

// Where something ends; nothing where the duration is unknown or absurd.
std::optional<GstClockTime> end_of(GstClockTime begin, GstClockTime duration);

bool is_raw(const GstCaps* caps);

// What has come in by one sink pad, and what of it has gone on.
struct Input {
  GstSegment segment;
  Owned<GstEvent> stream_start;
  Owned<GstCaps> caps;       // as they are now
  Owned<GstCaps> sent_caps;  // as they left, with the clip's first buffer
  Owned<GstTagList> global_tags;
  Owned<GstTagList> stream_tags;
  bool ignores_orientation = false;  // in tags to come: the source's file knows better
  bool started = false;              // the clip's first buffer has left
  bool ended = false;                // the source has said EOS
  bool completed = false;            // EOS has left: what comes now is not of the clip

  bool is_packets() const { return caps && !is_raw(caps.get()); }
  bool has_date() const;

  Input() { gst_segment_init(&segment, GST_FORMAT_UNDEFINED); }
};

// What is to leave by a pad, in order.
using Outgoing = std::vector<Owned<GstMiniObject>>;

Owned<GstMiniObject> as_item(GstEvent* event);
Owned<GstMiniObject> as_item(Owned<GstEvent> event);
Owned<GstMiniObject> as_item(Owned<GstBuffer> buffer);

// The events before a branch's first buffer; `caps` may be null where there is
// none. The source's tags go with them, dated so much `later`. Without a segment,
// running time is the buffers' own.
Outgoing opening(
    GstPad* pad,
    const Input& input,
    GstCaps* caps,
    nanoseconds later,
    const GstSegment* segment = nullptr);

// Shares the memory; only what is written beside it is the copy's own.
Owned<GstBuffer> restamped(GstBuffer* buffer, nanoseconds time, nanoseconds duration);

void queue_all(gst::PadTask& task, Outgoing items);

// Stops at the first push that fails. A branch that nobody wants, or that has
// enough, is no reason to stop the others: it counts as GST_FLOW_OK.
GstFlowReturn push_all(GstPad* pad, Outgoing items);

}  // namespace livephoto::select
