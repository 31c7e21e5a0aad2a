#include "data/ingest/defect_map.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <ostream>
#include <string>

#include "core/geo/position.h"
#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

constexpr double kWidest = 1000, kHighest = 620;
constexpr std::size_t kMostLines = 12'000;

struct Span {
  double low = 0;
  double high = 0;
};

// All but one in a thousand at either end, and a little room.
Span span_of(std::vector<double> values) {
  if (values.empty()) return {-1, 1};
  std::ranges::sort(values);
  const std::size_t tail = values.size() / 1000;
  Span span{values[tail], values[values.size() - 1 - tail]};
  const double room = std::max((span.high - span.low) * 0.03, 0.0005);
  return {span.low - room, span.high + room};
}

std::string tenths(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

std::string round_length(double metres) {
  char text[40];
  const bool km = metres >= 1000;
  std::snprintf(text, sizeof text, "%g %s", km ? metres / 1000 : metres, km ? "km" : "m");
  return text;
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return escaped;
}

DefectMap::DefectMap(const Region& region) : region_(region) {
  std::vector<double> east, north;
  for (const Device& device : region.network.devices()) {
    if (device.position == Position{}) continue;
    east.push_back(device.position.longitude_deg);
    north.push_back(device.position.latitude_deg);
  }
  const Span longitudes = span_of(std::move(east)), latitudes = span_of(std::move(north));
  const double middle = (latitudes.low + latitudes.high) / 2;
  const double shrink = std::max(0.05, std::cos(middle * std::numbers::pi / 180));
  const double wide_m = (longitudes.high - longitudes.low) * kMetresPerDegree * shrink;
  const double high_m = (latitudes.high - latitudes.low) * kMetresPerDegree;
  units_per_m_ = std::min(kWidest / wide_m, kHighest / high_m);
  west_deg_ = longitudes.low;
  north_deg_ = latitudes.high;
  units_per_degree_east_ = units_per_m_ * kMetresPerDegree * shrink;
  units_per_degree_north_ = units_per_m_ * kMetresPerDegree;
  width_ = wide_m * units_per_m_;
  height_ = high_m * units_per_m_;
}

std::optional<std::pair<double, double>> DefectMap::place(Position position) const {
  const double x = (position.longitude_deg - west_deg_) * units_per_degree_east_;
  const double y = (north_deg_ - position.latitude_deg) * units_per_degree_north_;
  if (!(x >= 0 && x <= width_ && y >= 0 && y <= height_)) return std::nullopt;
  return std::pair{x, y};
}

void DefectMap::write_lines(std::ostream& out) const {
  const NetworkModel& network = region_.network;
  std::vector<Id<Device>> lines;
  for (const Id<Device> id : network.devices().ids()) {
    if (network.devices()[id].kind == DeviceKind::ac_line_segment) lines.push_back(id);
  }
  const std::size_t step = std::max<std::size_t>(1, (lines.size() + kMostLines - 1) / kMostLines);
  out << "<path class=\"net\" d=\"";
  for (std::size_t i = 0; i < lines.size(); i += step) {
    const Device& device = network.devices()[lines[i]];
    const auto line = network.polyline(lines[i]);
    const Position from = line.empty() ? network.nodes()[device.from].position : line.front();
    const Position to = line.empty() ? network.nodes()[device.to].position : line.back();
    const auto a = place(from), b = place(to);
    if (!a || !b) continue;
    out << 'M' << tenths(a->first) << ' ' << tenths(a->second) << 'L' << tenths(b->first) << ' '
        << tenths(b->second);
  }
  out << "\"/>\n";
}

// The longest of 1, 2, 5, 10, ... metres within a fifth of the map.
void DefectMap::write_scale(std::ostream& out) const {
  const double most_m = width_ / 5 / units_per_m_;
  double metres = std::pow(10, std::floor(std::log10(most_m)));
  for (const double times : {5.0, 2.0}) {
    if (metres * times <= most_m) {
      metres *= times;
      break;
    }
  }
  const std::string y = tenths(height_ - 14), end = tenths(14 + metres * units_per_m_);
  out << "<path class=\"scale\" d=\"M14 " << y << "H" << end << "\"/><text x=\"14\" y=\""
      << tenths(height_ - 20) << "\">" << round_length(metres) << "</text>\n";
}

void DefectMap::write(std::ostream& out, const std::vector<std::uint32_t>& shown) const {
  out << "<svg id=\"map\" viewBox=\"0 0 " << tenths(width_) << ' ' << tenths(height_)
      << "\" role=\"img\" aria-label=\"Map of the network and its defects\">\n";
  write_lines(out);
  for (std::size_t i = shown.size(); i-- > 0;) {
    const Defect& defect = region_.defects[shown[i]];
    if (!defect.position) continue;
    const auto at = place(*defect.position);
    if (!at) continue;
    out << "<circle class=\"" << to_string(defect.severity) << "\" cx=\"" << tenths(at->first)
        << "\" cy=\"" << tenths(at->second) << "\" r=\""
        << (defect.severity == DefectSeverity::severe    ? "5"
            : defect.severity == DefectSeverity::warning ? "4"
                                                         : "2.6")
        << "\"><title>" << html_text(to_string(defect.defect_class)) << ": "
        << html_text(defect.place.feature_id) << "</title></circle>\n";
  }
  write_scale(out);
  out << "<circle id=\"here\" r=\"11\" cx=\"-50\" cy=\"-50\"/></svg>\n";
}

}  // namespace gridmend
