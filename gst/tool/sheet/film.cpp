#include "gst/tool/sheet/film.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>
#include <utility>

#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/liveness.h"
#include "gst/tool/source.h"

namespace livephoto::tool {
namespace {

using gst::adopt;
using gst::Owned;

// What pictures are taken from, and the movie for a card of a page: wide ones are 240 pixels high,
// upright ones 320.
constexpr PixelBox kPictureBox{640, 480};
constexpr PixelBox kMovieBox{428, 320};
constexpr int kLeastForEncoder = 16;
constexpr nanoseconds kTolerance{500'000};  // as livephotoselect's
constexpr guint kReportEvery = 200;         // milliseconds

// First upright, then small: the box is for what is seen. Of interlaced pictures one field a
// picture, so that their times stay.
constexpr const char* kPictureIn =
    "deinterlace fields=top ! videoconvert ! videoflip name=upright video-direction=auto ! "
    "videoscale ! videoconvert ! capsfilter name=size";
constexpr const char* kSoundIn =
    "audioconvert ! audioresample ! capsfilter caps=audio/x-raw,rate=44100,channels=(int)[1,2]";
constexpr const char* kPictureOut =
    "videoscale ! capsfilter name=movie-size ! "
    "x264enc pass=qual quantizer=32 vbv-buf-capacity=0 speed-preset=veryfast bframes=0 "
    "key-int-max=30 threads=1 ! video/x-h264,profile=main ! h264parse";
constexpr const char* kSoundOut = "avenc_aac bitrate=56000 ! aacparse";

// ---- Which pictures ----------------------------------------------------------

// Keeps of the pictures that come, in the order of their times, those that are wanted.
class Picker {
 public:
  explicit Picker(const std::vector<WantedPicture>& wanted)
      : wanted_(wanted), order_(wanted.size()), pictures_(wanted.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::stable_sort(order_.begin(), order_.end(), [&wanted](std::size_t a, std::size_t b) {
      return wanted[a].time < wanted[b].time;
    });
  }

  void see(nanoseconds time, GstBuffer* picture, GstCaps* caps) {
    if (before_) keep_until(time - kTolerance);
    before_ = gst::retain(picture);
    caps_ = adopt(gst_caps_ref(caps));
  }

  Result<std::vector<Pixels>> pictures() {
    if (!before_) return invalid_input("Nothing is shown there.");
    keep_until(nanoseconds::max());
    if (error_) return *error_;
    return std::move(pictures_);
  }

 private:
  // Of those that are wanted before `time`, the last that came is the picture.
  void keep_until(nanoseconds time) {
    for (; next_ < order_.size() && wanted_[order_[next_]].time < time; ++next_) {
      auto pixels = pixels_of(before_.get(), caps_.get(), wanted_[order_[next_]].box);
      if (!pixels) error_ = pixels.error();
      if (pixels) pictures_[order_[next_]] = *std::move(pixels);
    }
  }

  const std::vector<WantedPicture>& wanted_;
  std::vector<std::size_t> order_;  // by time
  std::size_t next_ = 0;            // of those
  std::vector<Pixels> pictures_;
  Owned<GstBuffer> before_;
  Owned<GstCaps> caps_;
  std::optional<Error> error_;
};

// ---- The pipeline ------------------------------------------------------------

// Of elements in a row, with their outer pads; null where one is lacking.
Owned<GstElement> bin_of(const char* description, Owned<GError>& problem) {
  GError* raw = nullptr;
  GstElement* bin = gst_parse_bin_from_description(description, TRUE, &raw);
  problem = adopt(raw);
  return adopt(bin ? GST_ELEMENT(gst_object_ref_sink(bin)) : nullptr);
}

class Projector {
 public:
  Projector(
      const std::filesystem::path& video,
      const Survey& survey,
      const Stretch& stretch,
      const std::vector<WantedPicture>& wanted,
      const std::filesystem::path& movie_work,
      const std::function<void()>& alive)
      : stretch_(stretch),
        survey_(survey),
        movie_work_(movie_work),
        alive_(alive),
        picker_(wanted),
        source_(video, Form::Raw, [this](Stream stream, GstPad* pad, const GstCaps*) {
          return take(stream, pad);
        }) {}

  Result<Film> show() {
    if (const auto made = set_up(); !made) return made.error();
    const guint timer = g_timeout_add(kReportEvery, report, this);
    const auto run =
        source_.run(GST_STATE_PLAYING, [this](GstMessage* message) { return hear(message); });
    g_source_remove(timer);
    if (!run) return run.error();
    auto pictures = picker_.pictures();
    if (!pictures) return pictures.error();
    return Film{*std::move(pictures), std::move(movie_), shown_.value_or(stretch_)};
  }

 private:
  GstBin* bin() const { return GST_BIN(source_.pipeline()); }
  void add(const Owned<GstElement>& element) { gst_bin_add(bin(), element.get()); }

  Result<void> set_up() {
    select_ = gst_element_factory_make("livephotoselect", nullptr);
    if (!select_) return lacking("livephotoselect", nullptr);
    gst_bin_add(bin(), select_);
    g_object_set(
        select_,
        "start-time",
        static_cast<guint64>((survey_.first_picture + stretch_.from).count()),
        "duration",
        static_cast<guint64>(stretch_.length().count()),
        "still-time",
        static_cast<guint64>((survey_.first_picture + stretch_.from).count()),
        "controls-source",
        static_cast<gboolean>(survey_.can_be_sought),
        nullptr);
    Owned<GError> problem;
    picture_in_ = bin_of(kPictureIn, problem);
    if (!picture_in_ || problem)
      return lacking("deinterlace, videoflip and videoscale", problem.get());
    add(picture_in_);
    gst_element_link_pads(picture_in_.get(), "src", select_, "video_sink");
    const auto upright = adopt(gst_bin_get_by_name(GST_BIN(picture_in_.get()), "upright"));
    const auto turned = adopt(gst_element_get_static_pad(upright.get(), "src"));
    gst_pad_add_probe(
        turned.get(),
        static_cast<GstPadProbeType>(
            GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
        see_upright,
        this,
        nullptr);
    const auto leaves = adopt(gst_element_get_static_pad(select_, "video_src"));
    gst_pad_add_probe(leaves.get(), GST_PAD_PROBE_TYPE_BUFFER, see_picture, this, nullptr);
    gst_pad_add_probe(leaves.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, see_end, this, nullptr);
    return movie_work_.empty() ? add_end() : add_movie();
  }

  Result<void> add_end() {
    GstElement* sink = gst_element_factory_make("fakesink", nullptr);
    if (!sink) return lacking("fakesink", nullptr);
    gst_bin_add(bin(), sink);
    gst_element_link_pads(select_, "video_src", sink, "sink");
    return {};
  }

  // Its index goes first: a page gives it to its player in one piece, but not all players look
  // for it at the end.
  Result<void> add_movie() {
    Owned<GError> problem;
    const auto picture_out = bin_of(kPictureOut, problem);
    if (!picture_out || problem) return lacking("x264enc and h264parse", problem.get());
    sound_in_ = bin_of(kSoundIn, problem);
    if (!sound_in_ || problem) return lacking("audioconvert and audioresample", problem.get());
    sound_out_ = bin_of(kSoundOut, problem);
    if (!sound_out_ || problem) return lacking("avenc_aac and aacparse", problem.get());
    mux_ = gst_element_factory_make("mp4mux", nullptr);
    GstElement* sink = gst_element_factory_make("appsink", nullptr);
    if (!mux_ || !sink) return lacking("mp4mux and appsink", nullptr);
    movie_size_ = adopt(gst_bin_get_by_name(GST_BIN(picture_out.get()), "movie-size"));
    add(picture_out);
    gst_bin_add_many(bin(), mux_, sink, nullptr);
    g_object_set(mux_, "faststart", TRUE, "faststart-file", movie_work_.c_str(), nullptr);
    g_object_set(sink, "sync", FALSE, nullptr);
    GstAppSinkCallbacks callbacks{};
    callbacks.new_sample = take_bytes;
    gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, this, nullptr);
    gst_element_link_pads(select_, "video_src", picture_out.get(), "sink");
    gst_element_link_pads(picture_out.get(), "src", mux_, "video_%u");
    gst_element_link(mux_, sink);
    return {};
  }

  static Error lacking(const std::string& elements, const GError* problem) {
    return {
        ErrorCode::Unsupported,
        "GStreamer lacks one of " + elements + "; install its plugins (good, bad, ugly, libav).",
        problem ? problem->message : ""};
  }

  // Called before any data flows, so that a muxer knows all of its streams.
  Owned<GstPad> take(Stream stream, GstPad* pad) {
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, see_data, this, nullptr);
    if (stream == Stream::Picture)
      return adopt(gst_element_get_static_pad(picture_in_.get(), "sink"));
    if (movie_work_.empty()) return nullptr;
    add(sound_in_);
    add(sound_out_);
    gst_element_link_pads(sound_in_.get(), "src", select_, "audio_sink");
    gst_element_link_pads(select_, "audio_src", sound_out_.get(), "sink");
    gst_element_link_pads(sound_out_.get(), "src", mux_, "audio_%u");
    gst_element_sync_state_with_parent(sound_out_.get());
    gst_element_sync_state_with_parent(sound_in_.get());
    return adopt(gst_element_get_static_pad(sound_in_.get(), "sink"));
  }

  // ---- While it runs

  static GstPadProbeReturn see_data(GstPad*, GstPadProbeInfo*, gpointer data) {
    ++static_cast<Projector*>(data)->seen_;
    return GST_PAD_PROBE_OK;
  }

  // Until the first picture: its format is told again once it is known how it is to be turned. One
  // that changes its size later stays what it is then.
  static GstPadProbeReturn see_upright(GstPad*, GstPadProbeInfo* info, gpointer data) {
    if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) return GST_PAD_PROBE_REMOVE;
    GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    static_cast<Projector*>(data)->choose_sizes(caps);
    return GST_PAD_PROBE_OK;
  }

