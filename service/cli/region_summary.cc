#include "service/cli/region_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

namespace gridmend {
namespace {

void count_devices(const NetworkModel& network, RegionSummary& summary) {
  std::array<std::size_t, kDeviceKinds> kinds{};
  for (const Device& device : network.devices()) {
    ++kinds[static_cast<std::size_t>(device.kind)];
    if (is_switch(device.kind)) {
      ++summary.switches;
      if (device.normally_open != 0) ++summary.switches_normally_open;
    }
  }
  const auto of = [&kinds](DeviceKind kind) { return kinds[static_cast<std::size_t>(kind)]; };
  summary.transformers = of(DeviceKind::power_transformer);
  summary.voltage_regulators = of(DeviceKind::voltage_regulator);
  summary.line_segments = of(DeviceKind::ac_line_segment);
  summary.service_drops = of(DeviceKind::service_drop);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] == 0) continue;
    summary.device_kinds.emplace_back(to_string(static_cast<DeviceKind>(i)), kinds[i]);
  }
}

void describe_feeders(const NetworkModel& network, const SupplyForest& forest,
                      RegionSummary& summary) {
  for (const Feeder& feeder : network.feeders()) {
    RegionSummary::FeederLine line;
    line.mrid = network.text(feeder.mrid);
    line.name = network.text(feeder.name);
    if (feeder.substation.valid()) line.substation = network.mrid(feeder.substation);
    line.nominal_kv = static_cast<double>(feeder.nominal_kv);
    summary.feeder_lines.push_back(std::move(line));
  }
  for (const Id<Device> id : network.devices().ids()) {
    const Id<ConnectivityNode> behind = forest.downstream_node(id);
    if (!behind.valid()) continue;
    RegionSummary::FeederLine& line = summary.feeder_lines.at(forest.feeder(behind).index);
    ++line.devices;
    line.line_km += static_cast<double>(network.devices()[id].length_m) / 1000;
  }
  for (const UsagePoint& point : network.usage_points()) {
    summary.customers += point.customers;
    if (!forest.supplied(point.node)) continue;
    RegionSummary::FeederLine& line = summary.feeder_lines.at(forest.feeder(point.node).index);
    ++line.usage_points;
    line.customers += point.customers;
  }
}

void count_defects(const std::vector<Defect>& defects, RegionSummary& summary) {
  std::map<std::pair<int, int>, std::size_t> counts;
  for (const Defect& defect : defects) {
    ++counts[{-static_cast<int>(defect.severity), static_cast<int>(defect.defect_class)}];
  }
  for (const auto& [key, count] : counts) {
    summary.defect_lines.push_back({std::string{to_string(static_cast<DefectSeverity>(-key.first))},
                                    std::string{to_string(static_cast<DefectClass>(key.second))},
                                    count});
  }
  summary.defects = defects.size();
}

std::string row(const std::string& name, const std::string& value) {
  return fmt::format("  {:<22}{:>12}\n", name, value);
}

std::string feeder_table(const RegionSummary& summary) {
  std::size_t widest = 16;  // CIM's are longer
  for (const auto& line : summary.feeder_lines) {
    widest = std::max(widest, printable(line.mrid).size());
  }
  widest = std::min<std::size_t>(widest, 40);
  std::string text =
      fmt::format("\n  {:<{}} {:<20} {:>6} {:>10} {:>10} {:>12} {:>10}\n", "feeder", widest, "name",
                  "kV", "devices", "line km", "usage points", "customers");
  for (const auto& line : summary.feeder_lines) {
    text += fmt::format("  {:<{}} {:<20} {:>6} {:>10} {:>10} {:>12} {:>10}\n", printable(line.mrid),
                        widest, printable(line.name),
                        line.nominal_kv > 0 ? fmt::format("{:g}", line.nominal_kv) : "-",
                        with_commas(line.devices), fmt::format("{:.1f}", line.line_km),
                        with_commas(line.usage_points), with_commas(line.customers));
  }
  return text;
}

}  // namespace

RegionSummary summarise(const Region& region, const SupplyForest& forest,
                        const SwitchState& switches) {
  const NetworkModel& network = region.network;
  RegionSummary summary;
  summary.feeders = network.feeders().size();
  summary.substations = network.substations().size();
  summary.connectivity_nodes = network.nodes().size();
  summary.usage_points = network.usage_points().size();
  summary.usage_points_supplied = summary.usage_points - forest.unsupplied_usage_points().size();
  for (const Island& island : unsupplied_islands(forest, switches)) {
    const bool open_end = island.nodes.size() == 1 && island.usage_points.empty();
    ++(open_end ? summary.open_ends : summary.islands);
  }
  summary.loops = forest.loop_devices().size();
  summary.road_vertices = region.roads.vertices().size();
  summary.road_edges = region.roads.edges().size();
  count_devices(network, summary);
  describe_feeders(network, forest, summary);
  count_defects(region.defects, summary);
  return summary;
}

