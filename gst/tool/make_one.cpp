#include "gst/tool/make_one.h"

#include <gst/gst.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "core/pair/recover.h"
#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/advice.h"
#include "gst/tool/fingerprint.h"
#include "gst/tool/heartbeat.h"
#include "gst/tool/liveness.h"
#include "gst/tool/look.h"
#include "gst/tool/path_text.h"
#include "gst/tool/picture_advice.h"
#include "gst/tool/plugin.h"
#include "gst/tool/source.h"
#include "gst/tool/standing.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using gst::adopt;
using gst::Owned;

constexpr guint kReportEvery = 200;  // milliseconds

nanoseconds time_in(const GstStructure* said, const gchar* field) {
  guint64 time = 0;
  gst_structure_get_uint64(said, field, &time);
  return nanoseconds(static_cast<std::int64_t>(time));
}

std::string text_in(const GstStructure* said, const gchar* field) {
  const gchar* text = gst_structure_get_string(said, field);
  return text ? text : "";
}

// ---- The pipeline ------------------------------------------------------------

class Maker {
 public:
  Maker(const Job& job, const Survey& survey, const std::string& fingerprint, Form form)
      : job_(job),
        survey_(survey),
        form_(form),
        sink_(gst_element_factory_make("livephotosink", nullptr)),
        source_(job.moment.video, form, [this](Stream stream, GstPad* pad, const GstCaps*) {
          return take(stream, pad);
        }) {
    gst_bin_add(GST_BIN(source_.pipeline()), sink_);
    set_up(fingerprint);
    count_hidden_pictures();
  }

  Result<MadePair> make(const std::function<void(double)>& report) {
    report_ = &report;
    const guint timer = g_timeout_add(kReportEvery, report_progress, this);
    const auto run =
        source_.run(GST_STATE_PLAYING, [this](GstMessage* message) { return hear(message); });
    g_source_remove(timer);
    // What fails after both files are there does not take them away.
    if (is_written_) return pair_;
    if (!run) return run.error();
    return invalid_input("It ended before a clip was complete.");
  }

 private:
  guint64 stream_time(nanoseconds time) const {
    return static_cast<guint64>((survey_.first_picture + time).count());
  }

  void set_up(const std::string& fingerprint) {
    const Settings& settings = job_.settings;
    g_object_set(
        sink_,
        "still-format",
        settings.still_format == StillFormat::Jpeg ? 2 : 1,
        "bundle",
        static_cast<gint>(settings.bundle),
        "start-time",
        stream_time(job_.start()),
        "duration",
        static_cast<guint64>(job_.duration().count()),
        "max-width",
        settings.size.width,
        "max-height",
        settings.size.height,
        "crop",
        static_cast<gboolean>(settings.crop),
        "strip",
        static_cast<gboolean>(settings.strip),
        "strip-geo-location",
        static_cast<gboolean>(settings.no_gps),
        "controls-source",
        static_cast<gboolean>(survey_.can_be_sought),
        nullptr);
    if (job_.moment.still)
      g_object_set(sink_, "still-time", stream_time(*job_.moment.still), nullptr);
    if (settings.wallpaper) gst_util_set_object_arg(G_OBJECT(sink_), "purpose", "wallpaper");
    if (!settings.strip) g_object_set(sink_, "fingerprint", fingerprint.c_str(), nullptr);
    // Not the property: a "%d" in a name of the user's is a part of it.
    g_signal_connect(
        sink_,
        "format-location",
        G_CALLBACK(+[](GstElement*, guint, gpointer self) {
          return g_strdup((static_cast<Maker*>(self)->job_.base.native() + ".MOV").c_str());
        }),
        this);
    set_tags();
  }

  void set_tags() {
    auto* setter = GST_TAG_SETTER(sink_);
    const auto set = [setter](const gchar* tag, auto value) {
      gst_tag_setter_add_tags(setter, GST_TAG_MERGE_REPLACE, tag, value, nullptr);
    };
    if (const auto& date = job_.settings.date) {
      const auto zone = adopt(
          date->utc_offset_minutes ? g_time_zone_new_offset(*date->utc_offset_minutes * 60)
                                   : g_time_zone_new_local());
      auto time = adopt(g_date_time_new(
          zone.get(),
          date->year,
          date->month,
          date->day,
          date->hour,
          date->minute,
          std::min(date->second, 59)));
      if (time)
        set(GST_TAG_DATE_TIME, adopt(gst_date_time_new_from_g_date_time(time.release())).get());
    }
    if (const auto& place = job_.settings.place) {
      set(GST_TAG_GEO_LOCATION_LATITUDE, place->latitude_degrees);
      set(GST_TAG_GEO_LOCATION_LONGITUDE, place->longitude_degrees);
      if (place->altitude_metres) set(GST_TAG_GEO_LOCATION_ELEVATION, *place->altitude_metres);
    }
  }

