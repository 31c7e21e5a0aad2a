// Transformers: ends, tanks, tap changers.

#include <algorithm>
#include <utility>

#include "data/ingest/cim_translation.h"

namespace gridmend {
namespace {

constexpr std::size_t kMostEndsOfInfo = 16;

}  // namespace

// Marks what a tap changer belongs to: the end, its tank, its transformer.
void CimTranslation::find_tap_changers() {
  has_tap_changer_.assign(model_.objects(), 0);
  lower_side_.assign(model_.objects(), CimModel::kNone);
  for (const std::uint32_t i : index_.of_class(CimClass::tap_changer)) {
    Object here{i};
    for (int up = 0; up < 3; ++up) {
      const auto above = model_.reference(here, CimProperty::owner);
      if (!above) break;
      here = *above;
      has_tap_changer_[here.index] = 1;
    }
  }
}

CimTranslation::Side CimTranslation::side_of_end(Object transformer, Object end,
                                                 std::size_t number) const {
  Side side;
  side.number = static_cast<int>(
      std::clamp(model_.number(end, CimProperty::end_number).value_or(static_cast<float>(number)),
                 0.0F, 1e6F));
  auto terminal = model_.reference(end, CimProperty::end_terminal);
  if (!terminal) {
    // CIM 14: the winding is the equipment.
    std::vector<CimTerminal> own;
    index_.terminals_of(end, own);
    if (!own.empty()) terminal = own.front().object;
  }
  if (terminal && model_.class_of(*terminal) == CimClass::terminal) {
    const CimTerminal of_end = index_.terminal(*terminal);
    side.terminal = of_end.object;
    side.node = of_end.node;
    side.connected = of_end.connected;
  }
  const PhaseSet of_terminal =
      side.terminal.valid() ? phases_of_terminal(side.terminal, PhaseSet::abc()) : PhaseSet::abc();
  side.phases = phases_named(end, CimProperty::phases, of_terminal);
  side.kv = base_kv(end);
  float rated_kv = model_.number(end, CimProperty::rated_voltage).value_or(0) * units_.kv;
  side.kva = model_.number(end, CimProperty::rated_power).value_or(0) * units_.kva;

  const auto tank = model_.reference(end, CimProperty::owner).value_or(transformer);
  auto info = model_.reference(tank, CimProperty::tank_info);
  if (!info) info = model_.reference(tank, CimProperty::asset_datasheet);
  if (info) {
    const auto ends = index_.parts(*info);
    for (const std::uint32_t i : ends.first(std::min(ends.size(), kMostEndsOfInfo))) {
      const Object of_end{i};
      if (model_.number(of_end, CimProperty::end_number).value_or(0) !=
          static_cast<float>(side.number)) {
        continue;
      }
      if (rated_kv <= 0) {
        rated_kv = model_.number(of_end, CimProperty::rated_voltage).value_or(0) * units_.kv;
      }
      if (side.kva <= 0) {
        side.kva = model_.number(of_end, CimProperty::rated_power).value_or(0) * units_.kva;
      }
    }
  }
  if (side.kv <= 0) side.kv = std::max(0.0F, rated_kv);
  return side;
}

// Ends at one node are one side: the two halves of a split-phase winding.
void CimTranslation::merge_side(std::vector<Side>& sides, const Side& side) const {
  for (Side& there : sides) {
    if (there.node != side.node) continue;
    there.phases = there.phases | side.phases;
    there.kv = std::max(there.kv, side.kv);
    there.kva = std::max(there.kva, side.kva);
    there.connected = there.connected && side.connected;
    return;
  }
  sides.push_back(side);
}

// One device from the highest voltage to each other side.
void CimTranslation::add_unit(Object transformer, Object unit, std::string mrid,
                              std::span<const std::uint32_t> ends) {
  constexpr std::size_t kMostSides = 64;
  std::vector<Side> all, sides;
  for (std::size_t i = 0; i < ends.size() && i < kMostSides; ++i) {
    all.push_back(side_of_end(transformer, Object{ends[i]}, i + 1));
  }
  std::ranges::stable_sort(all, {}, &Side::number);
  for (const Side& side : all) {
    if (side.node.valid()) {
      merge_side(sides, side);
      continue;
    }
    defect(unit, DefectClass::dangling_reference, DefectSeverity::severe, "TransformerEnd.Terminal",
           "its end " + std::to_string(side.number) + " leads to no connectivity node",
           "left out, this end");
  }
  if (sides.size() < 2) {
    return defect(unit, DefectClass::dangling_reference, DefectSeverity::severe, {},
                  "has ends at " + std::to_string(sides.size()) + " connectivity nodes, not at two",
                  "left out");
  }
  std::size_t high = 0;
  for (std::size_t i = 1; i < sides.size(); ++i) {
    if (sides[i].kv > sides[high].kv) high = i;
  }
  auto points = place_of(unit);
  if (points.empty()) points = place_or_substations(transformer);
  const auto place = middle_of(points);
  const auto point_of = [&](const Side& side) -> std::optional<Position> {
    const auto number = static_cast<std::size_t>(side.number);
    if (points.size() < 2 || number < 1 || number > points.size()) return std::nullopt;
    return points[number - 1];
  };
  bool is_first = true;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (i == high) continue;
    const Side &from = sides[high], &to = sides[i];
    DeviceInput device;
    const bool same_voltage = to.kv > 0 && from.kv < to.kv * kSameVoltage;
    device.kind = same_voltage && has_tap_changer_[unit.index] != 0 ? DeviceKind::voltage_regulator
                                                                    : DeviceKind::power_transformer;
    device.phases = from.phases;
    device.to_phases = to.phases;
    device.nominal_kv = from.kv;
    device.rated_kva = from.kva > 0 ? from.kva : to.kva;
    if (place) device.geometry = {&*place, 1};
    device.from_position = point_of(from);
    device.to_position = point_of(to);
    mrid_ = is_first ? mrid : mrid + "/" + std::to_string(to.number);
    is_first = false;
    std::uint32_t& lower_side = lower_side_[transformer.index];
    if (lower_side == CimModel::kNone) lower_side = to.node.index;
    add_device(transformer, device, {from.terminal, from.node, 1, from.connected},
               {to.terminal, to.node, 2, to.connected});
  }
}

