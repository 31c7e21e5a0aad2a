#include "data/ingest/check_context.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

namespace gridmend {
namespace {

std::uint32_t capped(std::uint64_t customers) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(customers, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

CheckContext::CheckContext(const SupplyForest& supply, const SwitchState& normal,
                           const CheckSettings& limits, BuiltNetwork& built_network)
    : forest(supply),
      network(supply.network()),
      switches(normal),
      settings(limits),
      built(built_network) {
  const auto points = forest.usage_points_in_tour_order();
  customers_before_.reserve(points.size() + 1);
  customers_before_.push_back(0);
  for (const Id<UsagePoint> id : points) {
    customers_before_.push_back(customers_before_.back() + usage_point(id).customers);
  }
}

std::uint32_t CheckContext::customers_behind(Id<ConnectivityNode> node) const {
  if (!node.valid()) return 0;
  const auto points = forest.usage_points_behind(node);
  if (points.empty()) return 0;
  // The range is a part of the forest's one list.
  const auto begin =
      static_cast<std::size_t>(points.data() - forest.usage_points_in_tour_order().data());
  return capped(customers_before_[begin + points.size()] - customers_before_[begin]);
}

std::uint32_t CheckContext::customers_behind(Id<Device> id) const {
  return customers_behind(forest.downstream_node(id));
}

std::string CheckContext::named(Id<Device> id) const {
  std::string kind{to_string(device(id).kind)};
  std::ranges::replace(kind, '_', ' ');
  return kind + " " + quoted(id);
}

Id<Feeder> CheckContext::feeder_of(Id<Device> id) const {
  const Id<Feeder> feeder = forest.feeder(device(id).from);
  return feeder.valid() ? feeder : forest.feeder(device(id).to);
}

ErrorPlace CheckContext::place_of(const std::vector<std::uint16_t>& layers, std::size_t record,
                                  std::string_view mrid) const {
  ErrorPlace place;
  if (record < layers.size()) place = built.layers.at(layers[record]);
  place.feature_id = mrid;
  return place;
}

void CheckContext::report(Id<Device> id, Finding finding, std::uint64_t customers) {
  built.defects.add({finding.defect_class, finding.severity,
                     place_of(built.layer_of_device, id.index, network.mrid(id)),
                     std::move(finding.message), std::move(finding.action), device(id).position,
                     DefectSubject{id, {}, feeder_of(id), capped(customers)}});
}

void CheckContext::report(Id<UsagePoint> id, Finding finding, std::uint64_t customers) {
  const UsagePoint& point = usage_point(id);
  built.defects.add({finding.defect_class, finding.severity,
                     place_of(built.layer_of_usage_point, id.index, network.mrid(id)),
                     std::move(finding.message), std::move(finding.action), point.position,
                     DefectSubject{{}, id, forest.feeder(point.node), capped(customers)}});
}

void CheckContext::report(Id<ConnectivityNode> id, Finding finding, std::uint64_t customers) {
  ErrorPlace place;
  place.feature_id = network.mrid(id);
  built.defects.add({finding.defect_class, finding.severity, std::move(place),
                     std::move(finding.message), std::move(finding.action),
                     network.nodes()[id].position,
                     DefectSubject{{}, {}, forest.feeder(id), capped(customers)}});
}

std::string distance_text(double metres) {
  char text[32];
  if (metres < 10) {
    std::snprintf(text, sizeof text, "%.1f m", metres);
  } else if (metres < 2000) {
    std::snprintf(text, sizeof text, "%.0f m", metres);
  } else {
    std::snprintf(text, sizeof text, "%.1f km", metres / 1000);
  }
  return text;
}

std::string count_of(std::size_t count, std::string_view noun) {
  std::string text = std::to_string(count) + " " + std::string{noun};
  if (count != 1) text += noun.ends_with("ch") ? "es" : "s";
  return text;
}

}  // namespace gridmend
