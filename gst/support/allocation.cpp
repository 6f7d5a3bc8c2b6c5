#include "gst/support/allocation.h"

#include <algorithm>
#include <vector>

#include "gst/support/ptr.h"

namespace livephoto::gst {
namespace {

std::vector<Owned<GstQuery>> ask(GstQuery* query, std::initializer_list<GstPad*> sources) {
  GstCaps* caps = nullptr;
  gboolean need_pool = FALSE;
  gst_query_parse_allocation(query, &caps, &need_pool);
  std::vector<Owned<GstQuery>> answers;
  for (GstPad* pad : sources) {
    if (!gst_pad_is_linked(pad)) continue;
    auto asked = adopt(gst_query_new_allocation(caps, need_pool));
    // A peer that does not answer accepts any memory, but no metas.
    if (!gst_pad_peer_query(pad, asked.get()))
      asked = adopt(gst_query_new_allocation(caps, need_pool));
    answers.push_back(std::move(asked));
  }
  return answers;
}

void copy_common_metas(GstQuery* query, const std::vector<Owned<GstQuery>>& answers) {
  GstQuery* first = answers.front().get();
  for (guint i = 0; i < gst_query_get_n_allocation_metas(first); ++i) {
    const GstStructure* parameters = nullptr;
    const GType api = gst_query_parse_nth_allocation_meta(first, i, &parameters);
    const bool known_to_all = std::ranges::all_of(answers, [api](const Owned<GstQuery>& answer) {
      return gst_query_find_allocation_meta(answer.get(), api, nullptr);
    });
    if (known_to_all) gst_query_add_allocation_meta(query, api, parameters);
  }
}

}  // namespace

bool answer_allocation(
    GstQuery* query, std::initializer_list<GstPad*> sources, guint extra_buffers) {
  const auto answers = ask(query, sources);
  if (answers.empty()) return false;

  guint size = 0;
  guint minimum = 0;
  guint maximum = 0;  // 0: no limit
  bool limited = false;
  for (const auto& answer : answers) {
    for (guint i = 0; i < gst_query_get_n_allocation_pools(answer.get()); ++i) {
      guint its_size = 0;
      guint its_minimum = 0;
      guint its_maximum = 0;
      gst_query_parse_nth_allocation_pool(
          answer.get(),
          i,
          nullptr,
          &its_size,
          &its_minimum,
          &its_maximum);
      size = std::max(size, its_size);
      minimum += its_minimum;
      maximum = std::max(maximum, its_maximum);
      limited = limited || its_maximum != 0;
    }
  }
  // No pool is handed on: its owner counts on fewer buffers than are held here.
  if (size != 0) {
    gst_query_add_allocation_pool(
        query,
        nullptr,
        size,
        minimum + extra_buffers,
        limited ? std::max(maximum, minimum) + extra_buffers : 0);
  }
  if (gst_query_get_n_allocation_params(answers.front().get()) > 0) {
    GstAllocator* allocator = nullptr;
    GstAllocationParams parameters;
    gst_query_parse_nth_allocation_param(answers.front().get(), 0, &allocator, &parameters);
    gst_query_add_allocation_param(query, allocator, &parameters);
    if (allocator) gst_object_unref(allocator);
  }
  copy_common_metas(query, answers);
  return true;
}

}  // namespace livephoto::gst
