#include "service/cli/feeder_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/printable.h"
#include "core/outage/settings.h"
#include "service/cli/region_summary.h"
#include "service/cli/text_table.h"

namespace gridmend {
namespace {

constexpr std::size_t kShown = 20;  // of a list, in the text

bool is_critical(UsagePointCategory category) {
  return CategoryWeights{}.critical[static_cast<std::size_t>(category)];
}

void describe_device(const SupplyForest& forest, Id<Device> id, FeederPage& page) {
  const Device& device = forest.network().devices()[id];
  const bool at_from = forest.feeder(device.from) == page.feeder;
  const bool at_to = forest.feeder(device.to) == page.feeder;
  if (!at_from && !at_to) return;
  const bool supplies = forest.downstream_node(id).valid();
  if (!supplies && device.normally_open != 0) {
    page.ties.push_back({id, forest.feeder(at_from ? device.to : device.from), at_from && at_to});
    ++page.normally_open;
    return;
  }
  // A closed device to another feeder closes a loop, and is counted where it begins.
  if (!at_from) return;
  if (!supplies) ++page.loops;
  ++page.devices[device.kind];
  const double km = static_cast<double>(device.length_m) / 1000;
  if (device.kind == DeviceKind::service_drop) page.service_drop_km += km;
  if (device.kind == DeviceKind::ac_line_segment) {
    page.line_km += km;
    page.line_km_by_phases[to_string(device.phases)] += km;
    if (device.underground != 0) page.underground_km += km;
  }
  if (device.kind == DeviceKind::power_transformer) {
    page.rated_kva += static_cast<double>(device.rated_kva);
  }
}

std::string_view neighbour_text(const NetworkModel& network, const FeederPage::Tie& tie) {
  if (tie.inside) return "this feeder";
  return tie.neighbour.valid() ? network.mrid(tie.neighbour) : "nothing supplied";
}

std::string row(std::string_view name, std::string_view value) {
  return fmt::format("  {:<22}{:>12}\n", name, value);
}

std::string ties_text(const NetworkModel& network, const FeederPage& page) {
  TextTable table{{"open switch", "kind", "to"}};
  for (std::size_t i = 0; i < std::min(page.ties.size(), kShown); ++i) {
    const FeederPage::Tie& tie = page.ties[i];
    table.add({std::string{network.mrid(tie.device)},
               std::string{to_string(network.devices()[tie.device].kind)},
               std::string{neighbour_text(network, tie)}});
  }
  return "\n" + table.to_string("no open switch at its edge");
}

std::string critical_text(const NetworkModel& network, const FeederPage& page) {
  TextTable table{{"critical customer", "category", "address"}};
  for (std::size_t i = 0; i < std::min(page.critical.size(), kShown); ++i) {
    const UsagePoint& point = network.usage_points()[page.critical[i]];
    table.add({std::string{network.mrid(page.critical[i])}, std::string{to_string(point.category)},
               std::string{network.text(point.address)}});
  }
  return "\n" + table.to_string("no critical customers");
}

std::string defects_text(const Region& region, const FeederPage& page) {
  std::string text = "\n" + counted(page.defects.size(), "defect") + " on it\n";
  for (std::size_t i = 0; i < std::min(page.defects.size(), kShown); ++i) {
    const Defect& defect = region.defects[page.defects[i]];
    text += fmt::format("  {:<9}{:<34}{} {}: {}\n", to_string(defect.severity),
                        to_string(defect.defect_class), printable(defect.place.layer),
                        printable(defect.place.feature_id), printable(defect.message));
  }
  if (page.defects.size() > kShown) text += "  ... --json lists them all\n";
  return text;
}

using Json = nlohmann::ordered_json;

Json lists_json(const Region& region, const FeederPage& page) {
  const NetworkModel& network = region.network;
  Json json = {
      {"critical_customers", Json::array()}, {"ties", Json::array()}, {"defects", Json::array()}};
  for (const Id<UsagePoint> id : page.critical) {
    const UsagePoint& point = network.usage_points()[id];
    json["critical_customers"].push_back({{"mrid", network.mrid(id)},
                                          {"category", to_string(point.category)},
                                          {"customers", point.customers},
                                          {"address", network.text(point.address)}});
  }
  for (const FeederPage::Tie& tie : page.ties) {
    Json one = {{"mrid", network.mrid(tie.device)},
                {"kind", to_string(network.devices()[tie.device].kind)},
                {"neighbour", nullptr},
                {"inside", tie.inside}};
    if (tie.neighbour.valid()) one["neighbour"] = network.mrid(tie.neighbour);
    json["ties"].push_back(std::move(one));
  }
  for (const std::size_t number : page.defects) {
    const Defect& defect = region.defects[number];
    json["defects"].push_back({{"class", to_string(defect.defect_class)},
                               {"severity", to_string(defect.severity)},
                               {"layer", defect.place.layer},
                               {"feature_id", defect.place.feature_id},
                               {"customers", defect.subject.customers},
                               {"message", defect.message},
                               {"action", defect.action}});
  }
  return json;
}

}  // namespace

FeederPage describe_feeder(const Region& region, const SupplyForest& forest, Id<Feeder> feeder) {
  FeederPage page;
  page.feeder = feeder;
  const NetworkModel& network = region.network;
  for (const Id<Device> id : network.devices().ids()) describe_device(forest, id, page);
  for (const Id<ConnectivityNode> node : forest.tour()) {
    if (forest.feeder(node) == feeder) ++page.connectivity_nodes;
  }
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const UsagePoint& point = network.usage_points()[id];
    if (forest.feeder(point.node) != feeder) continue;
    ++page.usage_points;
    page.customers += point.customers;
    page.customers_by_category[point.category] += point.customers;
    ++page.usage_points_by_phases[to_string(point.phases)];
    if (is_critical(point.category)) page.critical.push_back(id);
  }
  for (std::size_t i = 0; i < region.defects.size(); ++i) {
    if (region.defects[i].subject.feeder == feeder) page.defects.push_back(i);
  }
  return page;
}

