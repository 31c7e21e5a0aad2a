#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/network/network_model.h"
#include "data/ingest/defect_log.h"
#include "data/ingest/finding_group.h"

namespace gridmend {

// What readers hand to the builder: texts are copied, spans are read during the call. Empty texts
// are "the source does not say".

struct SubstationInput {
  std::string_view mrid;
  std::string_view name;
  std::optional<Position> position;
};

struct FeederInput {
  std::string_view mrid;
  std::string_view name;
  std::string_view substation;
  std::string_view source_node;
  float nominal_kv = 0;
};

struct NodeInput {
  std::string_view mrid;
  std::optional<Position> position;
};

struct DeviceInput {
  std::string_view mrid;
  DeviceKind kind = DeviceKind::ac_line_segment;
  std::string_view from_node;
  std::string_view to_node;
  std::string_view feeder;
  PhaseSet phases = PhaseSet::abc();
  PhaseSet to_phases = PhaseSet::none();  // of the terminal at `to_node`; none: as `phases`
  bool phases_told = true;                // false: the source has none, `phases` are assumed
  bool normally_open = false;
  bool underground = false;
  float nominal_kv = 0;
  float rated_kva = 0;
  float live_part_height_m = 0;
  float length_m = 0;                     // 0: the geometry's
  std::span<const Position> geometry;     // one position, or a line in either direction, or nothing
  std::optional<Position> from_position;  // where its ends are known to stand, e.g. at poles
  std::optional<Position> to_position;
};

struct UsagePointInput {
  std::string_view mrid;
  std::string_view address;
  std::string_view node;
  std::string_view transformer;
  std::string_view communication_group;
  std::optional<Position> position;
  std::uint16_t customers = 1;
  UsagePointCategory category = UsagePointCategory::residential;
  PhaseSet phases = PhaseSet::unknown_single();
  bool phases_told = true;  // false: assumed
  bool active = true;       // false: disconnected by contract; kept with no customers
};

// A layer of a file, as defects name it; from NetworkBuilder::layer.
struct SourceLayer {
  std::uint16_t index = 0;
};

// A feature: `number` is its own number in the layer, for when its mrid says nothing.
struct SourceFeature {
  SourceLayer layer;
  std::int64_t number = -1;
};

// Every usage point read is here once: total = kept + refused; supplied + unsupplied = kept is
// completed by check_network. Inactive ones are among the kept.
struct UsagePointLedger {
  std::size_t total = 0;
  std::size_t supplied = 0;
  std::size_t unsupplied = 0;
  std::size_t refused = 0;
  std::size_t inactive = 0;
  std::map<std::string, std::size_t> refused_by_reason;
};

// What was built, with what later checks need to name places in the source.
struct BuiltNetwork {
  NetworkRecords records;
  DefectLog defects;
  UsagePointLedger usage_points;
  std::size_t features = 0;                         // read in all
  std::vector<ErrorPlace> layers;                   // file and layer by SourceLayer::index
  std::vector<std::uint16_t> layer_of_device;       // by Id<Device>
  std::vector<std::uint16_t> layer_of_usage_point;  // by Id<UsagePoint>
  std::vector<FindingGroup> findings = {};          // about many features at once
  // By Id<Device> and Id<UsagePoint>, 1: its phases are assumed. Empty: none are.
  std::vector<std::uint8_t> device_phases_assumed = {}, usage_point_phases_assumed = {};
  // By Id<Device> and Id<ConnectivityNode>, 1: the source says where it is. Empty: not known.
  std::vector<std::uint8_t> drawn_devices = {}, drawn_nodes = {};
  bool lines_compared = false;  // the reader has told where ids and lines disagree
};

// Collects a network from any reader, in any order, by text ids; resolves references when all is
// read. What cannot be resolved becomes a defect, never a crash and never silently lost:
//  - a device without two named ends is left out; the same device twice (same mrid, same ends) is
//  kept
//    once; a second device, or a device of another layer, under a taken mrid gets a new one
//    ("mrid#2", "layer/mrid");
//  - a connectivity node is what the node layer or a device names; after declare_nodes_complete() a
//    device naming another is a dangling reference (the node is made all the same);
//  - a usage point at an unknown node hangs at its transformer's lower-voltage side, or is refused;
//  - a usage point under a taken mrid is kept as "mrid#2"; of several, an active one keeps the
//  mrid;
//  - positions that are missing or not on earth are taken from neighbours; lines are turned so that
//  they
//    run from their `from` to their `to`.
// About 150 bytes a usage point; ids cost their letters once.
class NetworkBuilder {
 public:
  NetworkBuilder();
  ~NetworkBuilder();
  NetworkBuilder(NetworkBuilder&&) noexcept;
  NetworkBuilder& operator=(NetworkBuilder&&) noexcept;

  SourceLayer layer(std::string file, std::string name);

  void add_substation(SourceFeature at, const SubstationInput& substation);
  void add_feeder(SourceFeature at, const FeederInput& feeder);
  void add_node(SourceFeature at, const NodeInput& node);
  void add_device(SourceFeature at, const DeviceInput& device);
  void add_usage_point(SourceFeature at, const UsagePointInput& usage_point);

  // The node layer has been read: nodes that only devices name are an error of the source.
  void declare_nodes_complete();
  // A reader compares what ids join with where lines are drawn, closer than the checks do.
  void declare_lines_compared();
  // A reader's own finding about a feature.
  void add_defect(SourceFeature at, std::string_view mrid, DefectClass defect_class,
                  DefectSeverity severity, std::string column, std::string message,
                  std::string action, std::optional<Position> position = {});
  // A usage point that the reader itself could not take.
  void refuse_usage_point(SourceFeature at, std::string_view mrid, std::string reason);

  std::size_t devices() const;
  std::size_t usage_points() const;

  // Refuses (invalid_argument, NETWORK_EMPTY) a source without a device or without a feeder.
  Result<BuiltNetwork> finish() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace gridmend
