// Whether coded pictures are interlaced, which GStreamer 1.22's caps do not say.
#pragma once

#include <gst/gst.h>

#include "core/bytes.h"

namespace livephoto::gst {

// Whether pictures of these caps can be. H.264 whose frames may have fields
// (frame_mbs_only_flag of 0) can; most of it is progressive all the same. H.265 is if
// its caps say so.
bool may_be_interlaced(const GstCaps* caps);

// Whether the `packet` is an interlaced picture: as its picture timing says (ct_type and
// pic_struct, ISO/IEC 14496-10, D.2.3), else if it is a field, or a frame that may have
// fields within (MbaffFrameFlag). The caps are H.264 with codec_data; else, and for what cannot be
// read, false.
bool is_interlaced(ByteSpan packet, const GstCaps* caps);
bool is_interlaced(GstBuffer* packet, const GstCaps* caps);

}  // namespace livephoto::gst
