#include "gst/tool/crew.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/pair/recover.h"
#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/path_text.h"
#include "gst/tool/wire.h"

namespace livephoto::tool {
namespace {

using std::chrono::steady_clock;

constexpr guint kLookEvery = 200;          // milliseconds
constexpr std::size_t kLongestLog = 2000;  // bytes, the last

void close_if_open(int& descriptor) {
  if (descriptor >= 0) close(std::exchange(descriptor, -1));
}

// All that is there now, without waiting; false at the end.
bool read_available(int descriptor, std::string& text) {
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto count = read(descriptor, bytes.data(), bytes.size());
    if (count > 0)
      text.append(bytes.data(), static_cast<std::size_t>(count));
    else if (count == 0 || errno != EINTR)
      return count < 0 && errno == EAGAIN;
  }
}

// A developer who set GST_DEBUG wants to read it.
bool wants_debug_output() { return g_getenv("GST_DEBUG") != nullptr; }

}  // namespace

struct Crew::Worker {
  Worker(Crew* its_crew, std::size_t its_job) : crew(its_crew), job(its_job) {}

  Crew* crew;
  std::size_t job;
  GPid pid = 0;
  int input = -1;
  int reports = -1;
  int log = -1;
  guint reports_source = 0;
  guint log_source = 0;
  std::string unread;  // reports without their end
  std::string said;    // the end of its log
  std::optional<Outcome> outcome;
  double done = 0;
  bool timed_out = false;
  steady_clock::time_point begun = steady_clock::now();
  steady_clock::time_point last_heard = begun;

  ~Worker() {
    if (reports_source) g_source_remove(reports_source);
    if (log_source) g_source_remove(log_source);
    close_if_open(input);
    close_if_open(reports);
    close_if_open(log);
  }

  // With what it has started itself.
  void kill() const {
    if (pid == 0) return;  // it has ended, and its number may be another's
    if (::kill(-pid, SIGKILL) != 0) ::kill(pid, SIGKILL);
  }
};

Crew::Crew(const std::vector<Job>& jobs, Limits limits, Listener listener)
    : jobs_(jobs),
      limits_(limits),
      listener_(std::move(listener)),
      loop_(g_main_loop_new(nullptr, FALSE)) {}

Crew::~Crew() { g_main_loop_unref(loop_); }

bool Crew::run() {
  const auto on_signal = [](gpointer self) -> gboolean {
    static_cast<Crew*>(self)->interrupt();
    return G_SOURCE_CONTINUE;
  };
  const std::array sources{
      g_unix_signal_add(SIGINT, on_signal, this),
      g_unix_signal_add(SIGTERM, on_signal, this),
      g_unix_signal_add(SIGHUP, on_signal, this),
      g_timeout_add(
          kLookEvery,
          [](gpointer self) -> gboolean {
            static_cast<Crew*>(self)->look_after();
            return G_SOURCE_CONTINUE;
          },
          this)};
  start_next();
  if (!workers_.empty()) g_main_loop_run(loop_);
  for (const guint source : sources) g_source_remove(source);
  return !interrupted_;
}

// ---- A job's process ---------------------------------------------------------

void Crew::start_next() {
  while (!interrupted_ && next_ < jobs_.size() && workers_.size() < limits_.at_once) start(next_++);
  if (workers_.empty()) g_main_loop_quit(loop_);
}

void Crew::start(std::size_t number) {
  std::array<int, 2> pipe_ends{};
  if (!g_unix_open_pipe(pipe_ends.data(), FD_CLOEXEC, nullptr)) {
    listener_.ended(number, Outcome::failed(Failure::Error, "No pipe could be opened."));
    return;
  }
  auto worker = std::make_unique<Worker>(this, number);
  worker->reports = pipe_ends[0];
  const std::array<const gchar*, 4> arguments{
      "/proc/self/exe",
      "gst-livephoto-1.0",
      kJobCommand,
      nullptr};
  GError* problem = nullptr;
  const gboolean started = g_spawn_async_with_pipes_and_fds(
      nullptr,
      arguments.data(),
      nullptr,
      static_cast<GSpawnFlags>(
          G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO | G_SPAWN_STDOUT_TO_DEV_NULL),
      nullptr,
      nullptr,
      -1,
      -1,
      -1,
      &pipe_ends[1],
      &kReportDescriptor,
      1,
      &worker->pid,
      &worker->input,
      nullptr,
      wants_debug_output() ? nullptr : &worker->log,
      &problem);
  close(pipe_ends[1]);
  if (!started) {
    const auto error = gst::adopt(problem);
    listener_.ended(
        number,
        Outcome::failed(
            Failure::Error,
            "No process could be started for it: " + std::string(error->message) + "."));
    return;
  }
  watch(*worker);
  workers_.push_back(std::move(worker));
}

