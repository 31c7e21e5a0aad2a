#include "data/region/region_diff.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "core/network/supply_forest.h"

namespace gridmend {
namespace {

constexpr double kMoved_m = .001;

constexpr std::array<std::string_view, kRegionFields> kFieldNames = {
    "mrid",          "name",
    "position",      "shape",
    "kind",          "from_node",
    "to_node",       "direction",
    "node",          "source_node",
    "substation",    "feeder",
    "transformer",   "communication_group",
    "phases",        "to_phases",
    "normally_open", "underground",
    "length_m",      "nominal_kv",
    "rated_kva",     "live_part_height_m",
    "customers",     "category",
    "address"};

// The new id of an optional reference; none stays none, and so does what was removed.
template <class Record>
Id<Record> mapped(const IdVector<Record, Id<Record>>& match, Id<Record> id) {
  return id.valid() ? match[id] : id;
}

// Compares one record with its counterpart.
class Comparison {
 public:
  Comparison(const NetworkModel& before, const NetworkModel& after, const RegionMatch& match)
      : before_(before), after_(after), match_(match) {}

  RecordChange<Substation> compare(Id<Substation> id, Id<Substation> now) {
    const Substation& a = before_.substations()[id];
    const Substation& b = after_.substations()[now];
    RecordChange<Substation> change{id, now, {}, 0};
    differ(change, RegionField::name, before_.text(a.name) != after_.text(b.name));
    move(change, a.position, b.position);
    return change;
  }

  RecordChange<Feeder> compare(Id<Feeder> id, Id<Feeder> now) {
    const Feeder& a = before_.feeders()[id];
    const Feeder& b = after_.feeders()[now];
    RecordChange<Feeder> change{id, now, {}, 0};
    differ(change, RegionField::name, before_.text(a.name) != after_.text(b.name));
    refer(change, RegionField::substation, a.substation, b.substation, match_.substations);
    refer(change, RegionField::source_node, a.source_node, b.source_node, match_.nodes);
    differ(change, RegionField::nominal_kv, a.nominal_kv != b.nominal_kv);
    return change;
  }

  RecordChange<ConnectivityNode> compare(Id<ConnectivityNode> id, Id<ConnectivityNode> now) {
    RecordChange<ConnectivityNode> change{id, now, {}, 0};
    differ(change, RegionField::mrid, before_.mrid(id) != after_.mrid(now));
    move(change, before_.nodes()[id].position, after_.nodes()[now].position);
    return change;
  }

  RecordChange<Device> compare(Id<Device> id, Id<Device> now) {
    const Device& a = before_.devices()[id];
    const Device& b = after_.devices()[now];
    RecordChange<Device> change{id, now, {}, 0};
    move(change, a.position, b.position);
    differ(change, RegionField::shape, !same_line(before_.polyline(id), after_.polyline(now)));
    differ(change, RegionField::kind, a.kind != b.kind);
    connect(change, a, b);
    refer(change, RegionField::feeder, a.feeder, b.feeder, match_.feeders);
    differ(change, RegionField::phases, a.phases != b.phases);
    differ(change, RegionField::to_phases, a.to_phases != b.to_phases);
    differ(change, RegionField::normally_open, a.normally_open != b.normally_open);
    differ(change, RegionField::underground, a.underground != b.underground);
    differ(change, RegionField::length_m, a.length_m != b.length_m);
    differ(change, RegionField::nominal_kv, a.nominal_kv != b.nominal_kv);
    differ(change, RegionField::rated_kva, a.rated_kva != b.rated_kva);
    differ(change, RegionField::live_part_height_m, a.live_part_height_m != b.live_part_height_m);
    return change;
  }

  RecordChange<UsagePoint> compare(Id<UsagePoint> id, Id<UsagePoint> now) {
    const UsagePoint& a = before_.usage_points()[id];
    const UsagePoint& b = after_.usage_points()[now];
    RecordChange<UsagePoint> change{id, now, {}, 0};
    move(change, a.position, b.position);
    refer(change, RegionField::node, a.node, b.node, match_.nodes);
    refer(change, RegionField::transformer, a.transformer, b.transformer, match_.devices);
    differ(change, RegionField::communication_group,
           field_text(before_, id, RegionField::communication_group) !=
               field_text(after_, now, RegionField::communication_group));
    differ(change, RegionField::phases, a.phases != b.phases);
    differ(change, RegionField::customers, a.customers != b.customers);
    differ(change, RegionField::category, a.category != b.category);
    differ(change, RegionField::address, before_.text(a.address) != after_.text(b.address));
    return change;
  }

 private:
  template <class Record>
  static void differ(RecordChange<Record>& change, RegionField field, bool differs) {
    if (differs) change.fields.add(field);
  }

  template <class Record>
  static void move(RecordChange<Record>& change, Position a, Position b) {
    if (a == b) return;
    change.moved_m = distance_m(a, b);
    differ(change, RegionField::position, change.moved_m >= kMoved_m);
  }

  template <class Record, class Referred>
  static void refer(RecordChange<Record>& change, RegionField field, Id<Referred> a, Id<Referred> b,
                    const IdVector<Referred, Id<Referred>>& match) {
    differ(change, field, a.valid() != b.valid() || mapped(match, a) != b);
  }

