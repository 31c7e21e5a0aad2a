#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "service/drill/drill_report.h"

// The map as one page: an SVG of the region, drawn layer by layer, with a legend and the list of
// outages. Nothing is fetched from anywhere.

namespace gridmend {
namespace {

constexpr double kMapWidth = 1400;
constexpr std::array<const char*, 8> kCrewColours = {"#d1495b", "#30638e", "#8d6a9f", "#edae49",
                                                     "#00798c", "#6a994e", "#bc6c25", "#5f0f40"};

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
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

class MapDrawing {
 public:
  MapDrawing(const Region& region, const Water& water, const DrillOutcome& outcome)
      : region_(region),
        water_(water),
        outcome_(outcome),
        box_(extent()),
        plane_({(box_.west_deg + box_.east_deg) / 2, (box_.south_deg + box_.north_deg) / 2}) {
    corner_ = plane_.to_plane({box_.west_deg, box_.north_deg});
    const PlanePoint other = plane_.to_plane({box_.east_deg, box_.south_deg});
    scale_ = kMapWidth / std::max(1., other.east_m - corner_.east_m);
    height_ = std::clamp((corner_.north_m - other.north_m) * scale_, 300., 2400.);
  }

  std::string svg() {
    char head[200];
    std::snprintf(head, sizeof head,
                  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %.0f %.0f' class='map'>\n",
                  kMapWidth, height_);
    out_ = head;
    add_water();
    add_roads();
    add_lines();
    add_places();
    add_drives();
    add_outages();
    return out_ + "</svg>\n";
  }

 private:
  Box extent() const {
    std::vector<Position> positions;
    for (const UsagePoint& u : region_.network.usage_points()) {
      if (is_on_earth(u.position) && u.position != Position{}) positions.push_back(u.position);
    }
    for (const Substation& s : region_.network.substations()) {
      if (is_on_earth(s.position) && s.position != Position{}) positions.push_back(s.position);
    }
    Box box = positions.empty() ? Box{0, 0, 1, 1} : box_of(positions);
    const double margin_e = std::max(1e-4, (box.east_deg - box.west_deg) * .04);
    const double margin_n = std::max(1e-4, (box.north_deg - box.south_deg) * .04);
    return {box.west_deg - margin_e, box.south_deg - margin_n, box.east_deg + margin_e,
            box.north_deg + margin_n};
  }

  std::string point(Position p) const {
    const PlanePoint q = plane_.to_plane(p);
    char text[48];
    std::snprintf(text, sizeof text, "%.1f %.1f", (q.east_m - corner_.east_m) * scale_,
                  (corner_.north_m - q.north_m) * scale_);
    return text;
  }

  std::string path(std::span<const Position> polyline) const {
    std::string d;
    for (const Position p : polyline) d += (d.empty() ? "M" : "L") + point(p);
    return d;
  }

  void circle(Position p, double radius, const std::string& style, const std::string& title) {
    const std::string at = point(p);
    const auto space = at.find(' ');
    char r[16];
    std::snprintf(r, sizeof r, "%.1f", radius);
    out_ += "<circle cx='" + at.substr(0, space) + "' cy='" + at.substr(space + 1) + "' r='" + r +
            "' " + style +
            (title.empty() ? "/>\n" : "><title>" + escaped(title) + "</title></circle>\n");
  }

