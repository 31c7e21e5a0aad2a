#include "service/cli/state_feeding.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "service/cli/text_table.h"
#include "service/converters/network_converter.h"
#include "service/engine/replay.h"
#include "service/store/region_directory.h"
#include "service/store/sqlite_store.h"

namespace gridmend {
namespace {

std::string_view name_of(const NetworkModel& network, Id<Feeder> feeder) {
  return feeder.valid() ? network.mrid(feeder) : std::string_view{};
}

std::string text_of(const NetworkModel& network, const Feeding& feeding) {
  if (!feeding.feeder.valid()) return "dark";
  return fmt::format("{} through {}", name_of(network, feeding.feeder),
                     feeding.entry.valid() ? network.mrid(feeding.entry) : "its source");
}

std::string position_of(PhaseSet open) {
  return open.any() ? "open " + phases_text(open) : std::string{"closed"};
}

std::string operations_of(const NetworkModel& network, const SectionFeeding& section) {
  std::string text;
  for (const SwitchOperation& operation : section.operations) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", network.mrid(operation.device), position_of(operation.open));
  }
  return text.empty() ? "-" : text;
}

nlohmann::ordered_json json_of(const NetworkModel& network, const Feeding& feeding) {
  return {{"feeder", name_of(network, feeding.feeder)},
          {"entry_device", feeding.entry.valid() ? network.mrid(feeding.entry) : ""},
          {"phases", phases_text(feeding.phases)}};
}

}  // namespace

Result<std::shared_ptr<const World>> replayed_world(const std::filesystem::path& state_directory,
                                                    std::shared_ptr<const Region> region) {
  SqliteStoreSettings settings;
  settings.read_only = true;
  const auto store = SqliteStore::open(state_directory, settings);
  if (!store) return unexpected(store.error());
  RegionDirectory regions(state_directory);
  regions.offer(region);
  const auto first = first_region(**store, region, &regions);
  if (!first) return unexpected(first.error());
  State state(*first, {});
  if (auto done = replay(**store, state, &regions); !done) return unexpected(done.error());
  if (auto known = check_given_region(state, region.get()); !known)
    return unexpected(known.error());
  if (state.region()->id != region->id) {
    return refuse(ErrorCode::failed_precondition, "REGION_NOT_PRESENT",
                  "the state holds region " + to_hex(state.region()->id) + " by now; this is " +
                      to_hex(region->id));
  }
  return state.publish();
}

std::string feeding_text(const World& world) {
  const NetworkModel& network = world.region->network;
  TextTable table{{"section at", "usage points", "customers", "normally", "now", "because"}};
  for (const SectionFeeding& section : world.section_feeding()) {
    if (!section.otherwise()) continue;
    table.add({std::string{network.mrid(section.node)}, std::to_string(section.usage_points),
               std::to_string(section.customers), text_of(network, section.normal),
               text_of(network, section.present), operations_of(network, section)});
  }
  return table.to_string("every section is fed as in normal operation") +
         fmt::format("{} switches stand otherwise than in normal operation; revision {}\n",
                     world.switches().departures().size(), world.revision);
}

std::string feeding_json(const World& world) {
  const NetworkModel& network = world.region->network;
  nlohmann::ordered_json json;
  json["region"] = to_hex(world.region->id);
  json["revision"] = world.revision;
  json["switches_operated"] = nlohmann::ordered_json::array();
  for (const auto& [device, open] : world.switches().departures()) {
    json["switches_operated"].push_back({{"device", network.mrid(device)},
                                         {"open_phases", phases_text(open)},
                                         {"normally_open", world.switches().normal(device).any()}});
  }
  json["sections_fed_otherwise"] = nlohmann::ordered_json::array();
  for (const SectionFeeding& section : world.section_feeding()) {
    if (!section.otherwise()) continue;
    nlohmann::ordered_json entry;
    entry["node"] = network.mrid(section.node);
    entry["usage_points"] = section.usage_points;
    entry["customers"] = section.customers;
    entry["normal"] = json_of(network, section.normal);
    entry["present"] = json_of(network, section.present);
    entry["operations"] = nlohmann::ordered_json::array();
    for (const SwitchOperation& operation : section.operations) {
      entry["operations"].push_back({{"device", network.mrid(operation.device)},
                                     {"open_phases", phases_text(operation.open)}});
    }
    json["sections_fed_otherwise"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace gridmend
