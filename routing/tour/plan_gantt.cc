#include "routing/tour/plan_gantt.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace gridmend {
namespace {

constexpr double kWidth = 1200;
constexpr double kNames = 140;
constexpr double kRow = 22;
constexpr double kHead = 34;
constexpr double kLeastBar = 1.5;  // work that takes no time is seen too

// Control characters have no place in XML, escaped or not.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

// Repairs blue, looking green, water teal, people's safety red, the rest grey.
const char* colour_of(WorkKind kind) {
  switch (kind) {
    case WorkKind::repair:
    case WorkKind::restore:
      return "#2a6fbb";
    case WorkKind::assess:
    case WorkKind::inspect:
      return "#4c9a4c";
    case WorkKind::drain:
    case WorkKind::dry:
      return "#2aa198";
    case WorkKind::isolate_premises:
    case WorkKind::deliver_generator:
    case WorkKind::safety_visit:
      return "#c0392b";
    case WorkKind::planned_work:
      break;
  }
  return "#8a8a8a";
}

std::string number(double value) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

// Seconds between two ticks: the roundest that gives at most ten.
double tick(double span) {
  for (const double step : {1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0,
                            14400.0, 43200.0, 86400.0}) {
    if (span / step <= 10) return step;
  }
  return std::pow(10, std::ceil(std::log10(span / 10)));
}

class GanttWriter {
 public:
  GanttWriter(const DispatchProblem& problem, const DispatchPlan& plan)
      : problem_(problem), plan_(plan) {
    from_ = kNever;
    to_ = -kNever;
    for (const DispatchTour& tour : plan.tours) {
      if (tour.stops.empty()) continue;
      ++rows_;
      from_ = std::min(from_, problem.crews[tour.crew.index].start_time);
      to_ = std::max({to_, tour.return_arrival, tour.stops.back().completion});
    }
    if (rows_ == 0) from_ = to_ = 0;
    to_ = std::max(to_, from_ + 1);
  }

  std::string run() {
    const double below = kHead + kRow * static_cast<double>(rows_);
    const double height = below + kRow * static_cast<double>(plan_.unserved.size() + 1);
    text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(kNames + kWidth + 20) +
            "\" height=\"" + number(height) + "\" font-family=\"sans-serif\" font-size=\"12\">\n";
    draw_axis(below);
    double y = kHead;
    for (const DispatchTour& tour : plan_.tours) {
      if (tour.stops.empty()) continue;
      draw_tour(tour, y);
      y += kRow;
    }
    for (const UnservedTask& unserved : plan_.unserved) {
      write_text(4, y + 15, problem_.tasks[unserved.task.index].id + ": " + unserved.reason);
      y += kRow;
    }
    return text_ + "</svg>\n";
  }

 private:
  double x(double seconds) const { return kNames + kWidth * (seconds - from_) / (to_ - from_); }

  void write_text(double left, double base, std::string_view words) {
    text_ += "<text x=\"" + number(left) + "\" y=\"" + number(base) + "\">" + escaped(words) +
             "</text>\n";
  }

  void draw_line(double x1, double y1, double x2, double y2, const char* colour) {
    text_ += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
             "\" y2=\"" + number(y2) + "\" stroke=\"" + colour + "\"/>\n";
  }

  void draw_axis(double below) {
    const double step = tick(to_ - from_);
    for (double at = std::ceil(from_ / step) * step; at <= to_; at += step) {
      draw_line(x(at), kHead - 8, x(at), below, "#dddddd");
      write_text(x(at) + 2, kHead - 14, number(at) + " s");
    }
  }

  void draw_tour(const DispatchTour& tour, double y) {
    const DispatchCrew& crew = problem_.crews[tour.crew.index];
    write_text(4, y + 15, crew.id);
    draw_line(x(crew.start_time), y + 11,
              x(std::max(tour.return_arrival, tour.stops.back().completion)), y + 11, "#777777");
    for (const DispatchStop& stop : tour.stops) {
      if (stop.rest) draw_rest(*stop.rest, crew.rest_length, y);
      const DispatchTask& task = problem_.tasks[stop.task.index];
      const double width = std::max(kLeastBar, x(stop.completion) - x(stop.start));
      text_ += "<rect x=\"" + number(x(stop.start)) + "\" y=\"" + number(y + 3) + "\" width=\"" +
               number(width) + "\" height=\"16\" fill=\"" + colour_of(task.kind) +
               "\" stroke=\"#ffffff\" " + "stroke-width=\"0.3\"><title>" +
               escaped(std::string(to_string(task.kind)) + " " + task.id + ": there " +
                       number(stop.arrival) + " s, work " + number(stop.start) + " s to " +
                       number(stop.completion) + " s") +
               "</title></rect>\n";
    }
  }

  void draw_rest(double from, double length, double y) {
    text_ += "<rect x=\"" + number(x(from)) + "\" y=\"" + number(y + 7) + "\" width=\"" +
             number(std::max(kLeastBar, x(from + length) - x(from))) +
             "\" height=\"8\" fill=\"#c9a227\"><title>break, " + number(from) + " s to " +
             number(from + length) + " s</title></rect>\n";
  }

  const DispatchProblem& problem_;
  const DispatchPlan& plan_;
  std::string text_;
  std::size_t rows_ = 0;
  double from_ = 0;
  double to_ = 0;
};

}  // namespace

std::string write_plan_gantt(const DispatchProblem& problem, const DispatchPlan& plan) {
  return GanttWriter(problem, plan).run();
}

}  // namespace gridmend
