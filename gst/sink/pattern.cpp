#include "gst/sink/pattern.h"

#include <algorithm>
#include <string_view>

namespace livephoto::sink {
namespace {

void copy_property(GstElement* from, GstElement* to, GParamSpec* spec) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, G_PARAM_SPEC_VALUE_TYPE(spec));
  g_object_get_property(G_OBJECT(from), spec->name, &value);
  if (!g_param_value_defaults(spec, &value))
    g_object_set_property(G_OBJECT(to), spec->name, &value);
  g_value_unset(&value);
}

}  // namespace

void copy_properties(GstElement* from, GstElement* to, std::initializer_list<const gchar*> own) {
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(from), &count);
  for (guint i = 0; i < count; ++i) {
    const std::string_view name = specs[i]->name;
    const bool is_settable = (specs[i]->flags & G_PARAM_READABLE) != 0 &&
                             (specs[i]->flags & G_PARAM_WRITABLE) != 0 &&
                             (specs[i]->flags & G_PARAM_CONSTRUCT_ONLY) == 0;
    const bool is_own =
        name == "name" || name == "parent" || std::ranges::find(own, name) != own.end();
    if (is_settable && !is_own) copy_property(from, to, specs[i]);
  }
  g_free(specs);
}

SetTags set_tags_of(GstElement* element) {
  auto* setter = GST_TAG_SETTER(element);
  SetTags tags;
  tags.mode = gst_tag_setter_get_tag_merge_mode(setter);
  if (const GstTagList* list = gst_tag_setter_get_tag_list(setter))
    tags.list = gst::adopt(gst_tag_list_copy(list));
  return tags;
}

void hand_tags(const SetTags& tags, GstElement* to) {
  auto* taker = GST_TAG_SETTER(to);
  gst_tag_setter_reset_tags(taker);
  gst_tag_setter_set_tag_merge_mode(taker, tags.mode);
  if (tags.list) gst_tag_setter_merge_tags(taker, tags.list.get(), GST_TAG_MERGE_REPLACE);
}

}  // namespace livephoto::sink
