#include "gst/tool/job_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "gst/tool/make_one.h"
#include "gst/tool/suggest_one.h"
#include "gst/tool/wire.h"

namespace livephoto::tool {
namespace {

// A job is a line of at most some file names.
constexpr std::size_t kLongestJob = 64 * 1024;

std::string read_line(int descriptor) {
  std::string line;
  char letter = 0;
  while (line.size() < kLongestJob && read(descriptor, &letter, 1) == 1 && letter != '\n')
    line += letter;
  return line;
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // nobody reads: this process is about to be ended
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// The parent never writes more. What it leaves of the pair the next run takes away.
void end_with_parent() {
  std::thread([] {
    char letter = 0;
    while (read(STDIN_FILENO, &letter, 1) < 0 && errno == EINTR) {
    }
    _exit(1);
  }).detach();
}

int run_job() {
  // A Ctrl-C at the terminal is for the parent, which ends its jobs.
  setpgid(0, 0);
  fcntl(kReportDescriptor, F_SETFD, FD_CLOEXEC);
  const auto job = read_job(read_line(STDIN_FILENO));
  if (!job) return 2;
  end_with_parent();
  const auto report = [](double done) { write_all(kReportDescriptor, write_progress(done)); };
  const auto tell = [](const Outcome& outcome) {
    write_all(kReportDescriptor, write_outcome(outcome));
  };
  const auto outcome =
      job->suggestions > 0 ? suggest_one(*job, report) : make_one(*job, report, tell);
  tell(outcome);
  // Not by return: a library that crashes while it is taken down must not lose what was made.
  _exit(outcome.ending == Ending::Failed ? 1 : 0);
}

}  // namespace

void add_job_command(Program& program) {
  CLI::App* command =
      program.add(kJobCommand, "Does one video's work for another process", run_job);
  command->group("");  // in no help
}

}  // namespace livephoto::tool