  void choose_sizes(const GstCaps* caps) {
    GstVideoInfo info;
    if (!gst_video_info_from_caps(&info, caps)) return;
    const double width = static_cast<double>(GST_VIDEO_INFO_WIDTH(&info)) *
                         GST_VIDEO_INFO_PAR_N(&info) / std::max(GST_VIDEO_INFO_PAR_D(&info), 1);
    const double height = GST_VIDEO_INFO_HEIGHT(&info);
    const auto size = adopt(gst_bin_get_by_name(GST_BIN(picture_in_.get()), "size"));
    set_size(size.get(), fit(width, height, kPictureBox, kLeastForEncoder));
    if (movie_size_) set_size(movie_size_.get(), fit(width, height, kMovieBox, kLeastForEncoder));
  }

  static void set_size(GstElement* filter, PixelBox size) {
    // What is HDR is taken for what it is not: pale, but to be seen.
    const auto caps = adopt(gst_caps_new_simple(
        "video/x-raw",
        "format",
        G_TYPE_STRING,
        "I420",
        "width",
        G_TYPE_INT,
        size.width,
        "height",
        G_TYPE_INT,
        size.height,
        "pixel-aspect-ratio",
        GST_TYPE_FRACTION,
        1,
        1,
        "colorimetry",
        G_TYPE_STRING,
        "bt709",
        nullptr));
    g_object_set(filter, "caps", caps.get(), nullptr);
  }

