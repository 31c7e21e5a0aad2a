#include "data/ingest/nowhere_positions.h"

#include <algorithm>
#include <span>

namespace gridmend {
namespace {

constexpr double kElsewhere_m = 200'000;

std::span<Position> line_of(const Device& device, std::vector<Position>& vertices) {
  return std::span{vertices}.subspan(device.vertices_begin,
                                     device.vertices_end - device.vertices_begin);
}

// The middle of all that has a position.
Position middle_of_all(const std::vector<Device>& devices,
                       const std::vector<std::uint8_t>& has_position,
                       std::vector<Position>& vertices, const NodePlacement& placement) {
  std::vector<Position> all;
  for (std::size_t i = 0; i < placement.known.size(); ++i) {
    if (placement.known[i] != 0) all.push_back(placement.positions[i]);
  }
  for (std::size_t i = 0; i < devices.size(); ++i) {
    if (has_position[i] == 0) continue;
    const auto line = line_of(devices[i], vertices);
    all.push_back(line.empty() ? devices[i].position : line.front());
  }
  return middle_of(all, {});
}

// Vertices that stand nowhere take their neighbour's place; false: all do.
bool mend_line(std::span<Position> line, Position middle, bool& any) {
  const auto nowhere = [middle](Position p) { return stands_nowhere(p, middle); };
  const auto sound = std::ranges::find_if_not(line, nowhere);
  if (sound == line.end()) return false;
  Position last = *sound;
  for (Position& p : line) {
    any = any || nowhere(p);
    last = p = nowhere(p) ? last : p;
  }
  return true;
}

}  // namespace

Position middle_of(const std::vector<Position>& positions, const std::vector<std::uint8_t>& known) {
  std::vector<double> x, y;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if ((!known.empty() && known[i] == 0) || positions[i] == Position{}) continue;
    x.push_back(positions[i].longitude_deg);
    y.push_back(positions[i].latitude_deg);
  }
  if (x.empty()) return {};
  const auto median = [](std::vector<double>& values) {
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, nth);
    return *nth;
  };
  return {median(x), median(y)};
}

bool stands_nowhere(Position position, Position middle) {
  return position == Position{} && distance_m({}, middle) > kElsewhere_m;
}

std::vector<RepairedPosition> take_out_what_stands_nowhere(std::vector<Device>& devices,
                                                           std::vector<std::uint8_t>& has_position,
                                                           std::vector<Position>& vertices,
                                                           NodePlacement& placement,
                                                           std::vector<std::uint8_t>& touched) {
  using Of = RepairedPosition::Of;
  std::vector<RepairedPosition> taken;
  const auto note = [&taken](Of of, std::uint32_t index) {
    taken.push_back({of, index, {}, {}, true, "stands at (0, 0)"});
  };
  const Position middle = middle_of_all(devices, has_position, vertices, placement);
  for (std::uint32_t i = 0; i < placement.known.size(); ++i) {
    if (placement.known[i] == 0 || !stands_nowhere(placement.positions[i], middle)) continue;
    placement.known[i] = 0;
    note(Of::node, i);
  }
  for (std::uint32_t i = 0; i < devices.size(); ++i) {
    if (has_position[i] == 0) continue;
    const auto line = line_of(devices[i], vertices);
    if (line.empty()) {
      if (!stands_nowhere(devices[i].position, middle)) continue;
      has_position[i] = 0;
      note(Of::device, i);
      continue;
    }
    bool any = false;
    if (!mend_line(line, middle, any)) {
      devices[i].vertices_end = devices[i].vertices_begin;
      has_position[i] = 0;
      note(Of::line, i);
    } else if (any) {
      touched[i] = 1;
      taken.push_back({Of::line, i, {}, line.front(), false, "has a vertex at (0, 0)"});
    }
  }
  return taken;
}

}  // namespace gridmend
