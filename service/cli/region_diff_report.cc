#include "service/cli/region_diff_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/printable.h"
#include "service/cli/region_summary.h"

namespace gridmend {
namespace {

constexpr std::size_t kListedIds = 20;

template <class Record>
struct Sums {
  std::size_t moved = 0;
  std::size_t reconnected = 0;

  explicit Sums(const TableDiff<Record>& diff) {
    for (const RecordChange<Record>& change : diff.changed) {
      moved += change.moved() ? 1 : 0;
      reconnected += change.reconnected() ? 1 : 0;
    }
  }
};

template <class Record>
std::string change_text(const Region& before, const Region& after,
                        const RecordChange<Record>& change) {
  std::string text;
  for (const RegionField field : change.fields.to_vector()) {
    if (!text.empty()) text += ", ";
    if (field == RegionField::position) {
      text += fmt::format("moved {:.1f} m", change.moved_m);
      continue;
    }
    text += fmt::format("{} {} -> {}", to_string(field),
                        printable(field_text(before.network, change.before, field)),
                        printable(field_text(after.network, change.after, field)));
  }
  return text;
}

template <class Record>
std::string names_text(const NetworkModel& network, const std::vector<Id<Record>>& ids, char sign) {
  std::string text;
  for (std::size_t i = 0; i < std::min(ids.size(), kListedIds); ++i) {
    text += fmt::format("    {} {}\n", sign, printable(network.mrid(ids[i])));
  }
  if (ids.size() > kListedIds) {
    text += fmt::format("    {} {} more\n", sign, with_commas(ids.size() - kListedIds));
  }
  return text;
}

template <class Record>
std::string table_text(const char* what, const Region& before, const Region& after,
                       const TableDiff<Record>& diff) {
  if (diff.empty()) return fmt::format("  {:<20} as before\n", what);
  const Sums<Record> sums{diff};
  std::string text = fmt::format(
      "  {:<20} {} added, {} removed, {} changed (of them {} moved, {} reconnected)\n", what,
      with_commas(diff.added.size()), with_commas(diff.removed.size()),
      with_commas(diff.changed.size()), with_commas(sums.moved), with_commas(sums.reconnected));
  text += names_text(after.network, diff.added, '+');
  text += names_text(before.network, diff.removed, '-');
  for (std::size_t i = 0; i < std::min(diff.changed.size(), kListedIds); ++i) {
    text += fmt::format("    ~ {}: {}\n", printable(before.network.mrid(diff.changed[i].before)),
                        change_text(before, after, diff.changed[i]));
  }
  if (diff.changed.size() > kListedIds) {
    text += fmt::format("    ~ {} more\n", with_commas(diff.changed.size() - kListedIds));
  }
  return text;
}

std::string_view feeder_name(const Region& before, const Region& after,
                             const FeederSupplyChange& change) {
  return change.before.valid() ? before.network.mrid(change.before)
                               : after.network.mrid(change.after);
}

template <class Record>
nlohmann::ordered_json table_json(const Region& before, const Region& after,
                                  const TableDiff<Record>& diff) {
  const Sums<Record> sums{diff};
  nlohmann::ordered_json json;
  json["counts"] = {{"added", diff.added.size()},
                    {"removed", diff.removed.size()},
                    {"changed", diff.changed.size()},
                    {"moved", sums.moved},
                    {"reconnected", sums.reconnected}};
  json["added"] = nlohmann::ordered_json::array();
  json["removed"] = nlohmann::ordered_json::array();
  json["changed"] = nlohmann::ordered_json::array();
  for (const Id<Record> id : diff.added) json["added"].push_back(after.network.mrid(id));
  for (const Id<Record> id : diff.removed) json["removed"].push_back(before.network.mrid(id));
  for (const RecordChange<Record>& change : diff.changed) {
    nlohmann::ordered_json entry;
    entry["mrid"] = before.network.mrid(change.before);
    if (change.moved()) entry["moved_m"] = change.moved_m;
    entry["reconnected"] = change.reconnected();
    for (const RegionField field : change.fields.to_vector()) {
      entry["fields"][std::string{to_string(field)}] = {
          {"before", field_text(before.network, change.before, field)},
          {"after", field_text(after.network, change.after, field)}};
    }
    json["changed"].push_back(std::move(entry));
  }
  return json;
}

nlohmann::ordered_json mrids(const NetworkModel& network, const std::vector<Id<UsagePoint>>& ids) {
  auto names = nlohmann::ordered_json::array();
  for (const Id<UsagePoint> id : ids) names.push_back(network.mrid(id));
  return names;
}

}  // namespace

std::string diff_text(const Region& before, const Region& after, const RegionDiff& diff) {
  if (diff.empty()) return "nothing changed\n";
  std::string text = "changes since region " + to_hex(before.id) + ":\n";
  text += table_text("substations", before, after, diff.substations);
  text += table_text("feeders", before, after, diff.feeders);
  text += table_text("connectivity nodes", before, after, diff.nodes);
  text += table_text("devices", before, after, diff.devices);
  text += table_text("usage points", before, after, diff.usage_points);
  for (std::size_t i = 0; i < std::min(diff.feeder_supply.size(), kListedIds); ++i) {
    const FeederSupplyChange& change = diff.feeder_supply[i];
    text += fmt::format("  feeder {} feeds {} more and {} fewer usage points\n",
                        printable(feeder_name(before, after, change)), with_commas(change.gained),
                        with_commas(change.lost));
  }
  if (diff.feeder_supply.size() > kListedIds) {
    text += fmt::format("  {} more feeders\n", with_commas(diff.feeder_supply.size() - kListedIds));
  }
  if (!diff.supply_lost.empty()) {
    text +=
        fmt::format("  {} lost their supply\n", counted(diff.supply_lost.size(), "usage point"));
    text += names_text(before.network, diff.supply_lost, '!');
  }
  if (!diff.supply_gained.empty()) {
    text += fmt::format("  {} without supply have it now\n",
                        counted(diff.supply_gained.size(), "usage point"));
  }
  text += diff.roads_changed ? "  roads changed\n" : "  roads as before\n";
  return text;
}

std::string diff_json(const Region& before, const Region& after, const RegionDiff& diff) {
  nlohmann::ordered_json json;
  json["region_before"] = to_hex(before.id);
  json["region_after"] = to_hex(after.id);
  json["same"] = diff.empty();
  json["substations"] = table_json(before, after, diff.substations);
  json["feeders"] = table_json(before, after, diff.feeders);
  json["connectivity_nodes"] = table_json(before, after, diff.nodes);
  json["devices"] = table_json(before, after, diff.devices);
  json["usage_points"] = table_json(before, after, diff.usage_points);
  json["feeder_supply"] = nlohmann::ordered_json::array();
  for (const FeederSupplyChange& change : diff.feeder_supply) {
    json["feeder_supply"].push_back({{"feeder", feeder_name(before, after, change)},
                                     {"usage_points_gained", change.gained},
                                     {"usage_points_lost", change.lost}});
  }
  json["supply_lost"] = mrids(before.network, diff.supply_lost);
  json["supply_gained"] = mrids(before.network, diff.supply_gained);
  json["roads_changed"] = diff.roads_changed;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace gridmend
