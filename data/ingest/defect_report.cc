#include "data/ingest/defect_report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <numeric>
#include <ostream>
#include <tuple>

#include "core/base/check.h"
#include "data/ingest/defect_catalogue.h"
#include "data/ingest/gis_writer.h"

namespace gridmend {
namespace {

ErrorPlace place_of_report(const std::filesystem::path& path) {
  return {.file = path.string(), .layer = {}, .feature_id = {}, .column = {}};
}

std::string_view feeder_text(const Region& region, const Defect& defect) {
  if (!defect.subject.feeder.valid()) return {};
  return region.network.mrid(defect.subject.feeder);
}

std::vector<GisColumn> gis_columns() {
  std::vector<GisColumn> columns;
  const auto add = [&columns](const char* name, GisColumnType type = GisColumnType::text) {
    columns.push_back({name, type});
  };
  add("class");
  add("severity");
  add("rank", GisColumnType::integer);
  add("title");
  add("customers", GisColumnType::integer);
  for (const char* name :
       {"feeder", "file", "layer", "feature_id", "column", "message", "action"}) {
    add(name);
  }
  return columns;
}

std::array<GisValue, 12> gis_values(const Region& region, const Defect& defect) {
  return {to_string(defect.defect_class),
          to_string(defect.severity),
          static_cast<std::int64_t>(defect.severity) + 1,
          explain(defect.defect_class).title,
          static_cast<std::int64_t>(defect.subject.customers),
          feeder_text(region, defect),
          std::string_view{defect.place.file},
          std::string_view{defect.place.layer},
          std::string_view{defect.place.feature_id},
          std::string_view{defect.place.column},
          std::string_view{defect.message},
          std::string_view{defect.action}};
}

std::span<const Position> line_of(const Region& region, const Defect& defect) {
  const Id<Device> device = defect.subject.device;
  if (!device.valid()) return {};
  const auto line = region.network.polyline(device);
  return line.size() < 2 ? std::span<const Position>{} : line;
}

// The defects, then the features of the groups.
Result<void> each_finding(const Region& region, const FindingGroups& groups,
                          const std::function<Result<void>(const Defect&)>& visit) {
  for (const Defect& defect : region.defects) {
    if (auto done = visit(defect); !done) return done;
  }
  return each_member(groups, region.network, visit);
}

Result<void> write_points(GisWriter& writer, const Region& region, const FindingGroups& groups) {
  const auto points = writer.add_layer({"defects", GisGeometryType::point, gis_columns()});
  if (!points) return unexpected(points.error());
  return each_finding(region, groups, [&](const Defect& defect) {
    const auto position = defect.position ? std::span<const Position>{&*defect.position, 1}
                                          : std::span<const Position>{};
    return writer.write(*points, gis_values(region, defect), position);
  });
}

Result<void> write_lines(GisWriter& writer, const Region& region) {
  const auto layer =
      writer.add_layer({"defect_lines", GisGeometryType::line_string, gis_columns()});
  if (!layer) return unexpected(layer.error());
  for (const Defect& defect : region.defects) {
    const auto line = line_of(region, defect);
    if (line.empty()) continue;
    if (auto written = writer.write(*layer, gis_values(region, defect), line); !written) {
      return written;
    }
  }
  return {};
}

Result<void> write_gis(const Region& region, const std::filesystem::path& path,
                       const FindingGroups& groups, bool lines) {
  auto writer = GisWriter::create(path, {.spatial_index = true});
  if (!writer) return unexpected(writer.error());
  if (auto written = write_points(*writer, region, groups); !written) return written;
  if (lines) {
    if (auto written = write_lines(*writer, region); !written) return written;
  }
  return writer->close();
}

std::string csv_text(std::string_view text) {
  std::string cell = "\"";
  if (!text.empty() && std::string_view{"=+-@\t\r"}.find(text.front()) != std::string_view::npos) {
    cell += '\'';
  }
  for (const char c : text) {
    if (c == '"') cell += '"';
    if (c != '\0') cell += c;
  }
  return cell + "\"";
}

std::string degrees(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.7f", value);
  return text;
}

}  // namespace

Result<DefectFormat> defect_format(const std::filesystem::path& path) {
  constexpr std::array<std::pair<std::string_view, DefectFormat>, 4> kFormats = {
      {{".gpkg", DefectFormat::gpkg},
       {".geojson", DefectFormat::geojson},
       {".csv", DefectFormat::csv},
       {".html", DefectFormat::html}}};
  const std::string suffix = lower_case_suffix(path);
  for (const auto& [ending, format] : kFormats) {
    if (suffix == ending) return format;
  }
  return refuse_at(place_of_report(path), ErrorCode::invalid_argument, "DEFECT_FORMAT_UNKNOWN",
                   "defects are written to .gpkg, .geojson, .csv or .html");
}

void write_defects_csv(std::ostream& out, const Region& region, const FindingGroups& groups) {
  out << "\xef\xbb\xbf"
         "class,severity,title,customers,feeder,file,layer,feature_id,column,message,action,"
         "longitude,latitude\r\n";
  const auto write_row = [&](const Defect& defect) -> Result<void> {
    for (const std::string_view text : {to_string(defect.defect_class), to_string(defect.severity),
                                        explain(defect.defect_class).title}) {
      out << csv_text(text) << ',';
    }
    out << defect.subject.customers << ',' << csv_text(feeder_text(region, defect));
    for (const std::string* text :
         {&defect.place.file, &defect.place.layer, &defect.place.feature_id, &defect.place.column,
          &defect.message, &defect.action}) {
      out << ',' << csv_text(*text);
    }
    if (defect.position) {
      out << ',' << degrees(defect.position->longitude_deg) << ','
          << degrees(defect.position->latitude_deg) << "\r\n";
    } else {
      out << ",,\r\n";
    }
    return {};
  };
  GRIDMEND_CHECK(each_finding(region, groups, write_row), "a row refuses nothing");
}

Result<void> write_defects(const Region& region, const DefectTally& tally,
                           const std::filesystem::path& path, const FindingGroups& groups) {
  const auto format = defect_format(path);
  if (!format) return unexpected(format.error());
  if (*format == DefectFormat::gpkg || *format == DefectFormat::geojson) {
    return write_gis(region, path, groups, *format == DefectFormat::gpkg);
  }
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  if (out && *format == DefectFormat::csv) write_defects_csv(out, region, groups);
  if (out && *format == DefectFormat::html) write_defects_html(out, region, tally);
  out.close();
  if (out) return {};
  return refuse_at(place_of_report(path), ErrorCode::unavailable, "DEFECTS_WRITE",
                   "cannot be written");
}

std::vector<std::uint32_t> by_urgency(const std::vector<Defect>& defects) {
  // A severe defect of few outweighs a warning of many up to this.
  constexpr std::array<std::uint64_t, 3> kWeights = {1, 10, 30};
  std::vector<std::uint32_t> order(defects.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto key = [&](std::uint32_t i) {
    const Defect& defect = defects[i];
    const std::uint64_t weight = kWeights.at(static_cast<std::size_t>(defect.severity));
    return std::tuple{weight * (defect.subject.customers + std::uint64_t{1}), defect.severity};
  };
  std::ranges::stable_sort(order,
                           [&](std::uint32_t a, std::uint32_t b) { return key(a) > key(b); });
  return order;
}

std::vector<std::uint32_t> first_to_mend(const std::vector<Defect>& defects) {
  constexpr std::size_t kFirst = 8;
  constexpr int kOfAClass = 2;
  std::vector<std::uint32_t> first;
  std::array<int, kDefectClasses> of_class{};
  for (const std::uint32_t i : by_urgency(defects)) {
    if (defects[i].severity == DefectSeverity::note) continue;
    if (++of_class.at(static_cast<std::size_t>(defects[i].defect_class)) > kOfAClass) continue;
    first.push_back(i);
    if (first.size() == kFirst) break;
  }
  return first;
}

}  // namespace gridmend
