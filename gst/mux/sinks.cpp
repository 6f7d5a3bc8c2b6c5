#include "gst/mux/sinks.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <tuple>
#include <utility>

namespace livephoto::mux {
namespace {

// 7 for "audio_7"; nothing for another name, or none.
std::optional<guint> number_in(const gchar* name) {
  const std::string_view text = name ? name : "";
  const auto underscore = text.find('_');
  if (underscore == std::string_view::npos) return std::nullopt;
  guint number = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + underscore + 1, end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<guint> Sinks::free_number(TrackKind kind, const gchar* requested_name) const {
  const auto is_taken = [&](guint number) {
    return std::ranges::any_of(sinks_, [&](const auto& sink) {
      return sink->input.kind() == kind &&
             (kind == TrackKind::Video || sink->input.number() == number);
    });
  };
  if (const auto wanted = number_in(requested_name))
    return is_taken(*wanted) ? std::nullopt : wanted;
  if (kind == TrackKind::Video) return is_taken(0) ? std::nullopt : std::optional<guint>(0);
  guint number = 0;
  while (is_taken(number)) ++number;
  return number;
}

void Sinks::insert(GstPad* pad, TrackKind kind, guint number) {
  const auto place = [](const auto& sink) {
    return std::tuple(sink->input.kind(), sink->input.number());
  };
  auto sink = std::make_unique<Sink>(Sink{pad, Input(kind, number)});
  const auto at = std::ranges::upper_bound(sinks_, place(sink), {}, place);
  sinks_.insert(at, std::move(sink));
}

std::unique_ptr<Sink> Sinks::take(const GstPad* pad) {
  const auto found = std::ranges::find(sinks_, pad, [](const auto& sink) { return sink->pad; });
  if (found == sinks_.end()) return nullptr;
  auto sink = std::move(*found);
  sinks_.erase(found);
  return sink;
}

Sink* Sinks::find(const GstPad* pad) {
  const auto found = std::ranges::find(sinks_, pad, [](const auto& sink) { return sink->pad; });
  return found == sinks_.end() ? nullptr : found->get();
}

gst::Owned<GstPad> Sinks::video() const {
  const auto found = std::ranges::find_if(sinks_, [](const auto& sink) {
    return sink->input.kind() == TrackKind::Video;
  });
  return found == sinks_.end() ? nullptr : gst::retain((*found)->pad);
}

std::vector<std::vector<gst::Owned<GstBuffer>>> Sinks::take_buffers() {
  std::vector<std::vector<gst::Owned<GstBuffer>>> buffers;
  for (const auto& sink : sinks_) buffers.push_back(sink->input.take_buffers());
  return buffers;
}

void Sinks::restart() {
  for (const auto& sink : sinks_) sink->input.restart();
}

std::uint64_t Sinks::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& sink : sinks_) sum += sink->input.bytes();
  return sum;
}

bool Sinks::any_flushing() const {
  return std::ranges::any_of(sinks_, [](const auto& sink) { return sink->input.flushing; });
}

bool Sinks::all_at_end() const {
  return !sinks_.empty() &&
         std::ranges::all_of(sinks_, [](const auto& sink) { return sink->input.at_end(); });
}

}  // namespace livephoto::mux