  // Only what is written is left to be done.
  static GstPadProbeReturn see_end(GstPad*, GstPadProbeInfo* info, gpointer data) {
    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) == GST_EVENT_EOS)
      static_cast<Projector*>(data)->has_all_ = true;
    return GST_PAD_PROBE_OK;
  }

  static GstPadProbeReturn see_picture(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
    auto* self = static_cast<Projector*>(data);
    GstBuffer* picture = GST_PAD_PROBE_INFO_BUFFER(info);
    const auto caps = adopt(gst_pad_get_current_caps(pad));
    const auto event = adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    if (!caps || !event || !GST_BUFFER_PTS_IS_VALID(picture)) return GST_PAD_PROBE_OK;
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event.get(), &segment);
    const guint64 time =
        gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(picture));
    if (GST_CLOCK_TIME_IS_VALID(time))
      self->picker_.see(
          self->stretch_.from + nanoseconds(static_cast<std::int64_t>(time)),
          picture,
          caps.get());
    return GST_PAD_PROBE_OK;
  }

  static GstFlowReturn take_bytes(GstAppSink* sink, gpointer data) {
    const auto sample = adopt(gst_app_sink_pull_sample(sink));
    if (!sample) return GST_FLOW_EOS;
    const gst::ReadMap map(gst_sample_get_buffer(sample.get()));
    auto& movie = static_cast<Projector*>(data)->movie_;
    movie.insert(movie.end(), map.bytes().begin(), map.bytes().end());
    return GST_FLOW_OK;
  }

  static gboolean report(gpointer data) {
    auto* self = static_cast<Projector*>(data);
    if (self->liveness_
            .has_moved(self->seen_ + self->source_.reads(), self->has_all_, processor_time()))
      self->alive_();
    return G_SOURCE_CONTINUE;
  }

  bool hear(GstMessage* message) {
    const GstStructure* said = gst_message_get_structure(message);
    if (said && gst_structure_has_name(said, "live-photo-selected")) {
      guint64 start = 0;
      guint64 duration = 0;
      gst_structure_get_uint64(said, "start", &start);
      gst_structure_get_uint64(said, "duration", &duration);
      const nanoseconds from =
          nanoseconds(static_cast<std::int64_t>(start)) - survey_.first_picture;
      shown_ = Stretch{from, from + nanoseconds(static_cast<std::int64_t>(duration))};
    }
    return false;
  }

  const Stretch& stretch_;
  const Survey& survey_;
  const std::filesystem::path& movie_work_;
  const std::function<void()>& alive_;
  Picker picker_;                 // used by a streaming thread while it runs
  Bytes movie_;                   // so, too
  GstElement* select_ = nullptr;  // these two on loan from the pipeline
  GstElement* mux_ = nullptr;
  Owned<GstElement> picture_in_;
  Owned<GstElement> sound_in_;  // these two in the pipeline only where there is sound
  Owned<GstElement> sound_out_;
  Owned<GstElement> movie_size_;
  std::optional<Stretch> shown_;
  std::atomic<unsigned> seen_ = 0;  // data of the source
  std::atomic<bool> has_all_ = false;
  Liveness liveness_;
  Source source_;  // last: what it calls is there as long as it is
};

}  // namespace

Result<Film> film(
    const std::filesystem::path& video,
    const Survey& survey,
    const Stretch& stretch,
    const std::vector<WantedPicture>& wanted,
    const std::filesystem::path& movie_work,
    const std::function<void()>& alive) {
  return Projector(video, survey, stretch, wanted, movie_work, alive).show();
}

}  // namespace livephoto::tool
