#include "core/isobmff/movie_edit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/isobmff/atom.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/lone_samples.h"
#include "core/isobmff/marker_track.h"
#include "core/isobmff/timebase.h"
#include "core/text.h"

namespace livephoto::isobmff {
namespace {

constexpr std::uint64_t kLargestAtom = std::numeric_limits<std::uint32_t>::max();

Error unsupported(std::string message) {
  return Error{ErrorCode::Unsupported, std::move(message), {}};
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

// ---- Metadata ------------------------------------------------------------------

// A `meta` of keys taken apart, so that what stays keeps its bytes.
struct KeyedMeta {
  struct Item {
    std::uint32_t key = 0;  // its number, from 1
    ByteSpan body;
  };
  std::vector<ByteSpan> before;  // whole atoms, up to `keys`
  std::vector<ByteSpan> keys;    // whole
  std::vector<std::string> names;
  std::vector<Item> items;
  std::vector<ByteSpan> behind;
};

bool is_keyed(ByteSpan meta) {
  const auto hdlr = find_atom(is_iso_meta(meta) ? meta.subspan(4) : meta, "hdlr");
  return hdlr && hdlr->size() >= 12 && FourCC(u32_at(*hdlr, 8)) == FourCC("mdta");
}

KeyedMeta taken_apart(ByteSpan meta) {
  constexpr std::size_t kBeforeKeys = 8;  // version and flags, count
  KeyedMeta parts;
  ByteSpan rest = is_iso_meta(meta) ? meta.subspan(4) : meta;
  bool has_keys = false;
  while (const auto atom = take_atom(rest)) {
    if (atom->type == FourCC("keys") && atom->body.size() >= kBeforeKeys) {
      has_keys = true;
      parts.names = key_names(atom->body);
      ByteSpan keys = atom->body.subspan(kBeforeKeys);
      for (std::size_t i = 0; i < parts.names.size(); ++i)
        if (const auto key = take_atom(keys)) parts.keys.push_back(key->whole);
    } else if (atom->type == FourCC("ilst")) {
      ByteSpan items = atom->body;
      while (const auto item = take_atom(items))
        parts.items.push_back({item->type.value(), item->body});
    } else {
      (has_keys ? parts.behind : parts.before).push_back(atom->whole);
    }
  }
  return parts;
}

// Puts it together again, without `removed` and with `added`. Nothing where no key
// is left.
std::optional<Bytes> put_together(
    const KeyedMeta& parts,
    const std::vector<std::string>& removed,
    const std::vector<MetadataItem>& added) {
  Bytes keys;
  Bytes items;
  std::uint32_t count = 0;
  std::vector<std::uint32_t> numbers;  // by old number - 1; 0: gone
  for (std::size_t i = 0; i < parts.keys.size(); ++i) {
    const bool stays = !contains(removed, parts.names[i]);
    numbers.push_back(stays ? ++count : 0);
    if (stays) append(keys, parts.keys[i]);
  }
  for (const auto& item : parts.items)
    if (item.key >= 1 && item.key <= numbers.size() && numbers[item.key - 1] != 0)
      append(items, box(FourCC(numbers[item.key - 1]), item.body));
  for (const MetadataItem& item : added) {
    append(keys, box("mdta", item.key));
    append(
        items,
        box(FourCC(++count),
            box("data", u32(static_cast<std::uint32_t>(item.type)), u32(0), ByteSpan(item.value))));
  }
  if (count == 0) return std::nullopt;
  Bytes body;
  for (const ByteSpan atom : parts.before) append(body, atom);
  append(body, box("keys", version_flags(0, 0), u32(count), ByteSpan(keys)));
  append(body, box("ilst", ByteSpan(items)));
  for (const ByteSpan atom : parts.behind) append(body, atom);
  return body;
}

// The keys that go: those that are named, and those that get a new value.
std::vector<std::string> outgoing(const MovieEdit& edit) {
  auto names = edit.removed_keys;
  for (const MetadataItem& item : edit.items) names.push_back(item.key);
  return names;
}

Box edited_meta(ByteSpan body, const MovieEdit& edit) {
  const auto inside = put_together(taken_apart(body), outgoing(edit), edit.items);
  return inside ? box("meta", ByteSpan(*inside)) : meta({});
}

// Of user data only what is kept by keys can hold what goes.
Box edited_udta(ByteSpan body, const MovieEdit& edit) {
  Bytes out;
  while (const auto atom = take_atom(body)) {
    if (atom->type != FourCC("meta") || !is_keyed(atom->body)) {
      append(out, atom->whole);
      continue;
    }
    const auto inside = put_together(taken_apart(atom->body), outgoing(edit), {});
    if (!inside) continue;
    const ByteSpan version = is_iso_meta(atom->body) ? atom->body.first(4) : ByteSpan();
    append(out, box("meta", version, ByteSpan(*inside)));
  }
  append(out, body);  // four zero bytes may end it
  return box("udta", ByteSpan(out));
}

// ---- The marker ----------------------------------------------------------------

std::uint32_t new_track_id(const MovieFile& movie) {
  std::uint32_t id = 1;
  for (const Track& track : movie.tracks)
    if (track.id < std::numeric_limits<std::uint32_t>::max() - 1) id = std::max(id, track.id + 1);
  return id;
}

Bytes marker_sample(const Track& video) {
  const auto side = [](double value) {
    return static_cast<std::uint32_t>(std::clamp(std::round(value), 0.0, 65535.0));
  };
  return still_image_time_sample(side(video.width), side(video.height));
}

Result<std::uint32_t> marker_ticks(const MovieFile& movie, std::chrono::nanoseconds time) {
  const auto ticks = time.count() < 0 ? kLargestAtom : to_ticks(time, movie.timescale);
  if (ticks >= kLargestAtom) return invalid_input("The marker's time does not fit the movie.");
  return static_cast<std::uint32_t>(ticks);
}

// ---- moov ----------------------------------------------------------------------

Bytes mvhd_with_next_track(ByteSpan whole, std::uint32_t next) {
  Bytes mvhd(whole.begin(), whole.end());
  const Bytes number = fields(u32(next));
  if (mvhd.size() > kAtomHeader + number.size())
    std::ranges::copy(number, mvhd.end() - static_cast<std::ptrdiff_t>(number.size()));
  return mvhd;
}

Bytes edited_moov(const MovieFile& movie, const MovieEdit& edit, const std::optional<Box>& marker) {
  Bytes body;
  Bytes behind_tracks;
  std::size_t track = 0;
  bool has_meta = false;
  ByteSpan rest(*movie.moov);
  while (const auto atom = take_atom(rest)) {
    if (atom->type == FourCC("mvhd") && marker) {
      append(body, ByteSpan(mvhd_with_next_track(atom->whole, new_track_id(movie) + 1)));
    } else if (atom->type == FourCC("trak")) {
      // What stood between tracks stays before the next one.
      append(body, ByteSpan(std::exchange(behind_tracks, {})));
      const bool goes =
          std::ranges::find(edit.removed_tracks, track++) != edit.removed_tracks.end();
      if (!goes) append(body, atom->whole);
    } else if (atom->type == FourCC("meta")) {
      has_meta = true;
      append(behind_tracks, edited_meta(atom->body, edit));
    } else if (atom->type == FourCC("udta")) {
      append(behind_tracks, edited_udta(atom->body, edit));
    } else {
      append(behind_tracks, atom->whole);
    }
  }
  append(body, marker);
  append(body, ByteSpan(behind_tracks));
  if (!has_meta && !edit.items.empty()) append(body, meta(edit.items));
  return box("moov", ByteSpan(body)).bytes;
}

Result<void> check(const MovieFile& movie) {
  if (movie.atoms.garbage_at)
    return unsupported(
        "Behind the movie's atoms follows something that is none, at byte " +
        std::to_string(*movie.atoms.garbage_at) + "; make an ordinary movie of it first.");
  if (!movie.atoms.atoms.back().is_whole)
    return invalid_input(
        "The movie is cut off: it ends in the middle of its last atom, \"" +
        text_of(movie.atoms.atoms.back().type) + "\"; copy it again.");
  if (const auto meta = find_atom(*movie.moov, "meta"); meta && !is_keyed(*meta))
    return unsupported(
        "The movie keeps its metadata in a way that cannot be changed here; make a QuickTime "
        "movie of it first, for example with ffmpeg -i IN -c copy OUT.mov.");
  return {};
}

// An atom that reached to the end does so no longer.
Result<void> close_last(const MovieFile& movie, Patch& patch) {
  const FileAtom& last = movie.atoms.atoms.back();
  if (!last.to_end || last.offset == movie.moov_atom.offset) return {};
  if (last.size > kLargestAtom)
    return unsupported("The movie's last atom is too large to get another one behind it.");
  patch.replace(last.offset, 4, fields(u32(static_cast<std::uint32_t>(last.size))));
  return {};
}

// ISO/IEC 14496-12, 12.2.3: a Sound Description of version 1 is another one in QuickTime's
// files; a Sample Description Box of version 1 says that it is ISO's.
bool has_iso_sound(const MovieFile& movie) {
  return std::ranges::any_of(movie.tracks, [](const Track& track) {
    const auto stsd = find_atom(track.stbl, "stsd");
    return track.sound && stsd && !stsd->empty() && (*stsd)[0] != 0;
  });
}

void make_quicktime(const MovieFile& movie, Patch& patch) {
  const FileAtom* ftyp = movie.atoms.find("ftyp");
  if (!movie.type || ftyp == nullptr || movie.type->major == FourCC("qt  ")) return;
  patch.replace(ftyp->body_offset(), 4, fields(u32(FourCC("qt  "))));
  if (!movie.type->compatible.empty() && !movie.type->names("qt  "))
    patch.replace(ftyp->body_offset() + 8, 4, fields(u32(FourCC("qt  "))));
}

}  // namespace

Result<Patch> plan_edit(const Source& source, const MovieFile& movie, const MovieEdit& edit) {
  if (const auto good = check(movie); !good) return good.error();
  Patch patch;
  if (edit.make_quicktime && has_iso_sound(movie))
    return unsupported(
        "The movie's sound is described as only MP4 has it, so it cannot become QuickTime without "
        "being described anew; \"ffmpeg -i MOVIE -c copy OTHER.mov\" does that, and then repair.");
  if (edit.make_quicktime) make_quicktime(movie, patch);
  if (const auto closed = close_last(movie, patch); !closed) return closed.error();

  const FileAtom& old = movie.moov_atom;
  std::uint64_t end = source.size();
  // Samples lie in atoms of any name: nothing behind the old one may move.
  if (old.end() < source.size()) {
    Bytes free = fields(u32(static_cast<std::uint32_t>(old.size)), u32(FourCC("free")));
    free.resize(static_cast<std::size_t>(old.size), 0);
    patch.replace(old.offset, old.size, std::move(free));
  } else {
    patch.replace(old.offset, old.size, {});
    end -= old.size;
  }

  // What a track that goes has said is not to be found in the file.
  for (const auto& [from, to] : lone_samples(movie, edit.removed_tracks))
    patch.replace(from, to - from, Bytes(static_cast<std::size_t>(to - from), 0));

  std::optional<Box> marker;
  if (edit.marker) {
    const Track& video = movie.tracks[edit.described];
    const Bytes sample = marker_sample(video);
    const auto ticks = marker_ticks(movie, *edit.marker);
    if (!ticks) return ticks.error();
    marker = marker_track({
        .creation_time = static_cast<std::uint32_t>(std::min(movie.creation_time, kLargestAtom)),
        .track_id = new_track_id(movie),
        .video_track_id = video.id,
        .timescale = movie.timescale,
        .time = *ticks,
        .sample_size = static_cast<std::uint32_t>(sample.size()),
        .sample_offset = end + kAtomHeader,
    });
    patch.append(box("mdat", ByteSpan(sample)).bytes);
  }
  patch.append(edited_moov(movie, edit, marker));
  return patch;
}

}  // namespace livephoto::isobmff
