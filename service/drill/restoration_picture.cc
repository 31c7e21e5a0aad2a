#include <algorithm>
#include <cmath>
#include <cstdio>

#include "service/drill/drill_report.h"

// The restoration curve as SVG: hours across, customers without supply upwards.

namespace gridmend {
namespace {

constexpr double kWidth = 960, kHeight = 480, kLeft = 84, kRight = 24, kTop = 64, kBottom = 56;
constexpr const char* kColours[] = {"#0b6e4f", "#c8553d", "#3066be", "#8a5a83"};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

// A step that gives some five lines: 1, 2 or 5 times a power of ten.
double tick_step(double most) {
  if (most <= 0) return 1;
  const double rough = most / 5;
  const double power = std::pow(10., std::floor(std::log10(rough)));
  for (const double factor : {1., 2., 5.}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10 * power;
}

struct Frame {
  Time start{};
  double hours = 1;
  double customers = 1;

  double x(double hour) const { return kLeft + (kWidth - kLeft - kRight) * hour / hours; }
  double y(double count) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * count / customers;
  }
};

Frame frame_of(const std::vector<DrillOutcome>& outcomes) {
  Frame frame;
  for (const DrillOutcome& o : outcomes) {
    frame.start = o.start;
    frame.hours = std::max(frame.hours, seconds(o.end - o.start) / 3600);
    frame.customers = std::max(frame.customers, o.peak_dark * 1.05);
  }
  return frame;
}

void add_axes(const Frame& frame, std::string& svg) {
  const double step = tick_step(frame.customers);
  for (double count = 0; count <= frame.customers; count += step) {
    const std::string y = number(frame.y(count));
    svg += "<line x1='" + number(kLeft) + "' x2='" + number(kWidth - kRight) + "' y1='" + y +
           "' y2='" + y + "' stroke='#e3e6ea'/><text x='" + number(kLeft - 10) + "' y='" +
           number(frame.y(count) + 4) + "' text-anchor='end'>" +
           number(count).substr(0, number(count).find('.')) + "</text>\n";
  }
  const double hour_step = std::max(1., std::ceil(tick_step(frame.hours)));
  for (double hour = 0; hour <= frame.hours; hour += hour_step) {
    svg += "<text x='" + number(frame.x(hour)) + "' y='" + number(kHeight - kBottom + 22) +
           "' text-anchor='middle'>" + number(hour).substr(0, number(hour).find('.')) +
           " h</text>\n";
  }
}

void add_curve(const Frame& frame, const DrillOutcome& o, const char* colour, bool filled,
               std::string& svg) {
  std::string path = "M" + number(frame.x(0)) + " " + number(frame.y(0));
  for (const CurvePoint& point : o.customers_dark) {
    path += "H" + number(frame.x(seconds(point.time - o.start) / 3600)) + "V" +
            number(frame.y(point.customers_out));
  }
  path += "H" + number(frame.x(seconds(o.end - o.start) / 3600));
  if (filled) {
    svg += "<path d='" + path + "V" + number(frame.y(0)) + "Z' fill='" + colour +
           "' fill-opacity='.12'/>\n";
  }
  svg += "<path d='" + path + "' fill='none' stroke='" + colour + "' stroke-width='2.2'" +
         (filled ? "" : " stroke-dasharray='6 4'") + "/>\n";
}

}  // namespace

std::string restoration_curve_svg(const std::vector<DrillOutcome>& outcomes) {
  const Frame frame = frame_of(outcomes);
  std::string svg =
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 960 480' font-family=\"'Noto "
      "Sans','Noto Sans CJK "
      "SC',sans-serif\" font-size='13' fill='#39424e'>\n<rect width='960' height='480' "
      "fill='#fff'/>\n"
      "<text x='84' y='30' font-size='18' font-weight='600' fill='#1b222b'>Households without "
      "supply "
      "\xE5\x81\x9C\xE7\x94\xB5\xE6\x88\xB7\xE6\x95\xB0</text>\n";
  add_axes(frame, svg);
  for (std::size_t i = outcomes.size(); i-- > 0;) {
    add_curve(frame, outcomes[i], kColours[i % std::size(kColours)], i == 0, svg);
  }
  double x = 400;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const char* colour = kColours[i % std::size(kColours)];
    char lost[64];
    std::snprintf(lost, sizeof lost, "%.2f M customer-minutes", outcomes[i].customer_minutes / 1e6);
    svg += "<rect x='" + number(x) + "' y='20' width='22' height='4' fill='" + colour +
           "'/><text x='" + number(x + 30) + "' y='27'>" + outcomes[i].policy + ": " + lost +
           "</text>\n";
    x += 280;
  }
  return svg + "</svg>\n";
}

}  // namespace gridmend
