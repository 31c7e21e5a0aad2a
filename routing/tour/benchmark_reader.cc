#include "routing/tour/benchmark_reader.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "core/base/trimmed.h"
#include "routing/tour/benchmark_file.h"
#include "routing/tour/solomon_reader.h"

namespace gridmend {
namespace {

using Point = SitePlace;

double nearest_integer(double value) { return std::floor(value + 0.5); }

// TSPLIB's formulas, its rounded constants included: the published values depend on them.
double radians(double degrees_and_minutes) {
  constexpr double kPi = 3.141592;
  const double degrees = std::trunc(degrees_and_minutes);
  return kPi * (degrees + 5 * (degrees_and_minutes - degrees) / 3) / 180;
}

double geographical(Point a, Point b) {
  constexpr double kEarthRadius = 6378.388;
  const double q1 = std::cos(radians(a.y) - radians(b.y));
  const double q2 = std::cos(radians(a.x) - radians(b.x));
  const double q3 = std::cos(radians(a.x) + radians(b.x));
  return std::trunc(kEarthRadius * std::acos(0.5 * ((1 + q1) * q2 - (1 - q1) * q3)) + 1);
}

double pseudo_euclidean(Point a, Point b) {
  const double real = std::sqrt(((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)) / 10);
  const double rounded = nearest_integer(real);
  return rounded < real ? rounded + 1 : rounded;
}

class BenchmarkReader {
 public:
  BenchmarkReader(std::string_view text, Distances distances)
      : rest_(text), distances_(distances) {}

  Result<Benchmark> read() {
    std::string_view line;
    while (next_line(line)) {
      if (line.empty()) continue;
      if (line == "EOF") break;
      if (Result<void> done = read_line(line); !done) return unexpected(done.error());
    }
    return assemble();
  }

 private:
  bool next_line(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return true;
  }

  bool next_number(double& number) {
    rest_ = trimmed(rest_);
    if (!rest_.empty() && rest_.front() == '+') rest_.remove_prefix(1);
    const auto [end, fault] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (fault != std::errc{} || !std::isfinite(number)) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  Result<void> read_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string key(trimmed(line.substr(0, colon)));
    const std::string value(colon == std::string_view::npos ? "" : trimmed(line.substr(colon + 1)));
    if (colon != std::string_view::npos && !(key.ends_with("_SECTION") && value.empty())) {
      std::string& said = header_[key];
      said = key == "COMMENT" && !said.empty() ? said + '\n' + value : value;
      if (key == "TYPE" && (value == "SOP" || value == "HCP" || value == "TOUR")) {
        return wrong_benchmark("TYPE " + value +
                               " is no problem of tours: TSP, ATSP and CVRP are, say");
      }
      return key == "DIMENSION" ? set_places(value) : Result<void>{};
    }
    if (key.ends_with("_SECTION") && places_ == 0)
      return wrong_benchmark(key + " before DIMENSION");
    if (key == "NODE_COORD_SECTION") return read_points();
    if (key == "EDGE_WEIGHT_SECTION") return read_weights();
    if (key == "DEMAND_SECTION") return read_demands();
    if (key == "SERVICE_TIME_SECTION") return read_durations();
    if (key == "TIME_WINDOW_SECTION") return read_windows();
    if (key == "DISPLAY_DATA_SECTION") return skip_numbers();
    if (key == "DEPOT_SECTION") return read_depots();
    return wrong_benchmark("'" + key.substr(0, 40) + "' is not understood");
  }

  Result<void> set_places(const std::string& value) {
    if (places_ > 0) return wrong_benchmark("DIMENSION is there twice");
    const auto [end, fault] = std::from_chars(value.data(), value.data() + value.size(), places_);
    if (fault == std::errc{} && places_ > 0 && places_ <= kMaxPlaces) return {};
    return wrong_benchmark("DIMENSION must be from 1 to 12,000");
  }

