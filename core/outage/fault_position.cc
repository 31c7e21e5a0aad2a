#include "core/outage/fault_position.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>

#include "core/outage/normal_distribution.h"

namespace gridmend {
namespace {

// A device reached from the one that clears, and how.
struct Reached {
  Id<Device> device;
  double from_m = 0;
  double to_m = 0;
  double log_beyond = 0;  // indicators between, its own included: log P(e | beyond) / P(e | not)
};

// What was reported about a device that the zone's clears.
ReportShares shares_of(const EvidenceView& view, Id<InferenceZone> zone, Id<Device> device) {
  const DeviceEvidence* heard = view.input().evidence.find(device);
  if (heard == nullptr) return {};
  const ZoneReport* known = view.report_of(device);
  const ZoneReport report = known != nullptr ? *known : ZoneReport{zone, device, heard};
  const ReliabilityParameters& r = view.settings().reliability;
  return report_shares({&report, 1}, view.silence_from(view.input().forest.root_of(zone)),
                       view.input().at + r.clock_skew, r);
}

// Finds everything whose faults one zone's device clears, nearest first.
class Walk {
 public:
  Walk(const EvidenceView& view, Id<InferenceZone> zone) : view_(view), zone_(zone) {
    for (const Id<ConnectivityNode> node : first_nodes()) queue_.push({0, node, 0});
  }

  std::vector<Reached> run() {
    std::vector<Reached> reached;
    while (!queue_.empty()) {
      const Arrival arrival = queue_.top();
      queue_.pop();
      if (!seen_nodes_.insert(arrival.node.index).second) continue;
      for (const Incidence& next : network().incident(arrival.node)) {
        if (!is_cleared(next.device) || !seen_devices_.insert(next.device.index).second) continue;
        const double length = network().devices()[next.device].length_m;
        const double beyond = arrival.log_beyond + indicated(next.device);
        reached.push_back({next.device, arrival.at_m, arrival.at_m + length, beyond});
        queue_.push({arrival.at_m + length, next.opposite, beyond});
      }
    }
    return reached;
  }

 private:
  struct Arrival {
    double at_m = 0;
    Id<ConnectivityNode> node;
    double log_beyond = 0;
    bool operator<(const Arrival& other) const {
      return std::tuple{-at_m, other.node.index} < std::tuple{-other.at_m, node.index};
    }
  };

  const InferenceForest& forest() const { return view_.input().forest; }
  const NetworkModel& network() const { return forest().network(); }

  std::vector<Id<ConnectivityNode>> first_nodes() const {
    std::vector<Id<ConnectivityNode>> nodes;
    for (const Id<Device> member : forest().members(zone_)) {
      seen_devices_.insert(member.index);
      const Device& device = network().devices()[member];
      for (const Id<ConnectivityNode> node : {device.from, device.to}) {
        if (forest().zone_of(node) == zone_) nodes.push_back(node);
      }
    }
    const Id<Feeder> feeder = forest()[zone_].feeder;
    if (!forest()[zone_].device.valid() && feeder.valid()) {
      nodes.push_back(network().feeders()[feeder].source_node);
    }
    return nodes;
  }

  bool is_cleared(Id<Device> device) const {
    const Id<InferenceZone> lies_in = forest().zone_of(device);
    return lies_in.valid() && forest().clearing_zone(lies_in) == zone_;
  }

  double indicated(Id<Device> device) const {
    return shares_of(view_, zone_, device).fault_indicator;
  }

