// Which picture of the source's file comes in, and what of it GStreamer does not hand on.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>
#include <vector>

#include "core/isobmff/reader.h"

namespace livephoto::select {

// Of a file in MP4 or QuickTime; nothing where it is none.
std::optional<isobmff::MovieFile> movie_in(const std::string& path);

// What the movie says of each of its pictures.
std::vector<isobmff::VideoDescription> pictures_of(const isobmff::MovieFile& movie);

// That of the stream with these `coded` caps (H.264 or H.265 with codec_data): the first
// whose parameter sets are all among the stream's. So what was encoded again on the way,
// or comes from elsewhere, has none. Null where there is none.
const isobmff::VideoDescription* description_of(
    const std::vector<isobmff::VideoDescription>& descriptions, const GstCaps* coded);

// What to say where the source is meant to be shown without its margins, while `shown`,
// raw or coded, is all of it; nothing where they are cut off already, or there are none.
std::optional<std::string> margin_note(
    const isobmff::VideoDescription& source, const GstCaps* shown);

// How the movie's first enabled picture is to be turned, where qtdemux 1.22 does not tell it:
// it knows seven of the eight (not Transverse), and takes any scale for a mirror. `said` is
// what it told, by GStreamer's name, or null. Nothing where that stands.
std::optional<Orientation> untold_orientation(const isobmff::MovieFile& movie, const gchar* said);

// What the file says of how its tracks are to be played and shown that neither GStreamer 1.22
// nor the pair honours: media rates of edits, and matrices that do more than turn and mirror
// by right angles (then only that part of them is honoured). A sentence for each, of enabled
// tracks.
std::vector<std::string> unhonoured_in(const isobmff::MovieFile& movie);

}  // namespace livephoto::select
