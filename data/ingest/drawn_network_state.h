#pragma once

// What drawn_network.cc collects and drawn_supply.cc hangs and feeds; nobody else's business.

#include <string>
#include <vector>

#include "data/ingest/drawn_network.h"
#include "data/ingest/text_interner.h"

namespace gridmend {

struct DrawnNetwork::State {
  static constexpr std::uint32_t kNone = DrawnFinding::kNone;

  struct StoredDevice {
    SourceFeature at;
    TextId mrid, feeder;
    DeviceInput input;  // without texts and geometry
    std::uint32_t first_course = 0, courses = 0;
    std::uint32_t point = kNone;
    bool usable = false;
  };
  struct StoredUsagePoint {
    SourceFeature at;
    TextId mrid, address, transformer, group, node;
    UsagePointInput input;     // without texts
    std::uint32_t levels = 0;  // number in level_sets
    double reach_m = 0;
  };
  struct StoredFeeder {
    SourceFeature at;
    TextId mrid, name, substation, source_node;
    float nominal_kv = 0;
    Polyline place;
    std::uint32_t levels = 0;
    double reach_m = 0;
  };

  ConnectivityRule rule;
  TextPoolBuilder texts;
  TextInterner level_names;
  TextInterner circuit_ids;
  std::vector<std::vector<std::string>> level_sets;
  std::vector<StoredDevice> devices;
  std::vector<StoredUsagePoint> usage_points;
  std::vector<StoredFeeder> feeders;
  std::vector<std::uint32_t> device_of_course, device_of_point;
  bool too_many_levels = false;

  Drawing drawing;
  ResolvedDrawing resolved;
  std::vector<std::string> node_names;
  std::vector<std::uint8_t> fed;   // by node: a feeder starts there
  std::vector<std::uint8_t> hung;  // by node: a usage point hangs there

  DrawnLevel level(std::string_view name);
  std::uint32_t level_set(const std::vector<std::string>& levels);
  std::uint32_t mask_of(std::uint32_t level_set) const;
  void place_by_node(const PlaceOfNode& place_of_node);
  void rank_points();
  void name_nodes();
  std::string mrid_of_course(std::uint32_t course) const;
  std::string mrid_of_point(std::uint32_t point) const;
  SourceFeature feature_of(const DrawnFinding& finding, std::string& mrid) const;

  // drawn_network.cc
  void report(NetworkBuilder& builder) const;
  void build_devices(NetworkBuilder& builder) const;
  // drawn_supply.cc
  void build_usage_points(NetworkBuilder& builder, const DrawnPlaces& places);
  void build_feeders(NetworkBuilder& builder, const DrawnPlaces& places);
  void start_feeder(NetworkBuilder& builder, const StoredFeeder& feeder,
                    const std::vector<std::uint32_t>& nodes);
  struct SupplyIndex;
  std::vector<std::uint32_t> nodes_in_area(const StoredFeeder& feeder,
                                           const SupplyIndex& index) const;
  std::optional<std::uint32_t> far_side_of_switch(const StoredFeeder& feeder,
                                                  const SupplyIndex& index) const;
  void assume_feeders(NetworkBuilder& builder);
};

// Metres as people read them: "0.34 m".
std::string metres_text(double metres);

}  // namespace gridmend
