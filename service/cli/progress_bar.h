#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "data/ingest/reading_progress.h"

namespace gridmend {

// One line of progress, at most `width` columns: what, a bar with the percentage, how much of how
// much, how much a second, time left, `note`. Without a known end (`all` < 0) neither bar nor time
// left; with nothing to count (`done` = 0 and no end) only what and the time gone.
std::string progress_line(std::string_view what, std::int64_t done, std::int64_t all,
                          double elapsed_s, std::size_t width, std::string_view note = {});

// Long work on a terminal: one line of standard error that rewrites itself a few times a second,
// and is wiped when a step ends. Silent when standard error is no terminal or when told to be.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet = false);
  ~ProgressBar() { wipe(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  bool shown() const { return shown_; }
  // A new `what`, or less done than before, begins a step; done = all ends it. `note` goes last.
  void show(std::string_view what, std::int64_t done, std::int64_t all, std::string_view note = {});
  void wipe();

  // For libraries that report; empty when nothing would be shown. Refers to this bar.
  ReadingProgress callback();

 private:
  using Clock = std::chrono::steady_clock;

  bool shown_ = false;
  bool drawn_ = false;
  std::string what_;
  std::int64_t done_ = 0;
  Clock::time_point begun_;
  Clock::time_point drawn_at_;
};

}  // namespace gridmend
