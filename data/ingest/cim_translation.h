#pragma once

// What cim_network.cc and its sister files do in parts; nobody else's business.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/cim_index.h"
#include "data/ingest/cim_model.h"
#include "data/ingest/cim_network.h"
#include "data/ingest/cim_places.h"
#include "data/ingest/network_builder.h"

namespace gridmend {

// Factors to the builder's units. CIM has V, VA and m; CGMES writes kV, MVA and km.
struct CimUnits {
  float kv = 1e-3F;
  float kva = 1e-3F;
  float m = 1;
};

// Where a switch or a transformer stands, from one point or from one a terminal.
inline std::optional<Position> middle_of(std::span<const Position> points) {
  if (points.empty()) return std::nullopt;
  return position_along(points, length_m(points) / 2);
}

class CimTranslation {
 public:
  CimTranslation(const CimModel& model, const CimHeaders& headers,
                 const std::vector<std::string>& files, NetworkBuilder& builder,
                 const ReadingProgress& progress)
      : model_(model),
        headers_(headers),
        files_(files),
        builder_(builder),
        progress_(progress),
        index_(model) {}

  Result<void> run(const SourceCoordinates& coordinates);

 private:
  using Object = Id<CimObject>;
  static constexpr float kSameVoltage = 1.06F;  // a ratio below it is no change of voltage

  // A side of a transformer: what its ends have in common that stand at one node.
  struct Side {
    Object node;
    Object terminal;
    PhaseSet phases = PhaseSet::none();
    float kv = 0;
    float kva = 0;
    int number = 0;
    bool connected = true;
  };
  // Where supply may enter.
  struct Supply {
    Object equipment;
    Object node;
    Object feeder;  // that it belongs to, if any
    float kv = 0;
  };

  // cim_network.cc
  SourceFeature at(Object object) const;
  void defect(Object object, DefectClass defect_class, DefectSeverity severity, std::string column,
              std::string message, std::string action) const;
  float highest(std::initializer_list<CimClass> classes, CimProperty property) const;
  void settle_units();
  void check_headers();
  void check_terminals();
  void tell_out_of_service() const;
  void find_places();
  void add_places_of_supply();

  // cim_equipment.cc
  PhaseSet phases_named(Object object, CimProperty property, PhaseSet otherwise) const;
  PhaseSet phases_of_parts(Object equipment, CimClass part, CimProperty property) const;
  PhaseSet phases_of_terminal(Object terminal, PhaseSet otherwise) const;
  std::string name_of(Object object) const;
  Object container_of(Object equipment, CimClass wanted) const;
  float kv_of(Object equipment) const;
  float base_kv(Object object) const;
  std::span<const Position> place_of(Object object) const;
  std::span<const Position> place_or_substations(Object equipment) const;
  bool out_of_service(Object equipment) const;
  bool two_ends(Object equipment, std::vector<CimTerminal>& terminals) const;
  void add_line_like(Object equipment, DeviceKind kind);
  bool phase_stands_open(Object switch_phase, bool otherwise) const;
  bool stands_open(Object equipment) const;
  void add_switch(Object equipment, DeviceKind kind);
  void add_device(Object equipment, DeviceInput& device, const CimTerminal& from,
                  const CimTerminal& to);
  void add_devices();

  // cim_transformers.cc
  void find_tap_changers();
  void add_transformer(Object transformer);
  void add_unit(Object transformer, Object unit, std::string mrid,
                std::span<const std::uint32_t> ends);
  Side side_of_end(Object transformer, Object end, std::size_t number) const;
  std::string first_unit_of(Object transformer) const;
  void merge_side(std::vector<Side>& sides, const Side& side) const;

  // cim_supply.cc
  void find_supplies();
  std::vector<Supply> supplies_of(CimClass cim_class);
  void add_energy_sources();
  void leave_out_lonely_machines();
  void decide_feeders();
  void add_feeders();
  std::vector<Object> head_nodes(Object feeder) const;
  void find_nodes_supplied();
  void find_all_terminals(Object equipment);  // into terminals_

  // cim_usage_points.cc
  void add_usage_points();
  void add_consumer(Object consumer);
  void add_usage_point(Object point);
  std::optional<Object> equipment_of_usage_point(Object point) const;
  std::string address_of(Object location) const;
  std::string address_in(std::string text);
  PhaseSet phases_of_consumer(Object consumer, const std::vector<CimTerminal>& terminals) const;
  UsagePointCategory category_of(Object point) const;
  std::uint16_t customers_of(Object point) const;

  const CimModel& model_;
  const CimHeaders& headers_;
  const std::vector<std::string>& files_;
  NetworkBuilder& builder_;
  const ReadingProgress& progress_;
  CimIndex index_;
  CimPlaces places_;
  std::vector<std::uint32_t>
      location_of_;  // by object, said from the location's side; may be empty
  CimUnits units_;
  std::vector<std::uint8_t> has_tap_changer_;  // by object: the end, its tank, its transformer
  std::vector<std::uint32_t> lower_side_;      // node by transformer, of its first device
  bool models_missing_ = false;                // that the files depend on
  std::vector<Supply> supplies_;
  std::vector<std::uint8_t> is_feeder_;        // by object: it becomes a feeder of the network
  std::vector<std::uint8_t> supplied_;         // by node, through what is closed; only if asked
  std::vector<std::uint32_t> equipment_at_;    // by usage point, what names it from its own side
  mutable std::vector<SourceLayer> layer_of_;  // by file and class
  mutable std::vector<CimTerminal> terminals_;
  std::size_t address_letters_ = 0;
  std::string from_text_, to_text_, feeder_text_, mrid_;
};

}  // namespace gridmend
