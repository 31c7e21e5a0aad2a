#include "data/ingest/node_placement.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace gridmend {
namespace {

class Placer {
 public:
  Placer(std::vector<Device>& devices, std::vector<std::uint8_t>& has_position,
         std::vector<Position>& vertices, NodePlacement& placement)
      : devices_(devices),
        has_position_(has_position),
        vertices_(vertices),
        placement_(placement),
        oriented_(devices.size(), 0) {
    index_incidence();
  }

  void run() {
    std::vector<std::uint32_t> queue;
    for (std::uint32_t node = 0; node < placement_.known.size(); ++node) {
      if (placement_.known[node] != 0) queue.push_back(node);
    }
    spread(queue);
    // Points of devices stand at both of their ends: switches, transformers.
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      if (has_position_[i] == 0 || !line(i).empty()) continue;
      queue.clear();
      place(devices_[i].from.index, devices_[i].position, queue);
      place(devices_[i].to.index, devices_[i].position, queue);
      pending_.insert(pending_.end(), queue.begin(), queue.end());
    }
    spread(pending_);
    // Components of lines alone run as they were drawn.
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      if (oriented_[i] != 0 || line(i).empty()) continue;
      queue.clear();
      place(devices_[i].from.index, line(i).front(), queue);
      spread(queue);
    }
    take_neighbours_positions();
    place_devices();
  }

 private:
  std::span<Position> line(std::uint32_t device) {
    const Device& d = devices_[device];
    return std::span{vertices_}.subspan(d.vertices_begin, d.vertices_end - d.vertices_begin);
  }

  void index_incidence() {
    begin_.assign(placement_.known.size() + 1, 0);
    for (const Device& d : devices_) {
      ++begin_[d.from.index + 1];
      ++begin_[d.to.index + 1];
    }
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    incident_.resize(devices_.size() * 2);
    std::vector<std::uint32_t> next(begin_.begin(), begin_.end() - 1);
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      incident_[next[devices_[i].from.index]++] = i;
      incident_[next[devices_[i].to.index]++] = i;
    }
  }

  std::span<const std::uint32_t> incident(std::uint32_t node) const {
    return std::span{incident_}.subspan(begin_[node], begin_[node + 1] - begin_[node]);
  }

  void place(std::uint32_t node, Position position, std::vector<std::uint32_t>& queue) {
    if (placement_.known[node] != 0) return;
    placement_.known[node] = 1;
    placement_.positions[node] = position;
    queue.push_back(node);
  }

  // From nodes that stand somewhere along the lines that have a shape.
  void spread(std::vector<std::uint32_t>& queue) {
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (const std::uint32_t device : incident(queue[next])) orient(device, queue[next], queue);
    }
    queue.clear();
  }

  void orient(std::uint32_t device, std::uint32_t node, std::vector<std::uint32_t>& queue) {
    const auto shape = line(device);
    if (shape.empty() || oriented_[device] != 0) return;
    oriented_[device] = 1;
    const Device& d = devices_[device];
    const Position here = placement_.positions[node];
    const bool starts_here = distance_m(here, shape.front()) <= distance_m(here, shape.back());
    const bool is_from = d.from.index == node;
    if (starts_here != is_from) {
      std::ranges::reverse(shape);
      ++placement_.lines_turned;
    }
    place(is_from ? d.to.index : d.from.index, is_from ? shape.back() : shape.front(), queue);
  }

  void take_neighbours_positions() {
    std::vector<std::uint32_t> queue;
    for (std::uint32_t node = 0; node < placement_.known.size(); ++node) {
      if (placement_.known[node] != 0) queue.push_back(node);
    }
    for (std::size_t next = 0; next < queue.size(); ++next) {
      const std::uint32_t node = queue[next];
      for (const std::uint32_t device : incident(node)) {
        const Device& d = devices_[device];
        const std::uint32_t opposite = d.from.index == node ? d.to.index : d.from.index;
        if (placement_.known[opposite] != 0) continue;
        placement_.placed_at_neighbour.push_back(opposite);
        place(opposite, placement_.positions[node], queue);
      }
    }
  }

  void place_devices() {
    for (std::uint32_t i = 0; i < devices_.size(); ++i) {
      Device& d = devices_[i];
      const auto shape = line(i);
      if (!shape.empty()) {
        const std::span<const Position> polyline{shape};
        d.position = position_along(polyline, length_m(polyline) / 2);
      } else if (has_position_[i] == 0) {
        d.position = placement_.positions[d.from.index];
      }
      has_position_[i] = 1;
    }
  }

  std::vector<Device>& devices_;
  std::vector<std::uint8_t>& has_position_;
  std::vector<Position>& vertices_;
  NodePlacement& placement_;
  std::vector<std::uint8_t> oriented_;
  std::vector<std::uint32_t> begin_;
  std::vector<std::uint32_t> incident_;
  std::vector<std::uint32_t> pending_;
};

}  // namespace

void place_nodes(std::vector<Device>& devices, std::vector<std::uint8_t>& has_position,
                 std::vector<Position>& vertices, NodePlacement& placement) {
  Placer{devices, has_position, vertices, placement}.run();
}

}  // namespace gridmend
