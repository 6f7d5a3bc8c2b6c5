// Elements that livephotosink puts between two of its pads once it knows what comes.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <vector>

#include "core/result.h"
#include "gst/sink/impl.h"
#include "gst/support/ptr.h"

namespace livephoto::sink {

Owned<GstPad> pad_of(GstElement* element, const gchar* name);

void unlink(GstPad* pad);
// `from` is linked, or the target of a ghost pad of the bin's is set, whatever they
// were linked to before.
bool link(GstPad* from, GstPad* to);
// The same; Unsupported where they do not go together.
Result<void> join(const Owned<GstPad>& from, const Owned<GstPad>& to);

// Makes those of the elements that are needed; the first that is not there is the error.
class RowMaker {
 public:
  void add(Result<Owned<GstElement>> element);
  void add(Owned<GstElement> element);  // null: nothing
  void add(const gchar* factory);
  GstElement* last() const { return row_.empty() ? nullptr : row_.back().get(); }

  // Puts them, in order, between two pads, and starts them. `to` may be null: then the last
  // is not linked yet.
  Result<void> insert(GstLivePhotoSink* self, GstPad* from, GstPad* to);

 private:
  std::vector<Owned<GstElement>> row_;
  std::optional<Error> error_;
};

// As gst-launch-1.0 reads it; of no element, nothing.
void set(GstElement* element, const gchar* property, const gchar* value);

// With its parser, and held to a format if there is one.
void add_encoder(RowMaker& row, Result<Owned<GstElement>> encoder, Owned<GstCaps> format);

}  // namespace livephoto::sink