  void connect(RecordChange<Device>& change, const Device& a, const Device& b) const {
    const Id<ConnectivityNode> from = match_.nodes[a.from];
    const Id<ConnectivityNode> to = match_.nodes[a.to];
    if (from == b.from && to == b.to) return;
    if (from == b.to && to == b.from) return change.fields.add(RegionField::direction);
    differ(change, RegionField::from_node, from != b.from);
    differ(change, RegionField::to_node, to != b.to);
  }

  static bool same_line(std::span<const Position> a, std::span<const Position> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](Position p, Position q) { return p == q || distance_m(p, q) < kMoved_m; });
  }

  const NetworkModel& before_;
  const NetworkModel& after_;
  const RegionMatch& match_;
};

template <class Record>
TableDiff<Record> diff_tables(const Table<Record>& before, const Table<Record>& after,
                              const IdVector<Record, Id<Record>>& match, Comparison& comparison) {
  TableDiff<Record> diff;
  IdVector<Record, std::uint8_t> known(after.size());
  for (const Id<Record> id : before.ids()) {
    const Id<Record> now = match[id];
    if (!now.valid()) {
      diff.removed.push_back(id);
      continue;
    }
    known[now] = 1;
    const RecordChange<Record> change = comparison.compare(id, now);
    if (!change.fields.empty()) diff.changed.push_back(change);
  }
  for (const Id<Record> id : after.ids()) {
    if (known[id] == 0) diff.added.push_back(id);
  }
  return diff;
}

// Who fed whom in normal operation, and who does now.
class SupplyComparison {
 public:
  SupplyComparison(const NetworkModel& before, const NetworkModel& after, const RegionMatch& match)
      : before_(before),
        after_(after),
        match_(match),
        forest_before_(SupplyForest::derive(before, SwitchState{before})),
        forest_after_(SupplyForest::derive(after, SwitchState{after})),
        lost_(before.feeders().size()),
        gained_(after.feeders().size()) {}

  void run(RegionDiff& diff) {
    IdVector<UsagePoint, std::uint8_t> known(after_.usage_points().size());
    for (const Id<UsagePoint> id : before_.usage_points().ids()) {
      const Id<UsagePoint> now = match_.usage_points[id];
      const Id<Feeder> fed = feeder(forest_before_, id);
      if (!now.valid()) {
        count(fed, {});
        continue;
      }
      known[now] = 1;
      const Id<Feeder> fed_now = feeder(forest_after_, now);
      if (mapped(match_.feeders, fed) != fed_now) count(fed, fed_now);
      const bool had = forest_before_.supplied(id);
      const bool has = forest_after_.supplied(now);
      if (had && !has) diff.supply_lost.push_back(id);
      if (!had && has) diff.supply_gained.push_back(id);
    }
    for (const Id<UsagePoint> id : after_.usage_points().ids()) {
      if (known[id] == 0) count({}, feeder(forest_after_, id));
    }
    list(diff);
  }

 private:
  static Id<Feeder> feeder(const SupplyForest& forest, Id<UsagePoint> id) {
    return forest.feeder(forest.network().usage_points()[id].node);
  }

  void count(Id<Feeder> lost_by, Id<Feeder> gained_by) {
    if (lost_by.valid()) ++lost_[lost_by];
    if (gained_by.valid()) ++gained_[gained_by];
  }

  void list(RegionDiff& diff) const {
    IdVector<Feeder, std::uint8_t> known(after_.feeders().size());
    for (const Id<Feeder> id : before_.feeders().ids()) {
      const Id<Feeder> now = match_.feeders[id];
      if (now.valid()) known[now] = 1;
      const std::size_t gained = now.valid() ? gained_[now] : 0;
      if (gained + lost_[id] > 0) diff.feeder_supply.push_back({id, now, gained, lost_[id]});
    }
    for (const Id<Feeder> id : after_.feeders().ids()) {
      if (known[id] == 0 && gained_[id] > 0) {
        diff.feeder_supply.push_back({{}, id, gained_[id], 0});
      }
    }
  }

  const NetworkModel& before_;
  const NetworkModel& after_;
  const RegionMatch& match_;
  SupplyForest forest_before_;
  SupplyForest forest_after_;
  IdVector<Feeder, std::size_t> lost_;
  IdVector<Feeder, std::size_t> gained_;
};

template <class Record, class Value>
bool same_bytes(const Table<Record, Value>& a, const Table<Record, Value>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.values().data(), b.values().data(),
                                                           a.values().size_bytes()) == 0);
}

bool same_roads(const RoadRecords& a, const RoadRecords& b) {
  return a.origin == b.origin && same_bytes(a.vertices, b.vertices) &&
         same_bytes(a.edges, b.edges) && same_bytes(a.turn_restrictions, b.turn_restrictions) &&
         same_bytes(a.shapes, b.shapes) && same_bytes(a.texts.offsets(), b.texts.offsets()) &&
         same_bytes(a.texts.letters(), b.texts.letters());
}

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

