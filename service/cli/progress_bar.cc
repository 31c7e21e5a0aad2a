#include "service/cli/progress_bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "service/cli/region_summary.h"
#include "service/cli/text_table.h"

namespace gridmend {
namespace {

constexpr std::size_t kBar = 20, kUsualWidth = 80;
constexpr auto kBetween = std::chrono::milliseconds{100};
// A rate from less says nothing.
constexpr double kRateFrom_s = 0.5;

std::string duration(double seconds) {
  const auto s = static_cast<std::int64_t>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{}:{:02} min", s / 60, s % 60);
  return fmt::format("{}:{:02} h", s / 3600, s / 60 % 60);
}

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return kUsualWidth;
  return size.ws_col;
}

// Whole letters, as many as have room.
std::string cut(std::string text, std::size_t width) {
  while (display_width(text) > width) {
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0U) == 0x80U)
      text.pop_back();
    if (!text.empty()) text.pop_back();
  }
  return text;
}

}  // namespace

std::string progress_line(std::string_view what, std::int64_t done, std::int64_t all,
                          double elapsed_s, std::size_t width, std::string_view note) {
  std::string figures;
  if (all > 0) {
    const double part = std::clamp(static_cast<double>(done) / static_cast<double>(all), 0.0, 1.0);
    const auto full = static_cast<std::size_t>(part * kBar);
    figures = fmt::format("  [{}{}] {:3.0f} %  {} of {}", std::string(full, '#'),
                          std::string(kBar - full, '.'), part * 100,
                          with_commas(static_cast<std::size_t>(done)),
                          with_commas(static_cast<std::size_t>(all)));
  } else if (done > 0) {
    figures = "  " + with_commas(static_cast<std::size_t>(done));
  } else {
    figures = "  " + duration(elapsed_s);
  }
  if (done > 0 && elapsed_s >= kRateFrom_s) {
    const double rate = static_cast<double>(done) / elapsed_s;
    figures += fmt::format("  {}/s", rate < 10 ? fmt::format("{:.1f}", rate)
                                               : with_commas(static_cast<std::size_t>(rate)));
    if (all > done) figures += "  " + duration(static_cast<double>(all - done) / rate) + " left";
  }
  if (!note.empty()) figures += "  " + std::string{note};
  // What is being done goes first, unless the figures leave no room for it.
  const std::size_t room = width > figures.size() + 8 ? width - figures.size() : 8;
  return cut(cut(std::string{what}, room) + figures, width);
}

ProgressBar::ProgressBar(bool quiet) : shown_(!quiet && ::isatty(STDERR_FILENO) != 0) {}

void ProgressBar::show(std::string_view what, std::int64_t done, std::int64_t all,
                       std::string_view note) {
  if (!shown_) return;
  const auto now = Clock::now();
  if (what != what_ || done < done_) {
    what_ = what;
    begun_ = now;
    drawn_at_ = {};
  }
  done_ = done;
  if (all >= 0 && done >= all) return wipe();
  if (now - drawn_at_ < kBetween) return;
  drawn_at_ = now;
  drawn_ = true;
  const double elapsed_s = std::chrono::duration<double>(now - begun_).count();
  std::fprintf(stderr, "\r\033[K%s",
               progress_line(what, done, all, elapsed_s, terminal_width() - 1, note).c_str());
  std::fflush(stderr);
}

void ProgressBar::wipe() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

ReadingProgress ProgressBar::callback() {
  if (!shown_) return {};
  return
      [this](std::string_view what, std::int64_t done, std::int64_t all) { show(what, done, all); };
}

}  // namespace gridmend