// The mRID that add_transformer gives to its first device.
std::string CimTranslation::first_unit_of(Object transformer) const {
  constexpr std::size_t kPartsSearched = 64;
  std::vector<std::uint32_t> tanks;
  const auto parts = index_.parts(transformer);
  for (const std::uint32_t part : parts.first(std::min(parts.size(), kPartsSearched))) {
    if (model_.class_of(Object{part}) == CimClass::transformer_tank) tanks.push_back(part);
  }
  return model_.mrid(tanks.size() > 1 ? Object{tanks.front()} : transformer);
}

void CimTranslation::add_transformer(Object transformer) {
  std::vector<std::uint32_t> tanks, ends, tank_ends;
  for (const std::uint32_t part : index_.parts(transformer)) {
    const CimClass cim_class = model_.class_of(Object{part});
    if (cim_class == CimClass::transformer_tank) tanks.push_back(part);
    if (cim_class == CimClass::transformer_end) ends.push_back(part);
  }
  if (tanks.empty()) return add_unit(transformer, transformer, model_.mrid(transformer), ends);
  for (const std::uint32_t tank : tanks) {
    tank_ends.clear();
    for (const std::uint32_t part : index_.parts(Object{tank})) {
      if (model_.class_of(Object{part}) == CimClass::tank_end) tank_ends.push_back(part);
    }
    // A bank's tanks are devices side by side; one tank is the transformer.
    const Object named = tanks.size() == 1 ? transformer : Object{tank};
    add_unit(transformer, Object{tank}, model_.mrid(named), tank_ends);
  }
}

}  // namespace gridmend
