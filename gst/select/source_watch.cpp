#include "gst/select/source_watch.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "gst/support/ptr.h"
#include "gst/support/upstream.h"

namespace livephoto::select {

using gst::adopt;
using gst::Owned;

namespace {

// An application may link what it was told of a little later.
constexpr GstClockTime kGrace = GST_SECOND;

// Those of the pipeline itself: what is inside a bin, the bin speaks for.
std::vector<Owned<GstElement>> elements_that_add_pads(GstElement* element) {
  std::vector<Owned<GstElement>> found;
  const auto top = gst::pipeline_of(element);
  if (!top) return found;
  gst::for_each(adopt(gst_bin_iterate_elements(GST_BIN_CAST(top.get()))), [&](gpointer item) {
    auto* candidate = GST_ELEMENT_CAST(item);
    if (gst::adds_pads_by_itself(candidate))
      found.push_back(adopt(GST_ELEMENT_CAST(gst_object_ref(candidate))));
  });
  return found;
}

bool is_any_pad_fed(GstElement* element) {
  bool fed = false;
  gst::for_each(adopt(gst_element_iterate_sink_pads(element)), [&](gpointer pad) {
    fed = fed || gst::is_fed(GST_PAD_CAST(pad));
  });
  return fed;
}

}  // namespace

// Outlives the watch where a signal or the clock calls in while it stops.
struct SourceWatch::State : std::enable_shared_from_this<State> {
  struct Handler {
    Owned<GstElement> element;
    gulong id;
  };

  State(GstElement* element, Callback callback) : on_nothing(callback) {
    g_weak_ref_init(&watched, element);
  }
  ~State() { g_weak_ref_clear(&watched); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void listen_to(Owned<GstElement> element) {
    using Self = std::shared_ptr<State>;
    const gulong id = g_signal_connect_data(
        element.get(),
        "no-more-pads",
        G_CALLBACK(
            +[](GstElement* sender, gpointer self) { (*static_cast<Self*>(self))->note(sender); }),
        new Self(shared_from_this()),
        [](gpointer self, GClosure*) { delete static_cast<Self*>(self); },
        static_cast<GConnectFlags>(0));
    handlers.push_back({std::move(element), id});
  }

  void note(GstElement* element) {
    const std::lock_guard lock(mutex);
    complete.insert(element);
    if (stopped || timer) return;
    const auto clock = adopt(GST_OBJECT_CAST(gst_system_clock_obtain()));
    auto* system_clock = GST_CLOCK_CAST(clock.get());
    timer = gst_clock_new_single_shot_id(system_clock, gst_clock_get_time(system_clock) + kGrace);
    using Self = std::shared_ptr<State>;
    gst_clock_id_wait_async(
        timer,
        [](GstClock*, GstClockTime, GstClockID, gpointer self) -> gboolean {
          (*static_cast<Self*>(self))->judge();
          return TRUE;
        },
        new Self(shared_from_this()),
        [](gpointer self) { delete static_cast<Self*>(self); });
  }

  bool may_add_pads() {
    return std::any_of(handlers.begin(), handlers.end(), [this](const Handler& handler) {
      const std::lock_guard lock(mutex);
      return !stopped && complete.count(handler.element.get()) == 0 &&
             GST_ELEMENT_CAST(handler.element.get())->numsrcpads == 0;
    });
  }

  void judge() {
    const auto object = adopt(GST_OBJECT_CAST(g_weak_ref_get(&watched)));
    if (!object) return;
    auto* element = GST_ELEMENT_CAST(object.get());
    const auto others = elements_that_add_pads(element);
    {
      const std::lock_guard lock(mutex);
      // Another that says no-more-pads later starts the clock again.
      if (timer) gst_clock_id_unref(std::exchange(timer, nullptr));
      const auto is_complete = [&](const auto& other) { return complete.count(other.get()) > 0; };
      if (stopped || !std::all_of(others.begin(), others.end(), is_complete)) return;
    }
    if (is_any_pad_fed(element)) return;
    {
      const std::lock_guard lock(mutex);
      if (stopped) return;
    }
    on_nothing(element);
  }

  void stop() {
    for (const Handler& handler : handlers)
      g_signal_handler_disconnect(handler.element.get(), handler.id);
    handlers.clear();
    const std::lock_guard lock(mutex);
    stopped = true;
    if (!timer) return;
    gst_clock_id_unschedule(timer);
    gst_clock_id_unref(std::exchange(timer, nullptr));
  }

  GWeakRef watched;
  Callback on_nothing;
  std::vector<Handler> handlers;  // changed only while nothing streams
  std::mutex mutex;               // guards what follows
  std::set<GstElement*> complete;
  GstClockID timer = nullptr;
  bool stopped = false;
};

SourceWatch::SourceWatch(GstElement* element, Callback on_nothing)
    : element_(element), on_nothing_(on_nothing) {}

SourceWatch::~SourceWatch() { stop(); }

bool SourceWatch::may_add_pads() const { return state_ && state_->may_add_pads(); }

void SourceWatch::start() {
  stop();
  state_ = std::make_shared<State>(element_, on_nothing_);
  for (auto& element : elements_that_add_pads(element_)) state_->listen_to(std::move(element));
}

void SourceWatch::stop() {
  if (state_) std::exchange(state_, nullptr)->stop();
}

}  // namespace livephoto::select
