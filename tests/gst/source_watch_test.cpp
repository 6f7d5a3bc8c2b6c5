// What is found out about a source that is not linked: whether anything feeds a
// pad, whether the pipeline may grow, and whether nothing will ever come.
//
// Decodebins stand for all elements that add pads by themselves. They never run:
// the test says no-more-pads in their name.
#include "gst/select/source_watch.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "gst/support/ptr.h"
#include "gst/support/upstream.h"
// Behind the standard library: it has a macro named fail.
#include <gst/check/gstcheck.h>

namespace {

using livephoto::gst::adopt;
using livephoto::gst::is_fed;
using livephoto::gst::may_grow;
using livephoto::gst::Owned;
using livephoto::select::SourceWatch;

constexpr auto kLongerThanTheGrace = std::chrono::milliseconds(1500);

std::atomic<int> told;

// A pipeline around "watched", an element with one sink pad.
struct Scene {
  Owned<GstElement> pipeline = adopt(gst_pipeline_new(nullptr));

  explicit Scene(std::initializer_list<std::pair<const char*, const char*>> elements) {
    gst_object_ref_sink(pipeline.get());
    for (const auto& [factory, name] : elements)
      fail_unless(gst_bin_add(
          GST_BIN_CAST(pipeline.get()),
          check_not_null(gst_element_factory_make(factory, name))));
  }
  ~Scene() { gst_element_set_state(pipeline.get(), GST_STATE_NULL); }
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  static GstElement* check_not_null(GstElement* element) {
    fail_unless(element != nullptr);
    return element;
  }