  Owned<GstPad> take(Stream stream, GstPad* pad) {
    if (stream == Stream::Sound && job_.settings.mute) return nullptr;
    gst_pad_add_probe(
        pad,
        static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
        stream == Stream::Picture ? see_picture : see_sound,
        this,
        nullptr);
    if (stream == Stream::Picture)
      gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, see_event, this, nullptr);
    return adopt(gst_element_get_static_pad(sink_, stream == Stream::Picture ? "video" : "audio"));
  }

  // ---- How far it is

  static GstPadProbeReturn see_picture(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
    auto* self = static_cast<Maker*>(data);
    ++self->seen_;
    const GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    const auto event = adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    if (!event || !buffer || !GST_BUFFER_PTS_IS_VALID(buffer)) return GST_PAD_PROBE_OK;
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event.get(), &segment);
    const guint64 time =
        gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(time)) self->position_ = time;
    return GST_PAD_PROBE_OK;
  }

  static GstPadProbeReturn see_event(GstPad*, GstPadProbeInfo* info, gpointer data) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS)
      static_cast<Maker*>(data)->has_ended_ = true;
    return GST_PAD_PROBE_OK;
  }

  static GstPadProbeReturn see_sound(GstPad*, GstPadProbeInfo*, gpointer data) {
    ++static_cast<Maker*>(data)->seen_;
    return GST_PAD_PROBE_OK;
  }

  static gboolean report_progress(gpointer data) {
    auto* self = static_cast<Maker*>(data);
    const auto begin = static_cast<double>(self->stream_time(self->job_.start()));
    const double done = (static_cast<double>(self->position_.load()) - begin) /
                        static_cast<double>(self->job_.duration().count());
    const bool has_all = self->has_ended_ || done >= 1;
    if (!self->liveness_.has_moved(self->seen_ + self->source_.reads(), has_all, processor_time()))
      return G_SOURCE_CONTINUE;
    (*self->report_)(std::clamp(done, 0.0, 1.0));
    return G_SOURCE_CONTINUE;
  }

  // ---- What came of it

  // Those that the movie's edit list leaves out.
  void count_hidden_pictures() {
    const auto mux = adopt(gst_bin_get_by_name(GST_BIN(sink_), "mux"));
    const auto pad = mux ? adopt(gst_element_get_static_pad(mux.get(), "video_0")) : nullptr;
    if (!pad) return;
    gst_pad_add_probe(
        pad.get(),
        GST_PAD_PROBE_TYPE_BUFFER,
        [](GstPad* video, GstPadProbeInfo* info, gpointer data) {
          const GstBuffer* packet = GST_PAD_PROBE_INFO_BUFFER(info);
          const auto event = adopt(gst_pad_get_sticky_event(video, GST_EVENT_SEGMENT, 0));
          if (!event || !GST_BUFFER_PTS_IS_VALID(packet)) return GST_PAD_PROBE_OK;
          const GstSegment* segment = nullptr;
          gst_event_parse_segment(event.get(), &segment);
          const GstClockTime time = GST_BUFFER_PTS(packet);
          if (time < segment->start ||
              (GST_CLOCK_TIME_IS_VALID(segment->stop) && time >= segment->stop))
            ++static_cast<Maker*>(data)->hidden_;
          return GST_PAD_PROBE_OK;
        },
        this,
        nullptr);
  }

  bool encodes_picture() const {
    bool encodes = false;
    gst::for_each(adopt(gst_bin_iterate_elements(GST_BIN(sink_))), [&encodes](gpointer element) {
      auto* factory = gst_element_get_factory(GST_ELEMENT(element));
      encodes = encodes ||
                (factory &&
                 gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_VIDEO_ENCODER));
    });
    return encodes;
  }

  bool hear(GstMessage* message) {
    if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_WARNING) note_warning(message);
    const GstStructure* said = gst_message_get_structure(message);
    if (!said || !gst_structure_has_name(said, "live-photo-written")) return false;
    pair_.content_identifier = text_in(said, "content-identifier");
    pair_.start = time_in(said, "start-time") - survey_.first_picture;
    pair_.duration = time_in(said, "duration");
    pair_.still = time_in(said, "still-time") - survey_.first_picture;
    pair_.still_offset = time_in(said, "still-offset");
    gst_structure_get_uint64(said, "still-size", &pair_.still_size);
    gst_structure_get_uint64(said, "movie-size", &pair_.movie_size);
    pair_.is_encoded = form_ == Form::Raw || encodes_picture();
    pair_.source_codec = survey_.codec;
    pair_.date_source = job_.settings.date ? "option" : text_in(said, "date-source");
    pair_.hidden_pictures = pair_.is_encoded ? 0 : hidden_.load();
    pair_.video_length = survey_.length;
    is_written_ = true;
    return true;
  }

  // Ours; what decoders and demuxers grumble about is for developers.
  void note_warning(GstMessage* message) {
    GstObject* from = GST_MESSAGE_SRC(message);
    if (!GST_IS_ELEMENT(from) || !gst_object_has_as_ancestor(from, GST_OBJECT(sink_))) return;
    GError* raw = nullptr;
    gst_message_parse_warning(message, &raw, nullptr);
    const auto warning = adopt(raw);
    auto* factory = gst_element_get_factory(GST_ELEMENT(from));
    if (factory && g_str_has_prefix(GST_OBJECT_NAME(factory), "livephoto"))
      pair_.warnings.emplace_back(warning->message);
  }

  const Job& job_;
  const Survey& survey_;
  Form form_;
  GstElement* sink_;                // on loan from the pipeline
  std::atomic<unsigned> seen_ = 0;  // packets or pictures
  std::atomic<unsigned> hidden_ = 0;
  std::atomic<guint64> position_ = 0;
  std::atomic<bool> has_ended_ = false;  // the picture
  Liveness liveness_;
  const std::function<void(double)>* report_ = nullptr;
  MadePair pair_;
  bool is_written_ = false;
  Source source_;  // last: what it calls is there as long as it is
};