std::string feeder_text(const Region& region, const FeederPage& page) {
  const NetworkModel& network = region.network;
  const Feeder& feeder = network.feeders()[page.feeder];
  std::string text = fmt::format("feeder {}  {}\n", printable(network.mrid(page.feeder)),
                                 printable(network.text(feeder.name)));
  if (feeder.substation.valid()) {
    const TextId name = network.substations()[feeder.substation].name;
    text += fmt::format("  {:<22}{} {}\n", "substation", printable(network.mrid(feeder.substation)),
                        printable(network.text(name)));
  }
  if (feeder.source_node.valid())
    text += fmt::format("  {:<22}{}\n", "source node", printable(network.mrid(feeder.source_node)));
  text += row("nominal kV", feeder.nominal_kv > 0 ? fmt::format("{:g}", feeder.nominal_kv) : "-");
  text += row("connectivity nodes", with_commas(page.connectivity_nodes));
  for (const auto& [kind, count] : page.devices) text += row(to_string(kind), with_commas(count));
  text += row("normally open", with_commas(page.normally_open));
  if (page.loops > 0) text += row("closing a loop", with_commas(page.loops));
  text += row("line km", fmt::format("{:.1f}", page.line_km));
  text += row("  underground", fmt::format("{:.1f}", page.underground_km));
  for (const auto& [phases, km] : page.line_km_by_phases)
    text += row("  on " + phases, fmt::format("{:.1f}", km));
  text += row("service drop km", fmt::format("{:.1f}", page.service_drop_km));
  text += row("rated kVA", fmt::format("{:.0f}", page.rated_kva));
  text += row("usage points", with_commas(page.usage_points));
  for (const auto& [phases, count] : page.usage_points_by_phases)
    text += row("  on " + phases, with_commas(count));
  text += row("customers", with_commas(page.customers));
  for (const auto& [category, count] : page.customers_by_category)
    text += row("  " + std::string{to_string(category)}, with_commas(count));
  return text + ties_text(network, page) + critical_text(network, page) +
         defects_text(region, page);
}

std::string feeder_json(const Region& region, const FeederPage& page) {
  const NetworkModel& network = region.network;
  const Feeder& feeder = network.feeders()[page.feeder];
  Json json;
  json["mrid"] = network.mrid(page.feeder);
  json["name"] = network.text(feeder.name);
  json["substation"] = nullptr;
  if (feeder.substation.valid()) json["substation"] = network.mrid(feeder.substation);
  json["source_node"] = nullptr;
  if (feeder.source_node.valid()) json["source_node"] = network.mrid(feeder.source_node);
  json["nominal_kv"] = feeder.nominal_kv;
  json["connectivity_nodes"] = page.connectivity_nodes;
  json["device_kinds"] = Json::object();
  for (const auto& [kind, count] : page.devices) json["device_kinds"][to_string(kind)] = count;
  json["normally_open"] = page.normally_open;
  json["loops"] = page.loops;
  json["line_km"] = page.line_km;
  json["underground_km"] = page.underground_km;
  json["line_km_by_phases"] = page.line_km_by_phases;
  json["service_drop_km"] = page.service_drop_km;
  json["rated_kva"] = page.rated_kva;
  json["usage_points"] = page.usage_points;
  json["usage_points_by_phases"] = page.usage_points_by_phases;
  json["customers"] = page.customers;
  json["customers_by_category"] = Json::object();
  for (const auto& [category, count] : page.customers_by_category) {
    json["customers_by_category"][to_string(category)] = count;
  }
  json.update(lists_json(region, page));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace gridmend
