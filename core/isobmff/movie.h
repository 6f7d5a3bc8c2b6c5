// The movie of a Live Photo: from a clip's packets to the bytes around them.
//
// The packets themselves are never copied: plan_movie() is told their sizes and
// times and says in which order they go into the file, between `head` and
// `tail`. A file is head, packets, tail; nothing is ever patched afterwards.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../bytes.h"
#include "../capture.h"
#include "../colour.h"
#include "../result.h"
#include "wallpaper.h"

namespace livephoto {

// Bytes of a DOVIDecoderConfigurationRecord.
inline constexpr std::size_t kDolbyVisionRecord = 24;

struct VideoFormat {
  enum class Codec { H264, H265 };  // avc1 and hvc1

  Codec codec = Codec::H264;
  // AVCDecoderConfigurationRecord or HEVCDecoderConfigurationRecord (ISO/IEC
  // 14496-15, 5.3.3 and 8.3.3). Packets have NAL units with a length in front.
  Bytes configuration{};
  std::uint32_t width = 0;  // in pixels, as coded
  std::uint32_t height = 0;
  std::uint32_t pixel_aspect_numerator = 1;  // a pixel's width to its height
  std::uint32_t pixel_aspect_denominator = 1;
  std::optional<Colour> colour{};  // what of it is not known is guessed: stated_colour()
  std::optional<MasteringDisplay> mastering_display{};
  std::optional<ContentLight> content_light{};
  // DOVIDecoderConfigurationRecord (Dolby Vision Streams Within the ISO Base Media
  // File Format), kDolbyVisionRecord bytes; empty: none.
  Bytes dolby_vision{};
  std::uint32_t frame_rate_numerator = 0;  // 0: variable or unknown
  std::uint32_t frame_rate_denominator = 1;
};

struct VideoPacket {
  std::uint32_t size = 0;  // bytes
  // When it is shown, on any clock; movie time 0 is VideoTrack::start. A packet
  // without is put halfway between its neighbours in a stream that does not
  // reorder, and refused in one that does.
  std::optional<std::chrono::nanoseconds> presentation_time{};
  std::optional<std::chrono::nanoseconds> duration{};  // used for the last one shown
  bool is_sync = false;                                // can be decoded by itself
};

struct VideoTrack {
  VideoFormat format{};
  std::vector<VideoPacket> packets{};  // in decode order
  // When the first frame is shown: movie time 0 is the first frame that is not
  // earlier. What is earlier is decoded and hidden by the edit list. Nothing:
  // all is shown.
  std::optional<std::chrono::nanoseconds> start{};
};

struct AudioFormat {
  enum class Codec { Aac, Alac, Lpcm };

  Codec codec = Codec::Aac;
  // AAC: AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1). ALAC: the 24 bytes of
  // its ALACSpecificConfig. LPCM: empty.
  Bytes configuration{};
  std::uint32_t sample_rate = 48'000;  // samples a second, 1 to 2^31 - 1
  std::uint32_t channels = 2;
  // LPCM only, one sample of one channel: 16, 24 or 32 bits.
  std::uint32_t bits = 16;
  bool is_float = false;
  bool is_big_endian = false;
};

struct AudioPacket {
  std::uint32_t size = 0;     // bytes
  std::uint32_t samples = 0;  // of each channel, when decoded
};

struct AudioTrack {
  AudioFormat format{};
  std::vector<AudioPacket> packets{};
  // When the first sample that is to be heard is heard, on the video's clock.
  std::chrono::nanoseconds start{0};
  // Decoded samples before that one: what the encoder put in front.
  std::uint32_t priming = 0;
};

enum class MovieLayout {
  Camera,     // ftyp, wide, mdat, moov: as cameras write
  FastStart,  // moov first: a browser can begin to play before it has all
};

struct Clip {
  std::string content_identifier{};
  CaptureInfo capture{};
  // What the caller knows its own work by, in moov/meta under a key of ours; empty: none.
  std::string fingerprint{};
  VideoTrack video{};
  std::vector<AudioTrack> audio{};
  // From the first frame shown; the marker goes to the frame on screen then.
  std::chrono::nanoseconds still_time{0};
  // From the first frame shown to the end of the last: frames that begin later
  // are hidden. Nothing: the last lasts as its packet says.
  std::optional<std::chrono::nanoseconds> duration{};
  MovieLayout layout = MovieLayout::Camera;
  // Nothing: a movie like any other.
  std::optional<Wallpaper> wallpaper{};
};

struct PacketReference {
  static constexpr std::uint32_t kVideo = 0;  // audio track n is n + 1

  std::uint32_t track = kVideo;
  std::uint32_t packet = 0;  // index in the track
};

struct Movie {
  Bytes head;
  std::vector<PacketReference> packets;
  Bytes tail;
  std::uint64_t size = 0;  // of the whole file, in bytes

  std::uint32_t timescale = 600;  // of the movie, the picture and the marker
  std::uint64_t duration = 0;     // in ticks
  std::uint64_t marker = 0;       // the still's frame, in ticks
};

// InvalidInput, with a sentence for the user, for a clip that no movie can hold:
// no identifier, no packet, a first packet that cannot be decoded by itself, a
// still outside the clip, a size or a length past the format's fields; and for a
// wallpaper's clip that is too short or has too few frames before the still. Given
// equal clips, the movies are equal.
Result<Movie> plan_movie(const Clip& clip);

}  // namespace livephoto