// ---- The job -----------------------------------------------------------------

Result<void> check_start(const Job& job, const Survey& survey) {
  const auto& still = job.moment.still;
  if (survey.length && still && *still >= *survey.length)
    return invalid_input(
        "The video is " + clock_text(*survey.length) + " long; there is no picture at " +
        clock_text(*still) + " in it.");
  if (!survey.length || job.start() < *survey.length) return {};
  return invalid_input(
      "The video is " + clock_text(*survey.length) + " long; there is no clip from " +
      clock_text(job.start()) + " on.");
}

Result<void> make_folder(const Job& job) {
  const fs::path folder = job.base.parent_path();
  if (folder.empty()) return {};
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) return {};
  return Error{
      ErrorCode::Io,
      "The folder " + shown(folder) + " cannot be made (" + error.message() +
          "); name another place with -o.",
      error.message()};
}

// What a killed run has left of the pair must not be taken for one.
Result<std::vector<std::string>> recover_if_there(const Job& job) {
  std::error_code ignored;
  const fs::path folder = job.base.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored)) return std::vector<std::string>();
  return recover(job.base);
}

// Whether another way through GStreamer may do where one has failed.
bool is_about_the_video(const Error& error) {
  return error.code != ErrorCode::Io && error.code != ErrorCode::NoSpace;
}

Result<MadePair> make_of_times(
    const Job& job,
    const Survey& survey,
    const std::string& fingerprint,
    const std::function<void(double)>& report) {
  if (!job.settings.exact && survey.packets_are_taken) {
    auto made = Maker(job, survey, fingerprint, Form::Packets).make(report);
    if (made || !is_about_the_video(made.error())) return made;
  }
  return Maker(job, survey, fingerprint, Form::Raw).make(report);
}

// The part of a job's progress that is the search for the moment.
constexpr double kLookingShare = 0.7;

Error no_such_pick(const Job& job, std::size_t found) {
  const std::string moments = found == 1 ? "1 moment" : std::to_string(found) + " moments";
  return invalid_input(
      "It is good for " + moments + " of " + seconds_text(job.duration()) +
      ", so there is no --pick " + std::to_string(job.pick) + ".");
}