  // The highest water of the storm, as a raster of 160 columns.
  void add_water() {
    if (water_.empty()) return;
    Time peak{};
    double most = -1;
    constexpr int kColumns = 160;
    const double cell = kMapWidth / kColumns;
    const int rows = static_cast<int>(height_ / cell) + 1;
    const auto depth_at = [&](int column, int row, Time at) {
      const PlanePoint p{corner_.east_m + (column + .5) * cell / scale_,
                         corner_.north_m - (row + .5) * cell / scale_};
      return water_.depth_m(plane_.to_position(p), at);
    };
    for (const Time at : water_.slice_times()) {
      double sum = 0;
      for (int row = 0; row < rows; row += 4) {
        for (int column = 0; column < kColumns; column += 4) sum += depth_at(column, row, at);
      }
      if (sum > most) {
        most = sum;
        peak = at;
      }
    }
    out_ += "<g fill='#5aa9e6'>\n";
    char text[128];
    for (int row = 0; row < rows; ++row) {
      for (int column = 0; column < kColumns; ++column) {
        const double depth = depth_at(column, row, peak);
        if (depth <= .02) continue;
        std::snprintf(text, sizeof text,
                      "<rect x='%.1f' y='%.1f' width='%.1f' height='%.1f' opacity='%.2f'/>\n",
                      column * cell, row * cell, cell + .3, cell + .3,
                      std::min(.75, .18 + .3 * depth));
        out_ += text;
      }
    }
    out_ += "</g>\n";
  }

  void add_roads() {
    out_ += "<path fill='none' stroke='#c9ced6' stroke-width='1.1' d='";
    for (const Id<RoadEdge> edge : region_.roads.edges().ids()) {
      if (region_.roads.edges()[edge].against_shape != 0) continue;
      out_ += path(region_.roads.polyline(edge));
    }
    out_ += "'/>\n";
  }

  void add_lines() {
    std::array<std::string, 2> layers;  // low voltage, medium voltage
    const NetworkModel& network = region_.network;
    for (const Id<Device> id : network.devices().ids()) {
      const Device& device = network.devices()[id];
      if (device.kind != DeviceKind::ac_line_segment) continue;
      const auto polyline = network.polyline(id);
      if (polyline.size() < 2) continue;
      layers[device.nominal_kv >= 1 ? 1 : 0] += path(polyline);
    }
    out_ += "<path fill='none' stroke='#8aa399' stroke-width='.7' opacity='.7' d='" + layers[0] +
            "'/>\n";
    out_ += "<path fill='none' stroke='#14532d' stroke-width='1.6' d='" + layers[1] + "'/>\n";
  }

  void add_places() {
    const NetworkModel& network = region_.network;
    for (const Substation& substation : network.substations()) {
      circle(substation.position, 8, "fill='#111827' stroke='#fff' stroke-width='2'",
             std::string{network.text(substation.name)});
    }
    for (const UsagePoint& u : network.usage_points()) {
      const bool critical = u.category == UsagePointCategory::hospital ||
                            u.category == UsagePointCategory::pump_station ||
                            u.category == UsagePointCategory::water_works;
      if (!critical) continue;
      circle(u.position, 5,
             u.category == UsagePointCategory::hospital
                 ? "fill='#ffffff' stroke='#be123c' stroke-width='2.5'"
                 : "fill='#ffffff' stroke='#1d4ed8' stroke-width='2.5'",
             std::string{to_string(u.category)} + " " + std::string{network.text(u.mrid)});
    }
  }

  void add_drives() {
    std::vector<std::string> crews;
    for (const DriveTrack& drive : outcome_.crews.drives) {
      auto it = std::ranges::find(crews, drive.crew);
      if (it == crews.end()) it = crews.insert(crews.end(), drive.crew);
      const char* colour =
          kCrewColours[static_cast<std::size_t>(it - crews.begin()) % kCrewColours.size()];
      out_ += "<path fill='none' stroke='" + std::string{colour} +
              "' stroke-width='2' opacity='.55' d='" + path(drive.polyline) + "'><title>" +
              escaped(drive.crew) + " " + to_rfc3339(drive.depart) + "</title></path>\n";
    }
  }

  void add_outages() {
    for (const OutageSighting& o : outcome_.outages) {
      const bool ordered = o.cause == "DE_ENERGISED_FOR_SAFETY";
      circle(o.position, 3.5 + std::sqrt(static_cast<double>(o.customers)) / 3,
             ordered ? "fill='#64748b' fill-opacity='.55' stroke='#1f2937'"
                     : "fill='#f97316' fill-opacity='.55' stroke='#9a3412'",
             o.id + ": " + o.explanation_en + " " + o.explanation_zh);
    }
  }