  Result<void> read_points() {
    points_.assign(places_, {});
    std::vector<bool> is_there(places_);
    for (std::size_t i = 0; i < places_; ++i) {
      double place = 0;
      Point point;
      const bool read = next_number(place) && next_number(point.x) && next_number(point.y);
      if (!read || !(place >= 1 && place <= static_cast<double>(places_))) {
        return wrong_benchmark("NODE_COORD_SECTION: line " + std::to_string(i + 1) +
                               " is no place");
      }
      const auto index = static_cast<std::size_t>(place) - 1;
      if (is_there[index]) {
        return wrong_benchmark("NODE_COORD_SECTION: place " + std::to_string(index + 1) +
                               " is there twice");
      }
      is_there[index] = true;
      points_[index] = point;
    }
    return {};
  }

  // "PLACE NUMBER" a line; `take(place, read)` reads the numbers. False: a line is none.
  template <class Take>
  Result<void> one_a_place(const char* section, const char* what, Take take) {
    std::vector<char> seen(places_, 0);
    for (std::size_t i = 0; i < places_; ++i) {
      double place = 0;
      const bool known = next_number(place) && place >= 1 && place <= static_cast<double>(places_);
      const bool once = known && std::exchange(seen[static_cast<std::size_t>(place) - 1], 1) == 0;
      if (once && take(static_cast<std::size_t>(place) - 1)) continue;
      return wrong_benchmark(std::string(section) + ": line " + std::to_string(i + 1) + " is no " +
                             what);
    }
    return {};
  }

  Result<void> read_demands() {
    demand_.assign(places_, 0);
    return one_a_place("DEMAND_SECTION", "demand",
                       [this](std::size_t place) { return next_number(demand_[place]); });
  }

  Result<void> read_durations() {
    duration_.assign(places_, 0);
    return one_a_place("SERVICE_TIME_SECTION", "duration",
                       [this](std::size_t place) { return next_number(duration_[place]); });
  }

  Result<void> read_windows() {
    window_.assign(places_, {});
    return one_a_place("TIME_WINDOW_SECTION", "window", [this](std::size_t place) {
      return next_number(window_[place].from) && next_number(window_[place].until);
    });
  }

  Result<void> read_weights() {
    const std::string& form = header_["EDGE_WEIGHT_FORMAT"];
    const bool full = form == "FULL_MATRIX";
    bool diagonal = full || form.find("DIAG") != std::string::npos;
    // The columns of a lower triangle are the rows of the upper one.
    bool upper = form == "UPPER_ROW" || form == "UPPER_DIAG_ROW" || form == "LOWER_COL" ||
                 form == "LOWER_DIAG_COL";
    bool lower = form == "LOWER_ROW" || form == "LOWER_DIAG_ROW" || form == "UPPER_COL" ||
                 form == "UPPER_DIAG_COL";
    if (!full && !upper && !lower)
      return wrong_benchmark("EDGE_WEIGHT_FORMAT '" + form + "' is unknown");
    if (form.starts_with("LOWER_") && form.ends_with("_ROW") &&
        header_["COMMENT"].find("Eilon") != std::string::npos) {
      notes_.push_back("EDGE_WEIGHT_SECTION: of Eilon, so by columns without the diagonal, not " +
                       form);
      upper = true;
      lower = diagonal = false;
    }
    const std::size_t numbers = full ? places_ * places_ : places_ * (places_ - 1) / 2;
    if (rest_.size() + 1 < 2 * numbers)
      return wrong_benchmark("EDGE_WEIGHT_SECTION: a number is missing");
    seconds_.assign(places_ * places_, 0);
    for (std::size_t row = 0; row < places_; ++row) {
      const std::size_t first = upper ? row + (diagonal ? 0 : 1) : 0;
      const std::size_t last = lower ? row + (diagonal ? 1 : 0) : places_;
      for (std::size_t column = first; column < last; ++column) {
        double weight = 0;
        if (!next_number(weight))
          return wrong_benchmark("EDGE_WEIGHT_SECTION: a number is missing");
        seconds_[row * places_ + column] = weight;
        if (!full) seconds_[column * places_ + row] = weight;
      }
    }
    return {};
  }

