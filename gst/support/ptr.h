// Ownership of GStreamer objects, visible in the type and at the call.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <span>
#include <utility>

namespace livephoto::gst {

struct Release {
  void operator()(GstBuffer* p) const { gst_buffer_unref(p); }
  void operator()(GstCaps* p) const { gst_caps_unref(p); }
  void operator()(GstEvent* p) const { gst_event_unref(p); }
  void operator()(GstQuery* p) const { gst_query_unref(p); }
  void operator()(GstMiniObject* p) const { gst_mini_object_unref(p); }
  void operator()(GstSample* p) const { gst_sample_unref(p); }
  void operator()(GstTagList* p) const { gst_tag_list_unref(p); }
  void operator()(GstStructure* p) const { gst_structure_free(p); }
  void operator()(GstDateTime* p) const { gst_date_time_unref(p); }
  void operator()(GDateTime* p) const { g_date_time_unref(p); }
  void operator()(GDate* p) const { g_date_free(p); }
  void operator()(GTimeZone* p) const { g_time_zone_unref(p); }
  void operator()(GstPad* p) const { gst_object_unref(p); }
  void operator()(GstElement* p) const { gst_object_unref(p); }
  void operator()(GstObject* p) const { gst_object_unref(p); }
  void operator()(GstElementFactory* p) const { gst_object_unref(p); }
  void operator()(GstIterator* p) const { gst_iterator_free(p); }
  void operator()(GError* p) const { g_error_free(p); }
  void operator()(gchar* p) const { g_free(p); }
};

template <class T>
using Owned = std::unique_ptr<T, Release>;

// For a pointer documented [transfer full].
template <class T>
Owned<T> adopt(T* pointer) {
  return Owned<T>(pointer);
}

// For a pointer documented [transfer none] that must outlive its lender; null stays null.
inline Owned<GstBuffer> retain(GstBuffer* p) { return adopt(p ? gst_buffer_ref(p) : nullptr); }
inline Owned<GstCaps> retain(GstCaps* p) { return adopt(p ? gst_caps_ref(p) : nullptr); }
inline Owned<GstPad> retain(GstPad* p) { return adopt(p ? GST_PAD(gst_object_ref(p)) : nullptr); }
inline Owned<GstEvent> retain(GstEvent* p) { return adopt(p ? gst_event_ref(p) : nullptr); }
inline Owned<GstTagList> retain(GstTagList* p) { return adopt(p ? gst_tag_list_ref(p) : nullptr); }

// Borrows the buffer: takes no reference, so a writable buffer stays writable.
class ReadMap {
 public:
  explicit ReadMap(GstBuffer* buffer)
      : buffer_(buffer), ok_(gst_buffer_map(buffer, &info_, GST_MAP_READ)) {}
  ~ReadMap() {
    if (ok_) gst_buffer_unmap(buffer_, &info_);
  }
  ReadMap(const ReadMap&) = delete;
  ReadMap& operator=(const ReadMap&) = delete;

  explicit operator bool() const { return ok_; }
  std::span<const guint8> bytes() const { return {info_.data, info_.size}; }

 private:
  GstBuffer* buffer_;
  GstMapInfo info_{};
  bool ok_;
};

// Calls `use` with each object, which is on loan.
template <class Use>
void for_each(Owned<GstIterator> iterator, Use use) {
  GValue item = G_VALUE_INIT;
  for (;;) {
    const GstIteratorResult result = gst_iterator_next(iterator.get(), &item);
    if (result == GST_ITERATOR_RESYNC) {
      gst_iterator_resync(iterator.get());  // what was seen comes again
      continue;
    }
    if (result != GST_ITERATOR_OK) break;
    use(g_value_get_object(&item));
    g_value_reset(&item);
  }
  g_value_unset(&item);
}

// GST_OBJECT_LOCK for the scope.
class ObjectLock {
 public:
  explicit ObjectLock(gpointer object) : object_(GST_OBJECT_CAST(object)) {
    GST_OBJECT_LOCK(object_);
  }
  ~ObjectLock() { GST_OBJECT_UNLOCK(object_); }
  ObjectLock(const ObjectLock&) = delete;
  ObjectLock& operator=(const ObjectLock&) = delete;

 private:
  GstObject* object_;
};

}  // namespace livephoto::gst
