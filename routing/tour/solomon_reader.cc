#include "routing/tour/solomon_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "routing/tour/benchmark_file.h"

namespace gridmend {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

// Takes the next line that says something; empty at the end.
std::string_view next_line(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
  const std::size_t end = std::min(text.find('\n', begin), text.size());
  std::string_view line = text.substr(begin, end - begin);
  text.remove_prefix(end);
  return line.substr(0, line.find_last_not_of(kBlanks) + 1);
}

// Exactly so many numbers, and nothing else.
bool read_numbers(std::string_view line, std::span<double> numbers) {
  for (double& number : numbers) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (fault != std::errc{} || !std::isfinite(number)) return false;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  }
  return line.find_first_not_of(kBlanks) == line.npos;
}

Result<void> read_customers(std::string_view text, Benchmark& benchmark) {
  next_line(text);  // what the columns are
  for (std::string_view line = next_line(text); !line.empty(); line = next_line(text)) {
    std::array<double, 7> said{};
    const std::size_t place = benchmark.places.size();
    if (!read_numbers(line, said) || said[0] != static_cast<double>(place)) {
      return wrong_benchmark("CUSTOMER: line " + std::to_string(place + 1) + " is not customer " +
                             std::to_string(place) + " with its seven numbers");
    }
    if (place == kMaxPlaces) return wrong_benchmark("there are more than 12,000 places");
    benchmark.places.push_back({said[1], said[2]});
    benchmark.demand.push_back(said[3]);
    benchmark.window.push_back({said[4], said[5]});
    benchmark.duration.push_back(said[6]);
  }
  if (benchmark.places.empty())
    return wrong_benchmark("CUSTOMER: there is none, not even the depot");
  return {};
}

}  // namespace

bool is_solomon(std::string_view text) {
  next_line(text);
  return next_line(text) == "VEHICLE";
}

Result<Benchmark> read_solomon(std::string_view text, Distances distances) {
  Benchmark benchmark;
  benchmark.name = next_line(text);
  benchmark.type = "VRPTW";
  next_line(text);  // VEHICLE
  next_line(text);  // what the columns are
  std::array<double, 2> fleet{};
  if (!read_numbers(next_line(text), fleet) || fleet[0] < 1 ||
      fleet[0] > static_cast<double>(kMaxPlaces)) {
    return wrong_benchmark("VEHICLE: there must be a number, from 1 to 12,000, and a capacity");
  }
  benchmark.crews = static_cast<int>(fleet[0]);
  benchmark.capacity = fleet[1];
  if (next_line(text) != "CUSTOMER") return wrong_benchmark("after VEHICLE there must be CUSTOMER");
  if (auto read = read_customers(text, benchmark); !read) return unexpected(read.error());
  std::vector<double> seconds;
  seconds.reserve(benchmark.places.size() * benchmark.places.size());
  for (const SitePlace from : benchmark.places) {
    for (const SitePlace to : benchmark.places) {
      const double plane = std::hypot(from.x - to.x, from.y - to.y);
      seconds.push_back(distances == Distances::real ? plane : std::floor(plane + 0.5));
    }
  }
  benchmark.travel =
      TravelMatrix(static_cast<std::uint32_t>(benchmark.places.size()), std::move(seconds));
  return benchmark;
}

}  // namespace gridmend
