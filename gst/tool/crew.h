// Runs jobs, several at a time, each in a process of its own.
#pragma once

#include <glib.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "gst/tool/job.h"

namespace livephoto::tool {

class Crew {
 public:
  struct Limits {
    unsigned at_once = 1;
    std::chrono::milliseconds patience{};  // without progress; 0: for ever
  };
  struct Listener {
    std::function<void(std::size_t job, const Outcome&)> ended;
    // 0 to 1 for each job that is being made.
    std::function<void(const std::vector<double>&)> progress;
  };

  Crew(const std::vector<Job>& jobs, Limits limits, Listener listener);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // False if it was interrupted (SIGINT, SIGTERM, SIGHUP): then no process of it runs any more, and
  // the jobs of which nothing was told are not made.
  bool run();

 private:
  struct Worker;

  void start_next();
  void start(std::size_t number);
  void watch(Worker& worker);
  bool read_reports(Worker& worker);
  static bool read_log(Worker& worker);
  void end(Worker& worker, int status);
  Outcome outcome_of(const Worker& worker, int status) const;
  void look_after();
  void interrupt();

  const std::vector<Job>& jobs_;
  Limits limits_;
  Listener listener_;
  std::size_t next_ = 0;
  std::list<std::unique_ptr<Worker>> workers_;
  bool interrupted_ = false;
  GMainLoop* loop_;
};

}  // namespace livephoto::tool