// With times, of the moment that the job picks.
Result<Job> with_found_moment(const Job& job, const VideoSuggestions& found) {
  if (found.suggestions.size() < job.pick) return no_such_pick(job, found.suggestions.size());
  const select::Moment& moment = found.suggestions[job.pick - 1].moment;
  Job timed = job;
  timed.moment.start = std::max(moment.start, nanoseconds(0));
  timed.moment.still = moment.still;
  return timed;
}

// How near the still is to the ends is told by its times, whether its pictures are looked at or
// not.
std::vector<Advice> told(std::vector<select::PictureAdvice> advice) {
  std::erase_if(advice, [](const select::PictureAdvice& item) {
    return item.pity == select::Pity::NoTimeBefore || item.pity == select::Pity::NoTimeAfter;
  });
  return in_words(advice);
}

// No advice where its pictures cannot be looked at.
std::vector<Advice> advice_from_pictures(
    const Job& job,
    const Survey& survey,
    const MadePair& pair,
    const std::function<void(double)>& report) {
  const auto looked = look(
      job,
      survey,
      {.duration = pair.duration, .start = pair.start, .still = pair.still},
      1,
      report,
      Reach::Near);
  if (!looked || looked->suggestions.empty()) return {};
  return told(looked->suggestions[0].advice);
}

struct Made {
  MadePair pair;
  Survey survey;
  std::optional<std::vector<Advice>> advice{};  // from its pictures, where they were looked at
};

Result<Made> make_pair(
    const Job& job, const std::string& fingerprint, const std::function<void(double)>& report) {
  const auto surveyed = survey(job.moment.video, [&] { report(0); });
  if (!surveyed) return surveyed.error();
  report(0);
  if (const auto possible = check_start(job, *surveyed); !possible) return possible.error();
  if (job.pick == 0) {
    if (const auto folder = make_folder(job); !folder) return folder.error();
    const auto pair = make_of_times(job, *surveyed, fingerprint, report);
    if (!pair) return pair.error();
    return Made{.pair = *pair, .survey = *surveyed};
  }
  const auto found = look(job, *surveyed, wanted_of(job), job.pick, [&](double done) {
    report(done * kLookingShare);
  });
  if (!found) return found.error();
  const auto timed = with_found_moment(job, *found);
  if (!timed) return timed.error();
  if (const auto folder = make_folder(job); !folder) return folder.error();
  auto pair = make_of_times(*timed, *surveyed, fingerprint, [&](double done) {
    report(kLookingShare + done * (1 - kLookingShare));
  });
  if (!pair) return pair.error();
  const Suggestion& chosen = found->suggestions[job.pick - 1];
  pair->reason = chosen.reason;
  return Made{.pair = *std::move(pair), .survey = *surveyed, .advice = told(chosen.advice)};
}

}  // namespace

Outcome make_one(
    const Job& job,
    const std::function<void(double)>& report,
    const std::function<void(const Outcome&)>& on_made) {
  const auto fingerprint = tool::fingerprint(job);
  if (!fingerprint) return failed_with(job, fingerprint.error());
  const auto recovered = recover_if_there(job);
  if (!recovered) return failed_with(job, recovered.error());
  if (!job.force) {
    const Standing standing = standing_of(job, *fingerprint);
    if (standing == Standing::Other) return Outcome::failed(Failure::Exists, refusal_of_other(job));
    if (standing == Standing::Same) {
      Outcome outcome;
      outcome.ending = Ending::Skipped;
      return outcome;
    }
  }
  {
    const Heartbeat starting(report);
    if (const auto loaded = load_plugin(); !loaded) return failed_with(job, loaded.error());
  }
  const auto replaced = still_of_another_format(job);
  auto made = make_pair(job, *fingerprint, report);
  if (!made) return failed_with(job, made.error());
  std::error_code ignored;
  if (replaced) fs::remove(*replaced, ignored);
  Outcome outcome;
  outcome.ending = Ending::Made;
  outcome.pair = made->pair;
  outcome.advice = advice_on(job, made->pair);
  for (const std::string& sentence : made->pair.warnings)
    outcome.advice.push_back({"warning", sentence});
  for (const std::string& sentence : *recovered) outcome.advice.push_back({"recovered", sentence});
  if (!job.looks) return outcome;
  if (!made->advice) {
    // A decoder that crashes or hangs now takes nothing away.
    on_made(outcome);
    made->advice = advice_from_pictures(job, made->survey, made->pair, [&](double) { report(1); });
  }
  outcome.advice.insert(outcome.advice.end(), made->advice->begin(), made->advice->end());
  return outcome;
}

}  // namespace livephoto::tool
