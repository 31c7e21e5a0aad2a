#include "data/ingest/network_checks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "data/ingest/check_context.h"

namespace gridmend {
namespace {

constexpr int kMostRounds = 16;

using Check = void (*)(CheckContext&);
constexpr std::array<Check, 10> kChecks = {
    check_loops,   check_islands,      check_line_ends, check_drawing,   check_phases,
    check_feeders, check_transformers, check_voltages,  check_customers, check_values};

// The subject's number when it is of the layer that the defect names.
template <class Record>
bool of_layer(const BuiltNetwork& built, const std::vector<std::uint16_t>& layers,
              const std::optional<Id<Record>>& id, const ErrorPlace& place) {
  if (!id || id->index >= layers.size()) return false;
  const ErrorPlace& layer = built.layers.at(layers[id->index]);
  return layer.layer == place.layer && layer.file == place.file;
}

}  // namespace

void check_network(const SupplyForest& forest, const SwitchState& switches,
                   const CheckSettings& settings, BuiltNetwork& built) {
  built.usage_points.unsupplied = forest.unsupplied_usage_points().size();
  built.usage_points.supplied =
      forest.network().usage_points().size() - built.usage_points.unsupplied;
  CheckContext context{forest, switches, settings, built};
  for (const Check check : kChecks) check(context);
}

bool open_loops(const SupplyForest& normal, const CheckSettings& settings, BuiltNetwork& built) {
  const NetworkModel& network = normal.network();
  SwitchState switches{network};
  std::optional<SupplyForest> later;
  for (int round = 0; round < kMostRounds; ++round) {
    CheckContext context{later ? *later : normal, switches, settings, built};
    const std::vector<Id<Device>> opened = open_loop_switches(context);
    if (opened.empty()) break;
    for (const Id<Device> id : opened) switches.open(id);
    later.emplace(SupplyForest::derive(network, switches));
  }
  if (switches.departures().empty()) return false;
  std::vector<Device> devices{network.devices().begin(), network.devices().end()};
  for (const auto& [id, unused] : switches.departures()) devices[id.index].normally_open = 1;
  built.records.devices = Table<Device>{std::move(devices)};
  return true;
}

void find_subjects(const SupplyForest& forest, BuiltNetwork& built) {
  const NetworkModel& network = forest.network();
  const SwitchState normal{network};
  const CheckSettings settings;
  const CheckContext context{forest, normal, settings, built};
  for (Defect& defect : built.defects.defects()) {
    DefectSubject& subject = defect.subject;
    if (subject.device.valid() || subject.usage_point.valid()) continue;
    if (defect.place.feature_id.empty() || defect.place.layer.empty()) continue;
    if (const auto id = network.find_device(defect.place.feature_id);
        of_layer(built, built.layer_of_device, id, defect.place)) {
      subject = {*id, {}, context.feeder_of(*id), context.customers_behind(*id)};
      if (!defect.position) defect.position = network.devices()[*id].position;
    } else if (const auto point = network.find_usage_point(defect.place.feature_id);
               of_layer(built, built.layer_of_usage_point, point, defect.place)) {
      const UsagePoint& record = network.usage_points()[*point];
      subject = {{}, *point, forest.feeder(record.node), record.customers};
      if (!defect.position) defect.position = record.position;
    }
  }
}

}  // namespace gridmend