  const EvidenceView& view_;
  Id<InferenceZone> zone_;
  std::priority_queue<Arrival> queue_;
  std::set<std::uint32_t> seen_nodes_;
  mutable std::set<std::uint32_t> seen_devices_;
};

double lines_rate(double overhead_m, double underground_m, const DevicePriorSettings& p) {
  return (overhead_m * p.overhead_per_km + underground_m * p.underground_per_km) / 1000;
}

double water_along(const EvidenceView& view, Id<Device> line) {
  const LocaliserInput& input = view.input();
  if (input.water.empty()) return 0;
  const NetworkModel& network = input.forest.network();
  const Time from = input.at - view.settings().priors.flood_memory;
  const Position middle = network.devices()[line].position;
  return std::max(deepest_between_m(input.water, middle, from, input.at),
                  input.water.deepest_m(network.polyline(line), input.at));
}

// mu of a line.
double line_rate(const EvidenceView& view, const Device& line, double water_m) {
  const DevicePriorSettings& p = view.settings().priors;
  const double height = line.live_part_height_m > 0 ? line.live_part_height_m
                        : line.underground != 0
                            ? p.underground_live_part_height_m
                            : p.live_part_height_m[static_cast<std::size_t>(line.kind)];
  const double flood = std::min(flood_failure(water_m, height, p.flood_sigma_m), 1 - 1e-12);
  const double length = line.length_m;
  const bool underground = line.underground != 0;
  return lines_rate(underground ? 0 : length, underground ? length : 0, p) - std::log1p(-flood);
}

double device_rate(const EvidenceView& view, Id<InferenceZone> zone) {
  const InferenceZone& record = view.input().forest[zone];
  const double open = std::min(view.prior(zone).before_reports, 1 - 1e-12);
  return std::max(0.0, -std::log1p(-open) - lines_rate(record.overhead_m, record.underground_m,
                                                       view.settings().priors));
}

// Mean of the normal density at the reported distance over the section.
double relay_likelihood(const RelayDistance& relay, double from_m, double to_m) {
  const double low = (from_m - relay.distance_m) / relay.error_m;
  const double high = (to_m - relay.distance_m) / relay.error_m;
  // On the side where the tail is small: far beyond, 1 - 1 is all that doubles know of it.
  const double mass =
      low > 0 ? normal_cdf(-low) - normal_cdf(-high) : normal_cdf(high) - normal_cdf(low);
  return mass / (high - low);
}

// Lays the sections out in the order of the shorter way to the fault.
void order_patrol(FaultPosition& position) {
  std::vector<FaultSection>& sections = position.sections;
  std::ranges::stable_sort(sections, {}, &FaultSection::from_m);
  double walked = 0, near = 0, total = 0;
  for (const FaultSection& section : sections) {
    const double length = section.to_m - section.from_m;
    near += section.probability * (walked + length / 2);
    walked += length;
    total += section.probability;
  }
  // From the far end the same middle is walked + total length less this.
  position.from_far_end = near > total * walked / 2 * (1 + 1e-9);
  if (position.from_far_end) std::ranges::reverse(sections);
  double sum = 0;
  for (FaultSection& section : sections) section.cumulative = sum += section.probability;
}

FaultPosition weigh_sections(const EvidenceView& view, Id<InferenceZone> zone,
                             const std::optional<RelayDistance>& relay) {
  const NetworkModel& network = view.input().forest.network();
  FaultPosition position;
  double on_lines = 0;
  for (const Reached& reached : Walk{view, zone}.run()) {
    const Device& line = network.devices()[reached.device];
    if (!(line.length_m > 0)) continue;
    FaultSection section{reached.device, 0, 0, reached.from_m, reached.to_m, 0};
    section.water_m = water_along(view, reached.device);
    const ReportShares told = shares_of(view, zone, reached.device);
    section.probability = line_rate(view, line, section.water_m) * std::exp(reached.log_beyond) *
                          std::exp(told.field_report + told.against);
    if (relay) section.probability *= relay_likelihood(*relay, section.from_m, section.to_m);
    on_lines += section.probability;
    position.sections.push_back(section);
  }
  const double itself = relay ? 0 : device_rate(view, zone);
  position.p_device_only = on_lines > 0 ? itself / (itself + on_lines) : 1;
  if (!(on_lines > 0)) position.sections.clear();
  for (FaultSection& section : position.sections) section.probability /= on_lines;
  order_patrol(position);
  return position;
}

}  // namespace

FaultPosition locate_fault(const EvidenceView& view, Id<InferenceZone> zone,
                           std::optional<RelayDistance> relay) {
  FaultPosition position = weigh_sections(view, zone, relay);
  // A distance that no line of the zone is at says nothing.
  if (relay && position.sections.empty()) position = weigh_sections(view, zone, std::nullopt);
  return position;
}

}  // namespace gridmend