std::string position_text(Position position) {
  char text[64];
  std::snprintf(text, sizeof text, "%.7f,%.7f", position.longitude_deg, position.latitude_deg);
  return text;
}

template <class Record>
std::string mrid_text(const NetworkModel& network, Id<Record> id) {
  return id.valid() ? std::string{network.mrid(id)} : std::string{};
}

std::string flag_text(std::uint8_t flag) { return flag != 0 ? "yes" : "no"; }

}  // namespace

std::string_view to_string(RegionField field) {
  return kFieldNames.at(static_cast<std::size_t>(field));
}

std::vector<RegionField> RegionFieldSet::to_vector() const {
  std::vector<RegionField> fields;
  for (int i = 0; i < kRegionFields; ++i) {
    if (has(static_cast<RegionField>(i))) fields.push_back(static_cast<RegionField>(i));
  }
  return fields;
}

bool RegionDiff::empty() const {
  return substations.empty() && feeders.empty() && nodes.empty() && devices.empty() &&
         usage_points.empty() && feeder_supply.empty() && supply_lost.empty() &&
         supply_gained.empty() && !roads_changed;
}

RegionDiff diff_regions(const Region& before, const Region& after) {
  return diff_regions(before, after, match_regions(before.network, after.network));
}

RegionDiff diff_regions(const Region& before, const Region& after, const RegionMatch& match) {
  const NetworkModel& a = before.network;
  const NetworkModel& b = after.network;
  Comparison comparison{a, b, match};
  RegionDiff diff;
  diff.substations = diff_tables(a.substations(), b.substations(), match.substations, comparison);
  diff.feeders = diff_tables(a.feeders(), b.feeders(), match.feeders, comparison);
  diff.nodes = diff_tables(a.nodes(), b.nodes(), match.nodes, comparison);
  diff.devices = diff_tables(a.devices(), b.devices(), match.devices, comparison);
  diff.usage_points =
      diff_tables(a.usage_points(), b.usage_points(), match.usage_points, comparison);
  SupplyComparison{a, b, match}.run(diff);
  diff.roads_changed = !same_roads(before.roads.records(), after.roads.records());
  return diff;
}

std::string field_text(const NetworkModel& network, Id<Substation> id, RegionField field) {
  const Substation& record = network.substations()[id];
  if (field == RegionField::name) return std::string{network.text(record.name)};
  if (field == RegionField::position) return position_text(record.position);
  return {};
}

std::string field_text(const NetworkModel& network, Id<Feeder> id, RegionField field) {
  const Feeder& record = network.feeders()[id];
  switch (field) {
    case RegionField::name:
      return std::string{network.text(record.name)};
    case RegionField::substation:
      return mrid_text(network, record.substation);
    case RegionField::source_node:
      return mrid_text(network, record.source_node);
    case RegionField::nominal_kv:
      return number_text(record.nominal_kv);
    default:
      return {};
  }
}

std::string field_text(const NetworkModel& network, Id<ConnectivityNode> id, RegionField field) {
  if (field == RegionField::mrid) return std::string{network.mrid(id)};
  if (field == RegionField::position) return position_text(network.nodes()[id].position);
  return {};
}

std::string field_text(const NetworkModel& network, Id<Device> id, RegionField field) {
  const Device& record = network.devices()[id];
  switch (field) {
    case RegionField::position:
      return position_text(record.position);
    case RegionField::shape:
      return std::to_string(network.polyline(id).size()) + " vertices";
    case RegionField::kind:
      return std::string{to_string(record.kind)};
    case RegionField::from_node:
    case RegionField::direction:
      return mrid_text(network, record.from);
    case RegionField::to_node:
      return mrid_text(network, record.to);
    case RegionField::feeder:
      return mrid_text(network, record.feeder);
    case RegionField::phases:
      return to_string(record.phases);
    case RegionField::to_phases:
      return to_string(record.to_phases);
    case RegionField::normally_open:
      return flag_text(record.normally_open);
    case RegionField::underground:
      return flag_text(record.underground);
    case RegionField::length_m:
      return number_text(record.length_m);
    case RegionField::nominal_kv:
      return number_text(record.nominal_kv);
    case RegionField::rated_kva:
      return number_text(record.rated_kva);
    case RegionField::live_part_height_m:
      return number_text(record.live_part_height_m);
    default:
      return {};
  }
}

std::string field_text(const NetworkModel& network, Id<UsagePoint> id, RegionField field) {
  const UsagePoint& record = network.usage_points()[id];
  switch (field) {
    case RegionField::position:
      return position_text(record.position);
    case RegionField::node:
      return mrid_text(network, record.node);
    case RegionField::transformer:
      return mrid_text(network, record.transformer);
    case RegionField::communication_group:
      return record.communication_group.valid()
                 ? std::string{network.text(
                       network.communication_groups()[record.communication_group])}
                 : std::string{};
    case RegionField::phases:
      return to_string(record.phases);
    case RegionField::customers:
      return std::to_string(record.customers);
    case RegionField::category:
      return std::string{to_string(record.category)};
    case RegionField::address:
      return std::string{network.text(record.address)};
    default:
      return {};
  }
}

}  // namespace gridmend
