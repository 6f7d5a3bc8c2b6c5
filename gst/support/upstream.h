// What stands before and behind a pad: whether anything could ever arrive at it.
#pragma once

#include <gst/gst.h>

#include <functional>
#include <optional>
#include <string>

#include "gst/support/ptr.h"

namespace livephoto::gst {

// False where the chain of elements before `sink` begins with a pad that is
// linked to nothing: a converter for a stream that the source does not have.
bool is_fed(GstPad* sink);

// The file that feeds `sink`, if it is a regular one: to open a pipe again would
// take data from it.
std::optional<std::string> file_before(GstPad* sink);

// True where one of the elements before `sink` is made by the factory.
bool is_behind(GstPad* sink, const gchar* factory);

// True where one of the elements before `sink` is a decoder: it holds pictures back, and
// GAP events may overtake them.
bool is_decoded(GstPad* sink);

// Calls `use` for each source pad that what arrives at `sink` has passed, the next
// one first, until it says false.
void for_each_pad_before(GstPad* sink, const std::function<bool(GstPad*)>& use);

// True where the chain of elements behind `source` ends with one that has yet to
// add its source pads, such as a decodebin.
bool is_open(GstPad* source);

// True for an element that adds source pads by itself.
bool adds_pads_by_itself(GstElement* element);

// The topmost bin that holds the element; null where there is none.
Owned<GstObject> pipeline_of(GstElement* element);

// The caps of another stream of the source that feeds `sink`, of a type ("audio/"),
// that nothing takes: of a pad that an element before `sink` has added by itself,
// and that is not linked. Null where there is none.
Owned<GstCaps> unlinked_stream(GstPad* sink, const gchar* type);

// True while an element of the pipeline of `element` that is no sink is still
// on its way to its state: it may have pads to add and streams to send.
bool may_grow(GstElement* element);

}  // namespace livephoto::gst