std::string counted(std::size_t number, const std::string& noun) {
  const char* ending = number == 1 ? "" : noun.ends_with("ch") ? "es" : "s";
  return with_commas(number) + " " + noun + ending;
}

std::string_view to_string(RoadOrigin origin) {
  switch (origin) {
    case RoadOrigin::none:
      return "none";
    case RoadOrigin::openstreetmap:
      return "openstreetmap";
    case RoadOrigin::line_layer:
      return "line_layer";
    case RoadOrigin::derived_access:
      return "derived_access";
    case RoadOrigin::synthetic:
      return "synthetic";
  }
  return "none";
}

std::string defects_text(const RegionSummary& summary) {
  if (summary.defects == 0) return "no defects\n";
  std::string text = counted(summary.defects, "defect") + "\n";
  for (const auto& line : summary.defect_lines) {
    text += fmt::format("  {:<9}{:<34}{:>9}\n", line.severity, line.defect_class,
                        with_commas(line.count));
  }
  return text;
}

std::string summary_text(const Region& region, const RegionSummary& s) {
  std::string text =
      fmt::format("region {}  (profile {}, id {})\n", printable(region.provenance.name),
                  printable(region.provenance.profile), to_hex(region.id));
  if (region.format != kRegionFormat) {
    text += fmt::format("format {}, read as {}; import again to write it so\n", region.format,
                        kRegionFormat);
  }
  if (s.id_verified) text += "verified: the id is that of the content\n";
  text += row("substations", with_commas(s.substations));
  text += row("feeders", with_commas(s.feeders));
  text += row("connectivity nodes", with_commas(s.connectivity_nodes));
  for (const auto& [kind, count] : s.device_kinds) text += row(kind, with_commas(count));
  text += row("normally open", with_commas(s.switches_normally_open));
  text += row("usage points", with_commas(s.usage_points));
  text += row("  supplied", with_commas(s.usage_points_supplied));
  text += row("customers", with_commas(s.customers));
  text += row("islands", with_commas(s.islands));
  text += row("open ends", with_commas(s.open_ends));
  text += row("loops", with_commas(s.loops));
  text += row("road vertices", with_commas(s.road_vertices));
  text += row("road edges", with_commas(s.road_edges));
  text += row("roads from", std::string{to_string(region.roads.origin())});
  text += feeder_table(s) + "\n" + defects_text(s);
  return text;
}

std::string summary_json(const Region& region, const RegionSummary& s) {
  nlohmann::ordered_json json;
  json["name"] = region.provenance.name;
  json["profile"] = region.provenance.profile;
  json["region_id"] = to_hex(region.id);
  json["format"] = region.format;
  if (s.id_verified) json["id_verified"] = true;
  const std::array<std::tuple<const char*, std::size_t>, 19> counts = {{
      {"feeders", s.feeders},
      {"substations", s.substations},
      {"switches", s.switches},
      {"switches_normally_open", s.switches_normally_open},
      {"transformers", s.transformers},
      {"voltage_regulators", s.voltage_regulators},
      {"line_segments", s.line_segments},
      {"service_drops", s.service_drops},
      {"connectivity_nodes", s.connectivity_nodes},
      {"usage_points", s.usage_points},
      {"usage_points_supplied", s.usage_points_supplied},
      {"usage_points_unsupplied", s.usage_points - s.usage_points_supplied},
      {"customers", s.customers},
      {"islands", s.islands},
      {"open_ends", s.open_ends},
      {"loops", s.loops},
      {"road_vertices", s.road_vertices},
      {"road_edges", s.road_edges},
      {"defects", s.defects},
  }};
  for (const auto& [key, count] : counts) json[key] = count;
  json["road_origin"] = to_string(region.roads.origin());
  for (const auto& [kind, count] : s.device_kinds) json["device_kinds"][kind] = count;
  for (const auto& line : s.defect_lines) {
    json["defects_by_class"][line.defect_class][line.severity] = line.count;
  }
  for (const auto& line : s.feeder_lines) {
    json["feeder_table"].push_back({{"mrid", line.mrid},
                                    {"name", line.name},
                                    {"substation", line.substation},
                                    {"nominal_kv", line.nominal_kv},
                                    {"devices", line.devices},
                                    {"line_km", line.line_km},
                                    {"usage_points", line.usage_points},
                                    {"customers", line.customers}});
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace gridmend
