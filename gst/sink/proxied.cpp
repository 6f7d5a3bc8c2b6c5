#include "gst/sink/proxied.h"

namespace livephoto::sink {
namespace {

GParamSpec* copy_of(GParamSpec* original) {
  const gchar* name = original->name;
  const gchar* nick = g_param_spec_get_nick(original);
  const gchar* blurb = g_param_spec_get_blurb(original);
  const GParamFlags flags = original->flags;
  const GValue* initial = g_param_spec_get_default_value(original);
  switch (G_PARAM_SPEC_VALUE_TYPE(original)) {
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean(name, nick, blurb, g_value_get_boolean(initial), flags);
    case G_TYPE_STRING:
      return g_param_spec_string(name, nick, blurb, g_value_get_string(initial), flags);
    case G_TYPE_INT: {
      const auto* spec = G_PARAM_SPEC_INT(original);
      return g_param_spec_int(
          name,
          nick,
          blurb,
          spec->minimum,
          spec->maximum,
          spec->default_value,
          flags);
    }
    case G_TYPE_UINT64: {
      const auto* spec = G_PARAM_SPEC_UINT64(original);
      return g_param_spec_uint64(
          name,
          nick,
          blurb,
          spec->minimum,
          spec->maximum,
          spec->default_value,
          flags);
    }
    default:
      break;
  }
  if (G_IS_PARAM_SPEC_FLAGS(original)) {
    return g_param_spec_flags(
        name,
        nick,
        blurb,
        G_PARAM_SPEC_VALUE_TYPE(original),
        g_value_get_flags(initial),
        flags);
  }
  if (G_IS_PARAM_SPEC_ENUM(original)) {
    return g_param_spec_enum(
        name,
        nick,
        blurb,
        G_PARAM_SPEC_VALUE_TYPE(original),
        g_value_get_enum(initial),
        flags);
  }
  g_return_val_if_reached(nullptr);
}

}  // namespace

GParamSpec* proxied(GType type, const gchar* name) {
  auto* klass = G_OBJECT_CLASS(g_type_class_ref(type));
  GParamSpec* original = g_object_class_find_property(klass, name);
  GParamSpec* copy = original ? copy_of(original) : nullptr;
  g_type_class_unref(klass);
  g_return_val_if_fail(copy != nullptr, nullptr);
  return copy;
}

}  // namespace livephoto::sink
