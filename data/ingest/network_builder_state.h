#pragma once

// What network_builder.cc collects and network_resolution.cc resolves; nobody else's business.

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/finding_group.h"
#include "data/ingest/in_quotes.h"
#include "data/ingest/network_builder.h"
#include "data/ingest/node_placement.h"
#include "data/ingest/nowhere_positions.h"
#include "data/ingest/position_repair.h"
#include "data/ingest/similar_ids.h"
#include "data/ingest/text_interner.h"

namespace gridmend {

// Usage points that took another record's position, by the number they end with.
struct MissingPositions {
  std::vector<Id<UsagePoint>> at_transformer;
  std::vector<Id<UsagePoint>> at_node;
};

// Records name nodes, feeders, substations and transformers by their number among all texts that
// ever named one, until finish() keeps those that exist and renumbers.
struct NetworkBuilder::State {
  static constexpr std::uint32_t kUndefined = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint8_t kByDevice = 1;
  static constexpr std::uint8_t kByNodeLayer = 2;

  TextPoolBuilder texts;
  DefectLog defects;
  UsagePointLedger ledger;
  std::size_t features = 0;
  std::vector<ErrorPlace> layers;

  TextInterner substation_ids, feeder_ids, node_ids, device_ids, transformer_ids, usage_point_ids,
      group_ids;

  std::vector<Substation> substations;
  std::vector<Feeder> feeders;
  std::vector<std::uint16_t> layer_of_feeder;
  std::vector<std::uint32_t> feeder_of_entry;      // by number in feeder_ids
  std::vector<std::uint32_t> substation_of_entry;  // by number in substation_ids

  std::vector<std::uint8_t> node_defined;    // by number in node_ids: kByDevice, kByNodeLayer
  NodePlacement placement;                   // by number in node_ids
  std::vector<std::uint16_t> layer_of_node;  // that placed it
  bool nodes_complete = false;
  bool lines_compared = false;

  std::vector<Device> devices;
  std::vector<std::uint8_t> has_position;  // by device
  // As far as the last one whose phases are assumed.
  std::vector<std::uint8_t> device_phases_assumed, usage_point_phases_assumed;
  std::vector<std::uint8_t> drawn_devices, drawn_nodes;  // before the others were placed
  std::vector<std::uint16_t> layer_of_device;
  std::vector<std::uint32_t> device_of_entry;       // by number in device_ids
  std::vector<std::uint32_t> transformer_of_entry;  // by number in transformer_ids
  std::vector<Position> vertices;
  Position middle;  // of the network, once it is placed

  std::vector<UsagePoint> usage_points;
  std::vector<std::uint8_t> usage_point_placed;
  std::vector<std::uint8_t> usage_point_active;
  std::vector<std::uint16_t> layer_of_usage_point;
  std::vector<std::uint32_t> usage_point_of_entry;  // by number in usage_point_ids
  std::vector<TextId> groups;
  std::vector<FindingGroup> findings;  // nodes by number in node_ids until finish()

  std::uint32_t node_number(std::string_view mrid);
  std::uint32_t substation_number(std::string_view mrid);
  std::uint32_t feeder_number(std::string_view mrid);
  std::uint32_t transformer_number(std::string_view mrid);
  // `layer` is the one that says so.
  void place_node(std::uint32_t node, std::optional<Position> position, std::uint16_t layer);

  ErrorPlace place_of(std::uint16_t layer, std::string_view mrid, std::int64_t number,
                      std::string column) const;
  void defect(SourceFeature at, std::string_view mrid, DefectClass defect_class,
              DefectSeverity severity, std::string column, std::string message, std::string action,
              std::optional<Position> position = {});
  std::optional<Position> checked(SourceFeature at, std::string_view mrid,
                                  std::optional<Position> position);
  // What a model writes may be beyond what a float holds: 0, as unknown, and a defect.
  float finite(SourceFeature at, std::string_view mrid, float value, const char* column);
  void take_geometry(SourceFeature at, const DeviceInput& input, Device& device, bool& placed);
  std::optional<TextId> device_mrid(SourceFeature at, const DeviceInput& input,
                                    const Device& device);
  TextId usage_point_mrid(SourceFeature at, std::string_view mrid, bool active);
  TextId numbered_mrid(TextInterner& ids, std::vector<std::uint32_t>& of_entry,
                       std::string_view mrid, std::uint32_t record);

  // What references name; a node is there by a device, or by the layer of nodes.
  enum class Named : std::uint8_t { node, declared_node, transformer, feeder, substation };
  std::map<Named, SimilarIds> similar_ids;  // made when the first reference leads nowhere
  SimilarIds ids_there(Named kind) const;
  // Behind the message of a reference that leads nowhere.
  std::string did_you_mean(Named kind, std::string_view id);
  void count_similar_ids();

  void find_undeclared_nodes();
  void resolve_feeders();
  void resolve_device_feeders();
  void place_everything();
  void report_repaired(const std::vector<RepairedPosition>& repaired);
  void repair_usage_point(std::uint32_t number, Position anchor);
  void resolve_usage_points();
  bool resolve_usage_point(std::uint32_t number, Id<UsagePoint> becomes, MissingPositions& missing);
  // Usage points are counted by the reason, which names none of them; the message may.
  void refuse(SourceFeature at, std::string_view mrid, const std::string& reason,
              std::string message);
  void note_missing_positions(MissingPositions& missing);
  void note_unplaced_nodes();
  void add_group(FindingGroup group, const std::string& what, ErrorPlace place);
  ErrorPlace common_place(std::span<const std::uint16_t> of_layers) const;
  std::vector<ConnectivityNode> compact_nodes();
  // Names references that led nowhere: why there may be no network.
  tl::unexpected<Error> refuse_as_empty() const;
};

}  // namespace gridmend