void Crew::watch(Worker& worker) {
  const std::string job = write_job(jobs_[worker.job]);
  // Fits into the pipe. What fails shows when the process ends.
  [[maybe_unused]] const auto written = write(worker.input, job.data(), job.size());
  g_child_watch_add(
      worker.pid,
      [](GPid, gint status, gpointer data) {
        auto* ended = static_cast<Worker*>(data);
        ended->crew->end(*ended, status);
      },
      &worker);
  g_unix_set_fd_nonblocking(worker.reports, TRUE, nullptr);
  worker.reports_source = g_unix_fd_add(
      worker.reports,
      static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR),
      [](gint, GIOCondition, gpointer data) -> gboolean {
        auto* reporting = static_cast<Worker*>(data);
        return reporting->crew->read_reports(*reporting);
      },
      &worker);
  if (worker.log < 0) return;
  g_unix_set_fd_nonblocking(worker.log, TRUE, nullptr);
  worker.log_source = g_unix_fd_add(
      worker.log,
      static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR),
      [](gint, GIOCondition, gpointer data) -> gboolean {
        return read_log(*static_cast<Worker*>(data));
      },
      &worker);
}

// False, and not called any more, at the end of what comes.
bool Crew::read_reports(Worker& worker) {
  const bool goes_on = read_available(worker.reports, worker.unread);
  for (std::size_t end; (end = worker.unread.find('\n')) != std::string::npos;) {
    const auto report = read_report(worker.unread.substr(0, end));
    worker.unread.erase(0, end + 1);
    if (!report) continue;
    worker.last_heard = steady_clock::now();
    if (report->done) worker.done = *report->done;
    if (report->outcome) worker.outcome = report->outcome;
  }
  if (!goes_on) worker.reports_source = 0;
  return goes_on;
}

bool Crew::read_log(Worker& worker) {
  const bool goes_on = read_available(worker.log, worker.said);
  if (worker.said.size() > kLongestLog) worker.said.erase(0, worker.said.size() - kLongestLog);
  if (!goes_on) worker.log_source = 0;
  return goes_on;
}

// ---- The end of a job --------------------------------------------------------

Outcome Crew::outcome_of(const Worker& worker, int status) const {
  if (worker.outcome) return *worker.outcome;
  const std::string video = shown(jobs_[worker.job].moment.video);
  const auto failed = [&worker](Failure failure, const std::string& message) {
    Outcome outcome = Outcome::failed(failure, message);
    outcome.log = worker.said;
    return outcome;
  };
  if (worker.timed_out) {
    const auto seconds = std::chrono::duration<double>(limits_.patience).count();
    return failed(
        Failure::Timeout,
        video + ": nothing moved for " + decimal_text(seconds, seconds < 10 ? 1 : 0) +
            " s, so it was given up; --timeout allows more.");
  }
  const std::string how = WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "it ended early";
  return failed(
      Failure::Crash,
      video + ": GStreamer crashed on it (" + how + "); the other videos are not concerned.");
}

void Crew::end(Worker& worker, int status) {
  // What it wrote last may not have been read yet. Not until the end of the pipe: a process that it
  // has left behind may hold that open.
  if (worker.reports_source) {
    g_source_remove(std::exchange(worker.reports_source, 0));
    read_reports(worker);
  }
  if (worker.log_source) {
    g_source_remove(std::exchange(worker.log_source, 0));
    read_log(worker);
  }
  // What cannot be taken away now the next run takes away.
  const Job& job = jobs_[worker.job];
  if (!worker.outcome && job.suggestions == 0) (void)recover(job.base);
  if (worker.outcome || !interrupted_) {
    Outcome outcome = outcome_of(worker, status);
    outcome.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - worker.begun);
    g_spawn_close_pid(std::exchange(worker.pid, 0));
    listener_.ended(worker.job, outcome);
  }
  workers_.remove_if([&worker](const auto& other) { return other.get() == &worker; });
  start_next();
}

void Crew::look_after() {
  std::vector<double> done;
  for (const auto& worker : workers_) {
    // After a pause of this process, what it has to say is still unread.
    const guint source = worker->reports_source;
    if (source && !read_reports(*worker)) g_source_remove(source);
    done.push_back(worker->done);
    const bool is_late =
        limits_.patience.count() > 0 && steady_clock::now() - worker->last_heard > limits_.patience;
    if (!is_late || worker->timed_out) continue;  // what it has told stays
    worker->timed_out = true;
    worker->kill();
  }
  listener_.progress(done);
}

void Crew::interrupt() {
  interrupted_ = true;
  for (const auto& worker : workers_) worker->kill();
}

}  // namespace livephoto::tool