  // All crews start at the first place: what the file says must not be another.
  Result<void> read_depots() {
    double depot = 0;
    bool is_first = true;
    while (next_number(depot) && depot != -1) {
      if (!is_first || depot != 1) {
        return wrong_benchmark("DEPOT_SECTION: only place 1 can be the depot, and the only one");
      }
      is_first = false;
    }
    return {};
  }

  Result<void> skip_numbers() {
    double ignored = 0;
    while (next_number(ignored)) {
    }
    return {};
  }

  Result<Benchmark> assemble() {
    if (places_ == 0) return wrong_benchmark("there is no DIMENSION");
    if (seconds_.empty()) {
      if (Result<void> measured = measure(); !measured) return unexpected(measured.error());
    }
    Benchmark benchmark;
    benchmark.name = header_["NAME"];
    benchmark.type = header_["TYPE"];
    benchmark.crews = crews_said(benchmark.name);
    if (const auto capacity = header_.find("CAPACITY"); capacity != header_.end()) {
      rest_ = capacity->second;
      if (!next_number(benchmark.capacity)) return wrong_benchmark("CAPACITY is no number");
    }
    for (const char* limit : {"DISTANCE", "SERVICE_TIME"}) {
      const auto said = header_.find(limit);
      if (said == header_.end()) continue;
      double value = 0;
      rest_ = said->second;
      if (!next_number(value)) return wrong_benchmark(std::string(limit) + " is no number");
      if (value != 0) benchmark.left_out.push_back(limit);
    }
    benchmark.demand = std::move(demand_);
    benchmark.duration = std::move(duration_);
    benchmark.window = std::move(window_);
    benchmark.notes = std::move(notes_);
    benchmark.places = std::move(points_);
    benchmark.travel = TravelMatrix(static_cast<std::uint32_t>(places_), std::move(seconds_));
    return benchmark;
  }

  int crews_said(const std::string& name) {
    std::string said = header_["VEHICLES"];
    const std::size_t at = name.rfind("-k");
    if (said.empty() && at != std::string::npos) said = name.substr(at + 2);
    int crews = 0;
    const auto [end, fault] = std::from_chars(said.data(), said.data() + said.size(), crews);
    const bool is_number = fault == std::errc{} && end == said.data() + said.size();
    return is_number && crews > 0 && crews <= static_cast<int>(kMaxPlaces) ? crews : 0;
  }

  Result<void> measure() {
    if (points_.empty()) return wrong_benchmark("there are neither coordinates nor distances");
    const std::string& type = header_["EDGE_WEIGHT_TYPE"];
    seconds_.reserve(places_ * places_);
    for (const Point from : points_) {
      for (const Point to : points_) {
        const double plane = std::hypot(from.x - to.x, from.y - to.y);
        if (type == "EUC_2D") {
          seconds_.push_back(distances_ == Distances::real ? plane : nearest_integer(plane));
        } else if (type == "EXACT_2D") {
          seconds_.push_back(plane);
        } else if (type == "MAN_2D") {
          seconds_.push_back(nearest_integer(std::abs(from.x - to.x) + std::abs(from.y - to.y)));
        } else if (type == "MAX_2D") {
          seconds_.push_back(std::max(nearest_integer(std::abs(from.x - to.x)),
                                      nearest_integer(std::abs(from.y - to.y))));
        } else if (type == "CEIL_2D") {
          seconds_.push_back(std::ceil(plane));
        } else if (type == "ATT") {
          seconds_.push_back(pseudo_euclidean(from, to));
        } else if (type == "GEO") {
          seconds_.push_back(plane == 0 ? 0 : geographical(from, to));
        } else {
          return wrong_benchmark("EDGE_WEIGHT_TYPE '" + type + "' is unknown");
        }
      }
    }
    return {};
  }

