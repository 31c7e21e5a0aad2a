#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace gridmend {

// Tables of figures as README.md shows them, and the clock that gives them.
using Watch = std::chrono::steady_clock;

inline double seconds_since(Watch::time_point begun) {
  return std::chrono::duration<double>(Watch::now() - begun).count();
}

template <class Work>
double milliseconds(Work&& work) {
  const auto begun = Watch::now();
  work();
  return seconds_since(begun) * 1e3;
}

// The least of several runs: what is left when the neighbours are quiet.
template <class Work>
double least_milliseconds(int runs, Work&& work) {
  double least = milliseconds(work);
  for (int i = 1; i < runs; ++i) least = std::min(least, milliseconds(work));
  return least;
}

template <class... Values>
void row(const std::string& what, const char* format, Values... values) {
  std::printf("| %s | ", what.c_str());
  std::printf(format, values...);
  std::printf(" |\n");
  std::fflush(stdout);
}

inline void row(const std::string& what, double value, const char* unit) {
  row(what, "%.3f %s", value, unit);
}

struct Percentiles {
  double p50 = 0, p99 = 0, worst = 0;
};
inline Percentiles percentiles_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  return {at(.5), at(.99), values.back()};
}

inline double median(std::vector<double> values) { return percentiles_of(std::move(values)).p50; }

inline void row_of_percentiles(const std::string& what, const std::vector<double>& milliseconds) {
  const Percentiles at = percentiles_of(milliseconds);
  row(what + ", p50 / p99 / worst", "%.1f / %.1f / %.1f ms", at.p50, at.p99, at.worst);
}

}  // namespace gridmend