  // On loan from the pipeline.
  GstElement* operator[](const char* name) {
    const auto found = adopt(gst_bin_get_by_name(GST_BIN_CAST(pipeline.get()), name));
    fail_unless(found != nullptr, "no %s", name);
    return found.get();
  }
  void link(const char* before, const char* after) {
    fail_unless(gst_element_link((*this)[before], (*this)[after]));
  }
  bool is_watched_fed() {
    return is_fed(adopt(gst_element_get_static_pad((*this)["watched"], "sink")).get());
  }
};

void tell(GstElement*) { ++told; }

void wait_for(int count) {
  for (int i = 0; i < 500 && told < count; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  assert_equals_int(told, count);
}

}  // namespace

GST_START_TEST(a_chain_that_begins_with_a_source_feeds) {
  Scene scene({{"fakesrc", "source"}, {"identity", "between"}, {"identity", "watched"}});
  fail_if(scene.is_watched_fed());

  scene.link("between", "watched");
  fail_if(scene.is_watched_fed());

  scene.link("source", "between");
  fail_unless(scene.is_watched_fed());
}
GST_END_TEST

GST_START_TEST(a_chain_goes_through_bins) {
  Scene scene({{"fakesrc", "source"}, {"identity", "watched"}});
  auto* bin = gst_parse_bin_from_description("identity ! identity", TRUE, nullptr);
  gst_object_set_name(GST_OBJECT(bin), "bin");
  gst_bin_add(GST_BIN_CAST(scene.pipeline.get()), bin);
  scene.link("bin", "watched");
  fail_if(scene.is_watched_fed());

  scene.link("source", "bin");
  fail_unless(scene.is_watched_fed());
}
GST_END_TEST

GST_START_TEST(a_pipe_is_no_file_that_may_be_opened_again) {
  Scene scene({{"filesrc", "source"}, {"identity", "watched"}});
  scene.link("source", "watched");
  const auto sink = adopt(gst_element_get_static_pad(scene["watched"], "sink"));
  gchar* folder = g_dir_make_tmp("upstream.XXXXXX", nullptr);
  const std::string pipe = std::string(folder) + "/pipe";
  const std::string file = std::string(folder) + "/file";
  assert_equals_int(mkfifo(pipe.c_str(), 0600), 0);
  fail_unless(g_file_set_contents(file.c_str(), "film", -1, nullptr));

  g_object_set(scene["source"], "location", file.c_str(), nullptr);
  fail_unless(livephoto::gst::file_before(sink.get()) == file);
  g_object_set(scene["source"], "location", pipe.c_str(), nullptr);
  fail_unless(livephoto::gst::file_before(sink.get()) == std::nullopt);

  g_remove(pipe.c_str());
  g_remove(file.c_str());
  g_rmdir(folder);
  g_free(folder);
}
GST_END_TEST

GST_START_TEST(a_pipeline_may_grow_while_an_element_starts) {
  Scene scene({{"decodebin", "source"}, {"identity", "watched"}});
  fail_if(may_grow(scene["watched"]));

  // It waits there for pads, which nobody gives it.
  assert_equals_int(
      gst_element_set_state(scene["source"], GST_STATE_PAUSED),
      GST_STATE_CHANGE_ASYNC);
  fail_unless(may_grow(scene["watched"]));

  gst_element_set_state(scene["source"], GST_STATE_NULL);
  fail_if(may_grow(scene["watched"]));
}
GST_END_TEST

GST_START_TEST(a_pipeline_may_grow_while_an_elements_turn_has_not_come) {
  Scene scene({{"identity", "watched"}});
  gst_element_set_state(scene.pipeline.get(), GST_STATE_PAUSED);
  fail_if(may_grow(scene["watched"]));

  gst_bin_add(GST_BIN_CAST(scene.pipeline.get()), gst_element_factory_make("decodebin", "late"));
  fail_unless(may_grow(scene["watched"]));

  gst_element_set_locked_state(scene["late"], TRUE);  // it is to stay
  fail_if(may_grow(scene["watched"]));
}
GST_END_TEST

GST_START_TEST(a_sink_that_waits_lets_no_pipeline_grow) {
  Scene scene({{"fakesink", "sink"}, {"identity", "watched"}});

  assert_equals_int(gst_element_set_state(scene["sink"], GST_STATE_PAUSED), GST_STATE_CHANGE_ASYNC);

  fail_if(may_grow(scene["watched"]));
  const auto alone = adopt(gst_element_factory_make("identity", nullptr));
  gst_object_ref_sink(alone.get());
  fail_if(may_grow(alone.get()));
}
GST_END_TEST

GST_START_TEST(it_knows_who_may_add_pads) {
  Scene scene({{"decodebin", "one"}, {"decodebin", "other"}, {"identity", "watched"}});
  SourceWatch watch(scene["watched"], tell);
  fail_if(watch.may_add_pads());

  watch.start();
  fail_unless(watch.may_add_pads());
  gst_element_no_more_pads(scene["one"]);
  fail_unless(watch.may_add_pads());
  // The first of its pads comes with the others.
  gst_element_add_pad(scene["other"], gst_pad_new("src_0", GST_PAD_SRC));
  fail_if(watch.may_add_pads());

  watch.stop();
  fail_if(watch.may_add_pads());
}
GST_END_TEST

GST_START_TEST(it_tells_once_when_all_have_added_their_last_pad) {
  Scene scene({{"decodebin", "one"}, {"decodebin", "other"}, {"identity", "watched"}});
  SourceWatch watch(scene["watched"], tell);
  told = 0;
  watch.start();

  gst_element_no_more_pads(scene["one"]);
  std::this_thread::sleep_for(kLongerThanTheGrace);
  assert_equals_int(told, 0);

  gst_element_no_more_pads(scene["other"]);
  wait_for(1);

  watch.start();
  gst_element_no_more_pads(scene["one"]);
  gst_element_no_more_pads(scene["other"]);
  wait_for(2);
  watch.stop();
}
GST_END_TEST

GST_START_TEST(it_does_not_tell_of_a_source_that_is_linked_late_or_is_gone) {
  told = 0;
  Scene linked({{"decodebin", "source"}, {"fakesrc", "late"}, {"identity", "watched"}});
  SourceWatch of_linked(linked["watched"], tell);
  Scene grown({{"decodebin", "source"}, {"identity", "watched"}});
  SourceWatch of_grown(grown["watched"], tell);
  Scene stopped({{"decodebin", "source"}, {"identity", "watched"}});
  SourceWatch of_stopped(stopped["watched"], tell);
  Scene deaf({{"decodebin", "source"}, {"identity", "watched"}});
  {
    SourceWatch of_deaf(deaf["watched"], tell);
    for (auto* watch : {&of_linked, &of_grown, &of_stopped, &of_deaf}) watch->start();
    for (auto* scene : {&linked, &grown, &stopped, &deaf})
      gst_element_no_more_pads((*scene)["source"]);
  }
  linked.link("late", "watched");
  gst_bin_add(GST_BIN_CAST(grown.pipeline.get()), gst_element_factory_make("decodebin", nullptr));
  of_stopped.stop();
  gst_element_no_more_pads(stopped["source"]);

  std::this_thread::sleep_for(kLongerThanTheGrace);

  assert_equals_int(told, 0);
}
GST_END_TEST

GST_START_TEST(the_selector_says_that_nothing_comes) {
  Scene scene({{"decodebin", "source"}, {"livephotoselect", "watched"}});
  const auto bus = adopt(GST_OBJECT_CAST(gst_element_get_bus(scene.pipeline.get())));
  fail_unless(
      gst_element_set_state(scene["watched"], GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE);

  gst_element_no_more_pads(scene["source"]);

  GstMessage* message =
      gst_bus_timed_pop_filtered(GST_BUS_CAST(bus.get()), 10 * GST_SECOND, GST_MESSAGE_ERROR);
  fail_unless(message != nullptr, "it said nothing");
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  fail_unless(
      std::string(error->message).starts_with("The source has neither video nor sound"),
      "%s",
      error->message);
  g_error_free(error);
  gst_message_unref(message);
}
GST_END_TEST

static Suite* source_watch_suite() {
  Suite* suite = suite_create("source_watch");
  const auto add_case = [suite](const char* name) {
    TCase* made = tcase_create(name);
    suite_add_tcase(suite, made);
    return made;
  };

  auto* upstream = add_case("upstream");
  tcase_add_test(upstream, a_chain_that_begins_with_a_source_feeds);
  tcase_add_test(upstream, a_chain_goes_through_bins);
  tcase_add_test(upstream, a_pipe_is_no_file_that_may_be_opened_again);
  tcase_add_test(upstream, a_pipeline_may_grow_while_an_element_starts);
  tcase_add_test(upstream, a_pipeline_may_grow_while_an_elements_turn_has_not_come);
  tcase_add_test(upstream, a_sink_that_waits_lets_no_pipeline_grow);

  auto* watch = add_case("watch");
  tcase_add_test(watch, it_knows_who_may_add_pads);
  tcase_add_test(watch, it_tells_once_when_all_have_added_their_last_pad);
  tcase_add_test(watch, it_does_not_tell_of_a_source_that_is_linked_late_or_is_gone);
  tcase_add_test(watch, the_selector_says_that_nothing_comes);
  return suite;
}

GST_CHECK_MAIN(source_watch)