  const Region& region_;
  const Water& water_;
  const DrillOutcome& outcome_;
  Box box_;
  LocalPlane plane_;
  PlanePoint corner_;
  double scale_ = 1;
  double height_ = 800;
  std::string out_;
};

std::string outage_rows(const DrillOutcome& outcome) {
  std::string rows;
  for (const OutageSighting& o : outcome.outages) {
    rows += "<tr><td>" + escaped(o.id) + "</td><td>" + to_rfc3339(o.detected).substr(11, 5) +
            "</td><td>" + escaped(o.device) + "</td><td>" + std::to_string(o.customers) +
            "</td><td>" + escaped(o.explanation_en) + "<br>" + escaped(o.explanation_zh) +
            "</td></tr>\n";
  }
  return rows;
}

constexpr const char* kStyle = R"(<style>
body{font:14px/1.45 'Noto Sans','Noto Sans CJK SC',sans-serif;margin:24px auto;padding:0 24px;max-width:1440px;color:#1f2933;background:#f7f8fa}
h1{font-size:22px;margin:0 0 4px}.map{width:100%;background:#fff;border:1px solid #d8dde3;border-radius:8px}
.legend span{margin-right:18px;white-space:nowrap}.legend i{display:inline-block;width:14px;height:14px;border-radius:7px;margin-right:6px;vertical-align:-2px}
pre{background:#fff;border:1px solid #d8dde3;border-radius:8px;padding:14px;overflow:auto}
table{border-collapse:collapse;background:#fff;width:100%}td,th{overflow-wrap:anywhere;border-bottom:1px solid #e5e8ec;padding:5px 9px;text-align:left;vertical-align:top}
</style>)";

}  // namespace

std::string drill_map_html(const Region& region, const Water& water,
                           const std::vector<DrillOutcome>& outcomes) {
  if (outcomes.empty()) return {};
  const DrillOutcome& first = outcomes.front();
  const std::string name = escaped(region.provenance.name);
  return "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>Gridmend: " + name +
         "</title>" + kStyle + "</head><body>\n<h1>" + name +
         ": the storm and its repair \xC2\xB7 "
         "\xE5\x81\x9C\xE7\x94\xB5\xE4\xB8\x8E\xE6\x8A\xA2\xE4\xBF\xAE</h1>\n<p class='legend'>"
         "<span><i style='background:#5aa9e6'></i>highest water "
         "\xE6\x9C\x80\xE9\xAB\x98\xE6\xB0\xB4\xE4\xBD\x8D</span>"
         "<span><i style='background:#14532d'></i>medium voltage \xE4\xB8\xAD\xE5\x8E\x8B</span>"
         "<span><i style='background:#c9ced6'></i>roads \xE9\x81\x93\xE8\xB7\xAF</span>"
         "<span><i style='background:#f97316'></i>outage \xE5\x81\x9C\xE7\x94\xB5</span>"
         "<span><i style='background:#64748b'></i>switched off for safety "
         "\xE5\xAE\x89\xE5\x85\xA8\xE5\x81\x9C\xE7\x94\xB5</span>"
         "<span><i style='background:#be123c'></i>hospital \xE5\x8C\xBB\xE9\x99\xA2</span>"
         "<span><i style='background:#1d4ed8'></i>pumps, water works "
         "\xE6\xB3\xB5\xE7\xAB\x99</span>"
         "<span><i style='background:#d1495b'></i>crews' tours "
         "\xE6\x8A\xA2\xE4\xBF\xAE\xE8\xB7\xAF\xE7\xBA\xBF</span></p>\n" +
         MapDrawing{region, water, first}.svg() + restoration_curve_svg(outcomes) + "<pre>" +
         escaped(describe_drill(region, outcomes)) +
         "</pre>\n<table><tr><th>outage</th><th>seen "
         "(UTC)</th><th>device</th><th>households</th><th>why</th></tr>\n" +
         outage_rows(first) + "</table></body></html>\n";
}

}  // namespace gridmend