  std::string_view rest_;
  Distances distances_;
  std::map<std::string, std::string> header_;
  std::size_t places_ = 0;
  std::vector<Point> points_;
  std::vector<double> demand_;
  std::vector<double> duration_;
  std::vector<TimeWindow> window_;
  std::vector<double> seconds_;
  std::vector<std::string> notes_;
};

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

DispatchProblem one_task_a_place(const Benchmark& benchmark) {
  DispatchProblem problem;
  problem.sites = benchmark.travel.sites();
  problem.travel.push_back(benchmark.travel);
  for (std::uint32_t place = 1; place < problem.sites; ++place) {
    DispatchTask& task = problem.tasks.emplace_back();
    task.id = 't' + std::to_string(place);
    task.site = Id<Site>{place};
    if (!benchmark.demand.empty()) task.demand = benchmark.demand[place];
    if (!benchmark.duration.empty()) task.duration = benchmark.duration[place];
    if (benchmark.window.empty()) continue;
    task.earliest = benchmark.window[place].from;
    task.deadline = benchmark.window[place].until;
  }
  return problem;
}

}  // namespace

Result<Benchmark> read_benchmark(std::string_view text, Distances distances) {
  text = without_mark(text);
  return is_solomon(text) ? read_solomon(text, distances) : BenchmarkReader(text, distances).read();
}

bool is_benchmark(std::string_view text) {
  text = without_mark(text);
  const auto first = std::find_if(text.begin(), text.end(), [](char c) {
    return std::isspace(static_cast<unsigned char>(c)) == 0;
  });
  return first != text.end() && std::isalpha(static_cast<unsigned char>(*first)) != 0;
}

Distances customary_distances(std::string_view text) {
  const bool has_demands =
      is_solomon(without_mark(text)) || text.find("DEMAND_SECTION") != std::string_view::npos;
  return has_demands ? Distances::real : Distances::as_the_format_rounds;
}

DispatchProblem benchmark_problem(const Benchmark& benchmark, int crews) {
  if (crews > 0) return fleet_problem(benchmark, crews);
  if (benchmark.demand.empty()) return repairman_problem(benchmark);
  if (benchmark.crews > 0) return fleet_problem(benchmark, benchmark.crews);
  double demand = 0;
  for (const double one : benchmark.demand) demand += one;
  const double fewest = benchmark.capacity > 0 ? std::ceil(demand / benchmark.capacity) : 1;
  const auto tasks = static_cast<double>(benchmark.travel.sites());
  if (!std::isfinite(fewest)) return fleet_problem(benchmark, 1);
  return fleet_problem(benchmark, static_cast<int>(std::clamp(fewest, 1.0, tasks)));
}

DispatchProblem repairman_problem(const Benchmark& benchmark) {
  DispatchProblem problem = one_task_a_place(benchmark);
  DispatchCrew& crew = problem.crews.emplace_back();
  crew.id = "c1";
  crew.start_site = crew.end_site = Id<Site>{0};
  crew.return_weight = 1;
  if (benchmark.window.empty()) return problem;
  crew.start_time = benchmark.window[0].from;
  crew.shift_end = benchmark.window[0].until;
  return problem;
}

DispatchProblem fleet_problem(const Benchmark& benchmark, int crews) {
  DispatchProblem problem = one_task_a_place(benchmark);
  for (int c = 1; c <= crews; ++c) {
    DispatchCrew& crew = problem.crews.emplace_back();
    crew.id = 'c' + std::to_string(c);
    crew.start_site = Id<Site>{0};
    crew.capacity = benchmark.capacity;
    if (benchmark.window.empty()) continue;
    crew.end_site = crew.start_site;
    crew.start_time = benchmark.window[0].from;
    crew.shift_end = benchmark.window[0].until;
  }
  return problem;
}

}  // namespace gridmend
