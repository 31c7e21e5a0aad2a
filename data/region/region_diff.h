#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/table.h"
#include "data/region/region.h"

namespace gridmend {

// Which record of one region is which of another. By old id: the new id, none when it was removed.
//
// Records are the same when their mRIDs are; of several with one mRID the first is the first, the
// second the second. A connectivity node whose mRID is gone is still the same when a device that is
// there in both ends at it and at a new one: utilities name devices, but seldom nodes.
struct RegionMatch {
  IdVector<Substation, Id<Substation>> substations;
  IdVector<Feeder, Id<Feeder>> feeders;
  IdVector<ConnectivityNode, Id<ConnectivityNode>> nodes;
  IdVector<Device, Id<Device>> devices;
  IdVector<UsagePoint, Id<UsagePoint>> usage_points;
};

// O(n log n).
RegionMatch match_regions(const NetworkModel& before, const NetworkModel& after);

// What of a record can differ.
enum class RegionField : std::uint8_t {
  mrid,  // a connectivity node under another name
  name,
  position,
  shape,  // the line between its ends
  kind,
  from_node,  // hangs at another node
  to_node,
  direction,  // the same two nodes, the other way round
  node,
  source_node,
  substation,
  feeder,
  transformer,
  communication_group,
  phases,
  to_phases,
  normally_open,
  underground,
  length_m,
  nominal_kv,
  rated_kva,
  live_part_height_m,
  customers,
  category,
  address,
};
inline constexpr int kRegionFields = 25;
std::string_view to_string(RegionField field);

struct RegionFieldSet {
  std::uint32_t bits = 0;

  void add(RegionField field) { bits |= 1U << static_cast<unsigned>(field); }
  bool has(RegionField field) const { return (bits >> static_cast<unsigned>(field) & 1U) != 0; }
  bool empty() const { return bits == 0; }
  // In the order of the enumeration.
  std::vector<RegionField> to_vector() const;
  friend bool operator==(RegionFieldSet, RegionFieldSet) = default;
};

// A record that is there in both and differs.
template <class Record>
struct RecordChange {
  Id<Record> before;
  Id<Record> after;
  RegionFieldSet fields;
  double moved_m = 0;  // below a millimetre is not moved

  bool moved() const { return fields.has(RegionField::position); }
  bool reconnected() const {
    return fields.has(RegionField::from_node) || fields.has(RegionField::to_node) ||
           fields.has(RegionField::node) || fields.has(RegionField::source_node);
  }
};

template <class Record>
struct TableDiff {
  std::vector<Id<Record>> added;              // of the new region, ascending
  std::vector<Id<Record>> removed;            // of the old region, ascending
  std::vector<RecordChange<Record>> changed;  // by old id

  bool empty() const { return added.empty() && removed.empty() && changed.empty(); }
};

// A feeder that feeds other usage points in normal operation than before. One of the two ids may be
// none: a feeder that was added or removed.
struct FeederSupplyChange {
  Id<Feeder> before;
  Id<Feeder> after;
  std::size_t gained = 0;
  std::size_t lost = 0;
};

struct RegionDiff {
  TableDiff<Substation> substations;
  TableDiff<Feeder> feeders;
  TableDiff<ConnectivityNode> nodes;
  TableDiff<Device> devices;
  TableDiff<UsagePoint> usage_points;
  // By old id; those without one last, by new id.
  std::vector<FeederSupplyChange> feeder_supply;
  // Usage points there in both, by old id: a source reached it and does not now, and the reverse.
  std::vector<Id<UsagePoint>> supply_lost;
  std::vector<Id<UsagePoint>> supply_gained;
  bool roads_changed = false;

  bool empty() const;
};

// What changed from one region to the other. O(n log n); supply under the normal positions.
RegionDiff diff_regions(const Region& before, const Region& after);
RegionDiff diff_regions(const Region& before, const Region& after, const RegionMatch& match);

// A field's value as a person reads it; empty when the record has none.
std::string field_text(const NetworkModel& network, Id<Substation> id, RegionField field);
std::string field_text(const NetworkModel& network, Id<Feeder> id, RegionField field);
std::string field_text(const NetworkModel& network, Id<ConnectivityNode> id, RegionField field);
std::string field_text(const NetworkModel& network, Id<Device> id, RegionField field);
std::string field_text(const NetworkModel& network, Id<UsagePoint> id, RegionField field);

}  // namespace gridmend
