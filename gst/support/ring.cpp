#include "gst/support/ring.h"

#include <algorithm>
#include <utility>

namespace livephoto::gst {

Owned<GstBuffer> keepable(GstBuffer* buffer) {
  if (!buffer->pool) return retain(buffer);
  const auto config = adopt(gst_buffer_pool_get_config(buffer->pool));
  guint most = 0;
  const bool is_known =
      gst_buffer_pool_config_get_params(config.get(), nullptr, nullptr, nullptr, &most);
  return is_known && most == 0 ? retain(buffer) : adopt(gst_buffer_copy_deep(buffer));
}

void Ring::add(Item item) {
  if (items_.empty() && !item.is_start) return;
  bytes_ += gst_buffer_get_size(item.buffer.get());
  latest_ = latest_ ? std::max(*latest_, item.time) : item.time;
  if (item.is_start) last_start_ = item.time;
  items_.push_back(std::move(item));
  while (bytes_ > most_) {
    const auto next = std::find_if(items_.begin() + 1, items_.end(), [](const Item& later) {
      return later.is_start;
    });
    if (next == items_.end()) return clear();
    forget(static_cast<std::size_t>(next - items_.begin()));
  }
}

std::size_t Ring::first_needed(nanoseconds time) const {
  for (std::size_t i = items_.size(); i-- > 0;)
    if (items_[i].is_start && items_[i].time <= time) return i;
  return 0;
}

void Ring::keep_from(nanoseconds time) { forget(first_needed(time)); }

void Ring::forget(std::size_t count) {
  for (; count > 0; --count) {
    bytes_ -= gst_buffer_get_size(items_.front().buffer.get());
    items_.pop_front();
  }
}

void Ring::clear() {
  items_.clear();
  bytes_ = 0;
  latest_.reset();
  last_start_.reset();
}

std::optional<nanoseconds> Ring::begin() const {
  if (items_.empty()) return std::nullopt;
  return items_.front().time;
}

}  // namespace livephoto::gst
