// Whether two files are a Live Photo, check by check: by what Apple's cameras write, and by the
// rules of those who join the files of others.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../bytes.h"
#include "../result.h"
#include "../select/frame_measures.h"
#include "inspect.h"

namespace livephoto {

// By whose rules. Apple's are what is published and what every camera's pair has; no
// device was asked.
enum class Profile { Apple, Immich, PhotoPrism, Memories, Ente, Web, Wallpaper };

// Those whose checks every pair is asked. The lock screen's are asked on demand: most pairs are not
// made for it.
inline constexpr std::array<Profile, 6> kProfiles{
    Profile::Apple,
    Profile::Immich,
    Profile::PhotoPrism,
    Profile::Memories,
    Profile::Ente,
    Profile::Web};

// "apple", "immich", "photoprism", "memories", "ente", "web", "wallpaper", and back.
std::string_view name_of(Profile profile);
std::optional<Profile> profile_named(std::string_view name);
// As people call it: "Nextcloud Memories".
std::string_view title_of(Profile profile);

enum class Verdict { Pass, Warn, Fail };  // the worse the greater

std::string_view name_of(Verdict verdict);  // "pass", "warn", "fail"

// What a rule rests on. Most are published, or every camera and reader keeps them; of the lock
// screen nothing is published.
enum class Basis {
  Rule,
  CameraFiles,  // the files of cameras since iOS 17 have it so
  Project,      // a public project, which the sentence names, says that it works so
  Hypothesis,   // nobody has shown it
};

std::string_view name_of(Basis basis);  // "rule", "camera-files", "project", "hypothesis"

struct Check {
  std::string name;  // "identifiers-match"; for galleries "immich-identifier" …
  Profile profile = Profile::Apple;
  Verdict verdict = Verdict::Pass;
  std::string why;     // one sentence
  std::string advice;  // one sentence, what to do; empty for what passes
  Basis basis = Basis::Rule;
};

// Whether what breaks a check of `of` is a failure to who asks by the rules of `asked`: their own,
// and to the lock screen's Apple's too. What is no Live Photo moves nowhere.
bool counts_for(Profile asked, Profile of);

// The worst of those among them that count for a profile.
Verdict worst_of(const std::vector<Check>& checks, Profile profile);

struct Verification {
  std::filesystem::path still;
  std::filesystem::path movie;
  std::vector<Check> checks;  // of all profiles, Apple's first
  // What was found in the files, where they could be read.
  std::optional<StillFacts> still_facts;
  std::optional<MovieFacts> movie_facts;
  // Why whoever can decode did not look at the still and its frame; a sentence, or empty.
  std::string not_compared{};

  Verdict verdict(Profile profile) const { return worst_of(checks, profile); }
  // All checks; the failures of those that do not count for the profile are warnings.
  std::vector<Check> seen_by(Profile profile) const;
};

// Asks everything but whether the still is the frame at the marker, for which frames
// have to be decoded: still_frame_check(). Files that cannot be read are a failed
// check, with the reader's sentence.
Verification verify_pair(const std::filesystem::path& still, const std::filesystem::path& movie);

// Asks what is known of the lock screen of iOS 17 and later, in addition to Apple's rules, each by
// itself, of what was found in the files that can be read. What is only a hypothesis never fails.
std::vector<Check> wallpaper_checks(
    const std::optional<StillFacts>& still, const std::optional<MovieFacts>& movie);

// The check "wallpaper-movement": how much the picture moves between the fourteen frames before
// the marked one and that one, by what was measured of them; a warning where it is more than an
// effect that ends on the still may be able to hide, or where there is a cut. `frames` are those of
// a movie that shows pictures of `width` x `height` pixels, by time in the movie; InvalidInput
// where none is at the marker.
Result<Check> wallpaper_movement_check(
    std::span<const select::FrameMeasures> frames,
    std::uint32_t width,
    std::uint32_t height,
    std::chrono::nanoseconds marker);

// One small picture, and when it is shown.
struct SeenFrame {
  std::chrono::nanoseconds time{0};  // in movie time
  Bytes luma;                        // kSeenWidth x kSeenHeight, upright, of any range
};
inline constexpr std::size_t kSeenWidth = 64;
inline constexpr std::size_t kSeenHeight = 48;

// The check "still-is-marked-frame", of Apple's profile: which of the movie's frames the
// still resembles most, whatever its brightness and contrast. A warning where another
// frame than the marked one does so clearly, or none does at all: a camera's still is a
// photo of its own, in another light and with another field of view. It never fails.
// InvalidInput for a picture of another size, or no frames.
Result<Check> still_frame_check(
    ByteSpan still_luma, const std::vector<SeenFrame>& frames, std::chrono::nanoseconds marker);

// For people: a line for each check, the advice below, and at the end which rules
// were checked and whether the files meet them.
std::string verify_text(const Verification& verification, Profile profile);

// ---- Finding pairs -------------------------------------------------------------

struct PairPaths {
  std::filesystem::path still;
  std::filesystem::path movie;
};

// BASE.HEIC, .HEIF, .JPG or .JPEG with BASE.MOV, in upper or lower case; Io where one
// of them is missing, and which, or where there are two stills.
Result<PairPaths> find_pair(const std::filesystem::path& base);

// In the order of a pair, whichever is named first; InvalidInput where they are not one
// still and one movie.
Result<PairPaths> in_order(const std::filesystem::path& one, const std::filesystem::path& other);

enum class FindingKind {
  OrphanStill,          // an identifier that no movie has
  OrphanMovie,          // and the reverse
  DuplicateIdentifier,  // one identifier in more than two files
  OtherIdentifier,      // one name, but different identifiers
  Loose,                // one name, but no identifier in one or both
  Unreadable,           // by its suffix a still or movie
};

std::string_view name_of(FindingKind kind);  // "orphan-still" …

struct Finding {
  FindingKind kind = FindingKind::Unreadable;
  std::vector<std::filesystem::path> files;
  std::string why;
  std::string advice;
  // Of two files of one name: what they break, as where the two are named.
  std::vector<Check> checks{};

  // A failure where a file cannot be read, or the profile's own checks have one; else a warning.
  Verdict verdict(Profile profile) const;
};

struct FolderReport {
  std::vector<Verification> pairs;  // by name
  std::vector<Finding> findings;
  std::size_t stills = 0;  // that could be read
  std::size_t movies = 0;
  std::size_t plain = 0;  // of both, those without an identifier and without a partner

  Verdict verdict(Profile profile) const;  // the worst of pairs and findings
};

// The stills and movies in these folders and those in them, known by their suffixes, by
// name. At most 100,000; Io where a folder cannot be read.
Result<std::vector<std::filesystem::path>> pair_files_in(
    const std::vector<std::filesystem::path>& folders);

struct JoinedFiles {
  std::vector<PairPaths> pairs;
  std::vector<std::filesystem::path> alone;
};

// Who pairs with whom among files that are stills and movies by their suffixes: by identifier,
// among equals by name; and those of one name that no identifier joins. What cannot be read has
// no identifier.
JoinedFiles join_files(const std::vector<std::filesystem::path>& files);

// Who pairs with whom in these folders: by identifier, and among equals by name.
Result<FolderReport> verify_folders(const std::vector<std::filesystem::path>& folders);

std::string verify_text(const FolderReport& report, Profile profile);

}  // namespace livephoto
