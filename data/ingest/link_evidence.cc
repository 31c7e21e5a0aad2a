#include "data/ingest/link_evidence.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "data/ingest/serving_transformers.h"

namespace gridmend {
namespace {

constexpr std::size_t kNeighbourPlaces = 8;
constexpr std::size_t kNearTransformers = 5;
constexpr std::size_t kNearPoles = 16;
constexpr std::size_t kMostCandidates = 12;
// Distances nearer than these are as good as nothing.
constexpr double kTransformerSoft_m = 15;
constexpr double kPoleSoft_m = 8;
constexpr double kNeighbourSoft_m = 8;
constexpr double kShareFloor = 0.03;

template <class Record>
std::unique_ptr<SpatialIndex> index_of(const std::vector<Record>& records) {
  std::vector<Position> positions;
  positions.reserve(records.size());
  for (const Record& record : records) positions.push_back(record.position);
  return std::make_unique<SpatialIndex>(std::span<const Position>{positions});
}

}  // namespace

LinkEvidence::LinkEvidence(const SupplyForest& forest)
    : forest_(forest),
      network_(forest.network()),
      serving_(serving_transformers(forest)),
      links_(network_.usage_points().size()) {
  link_usage_points();
  gather_places();
  gather_low_voltage();
  place_index_ = index_of(places_);
  pole_index_ = index_of(poles_);
  std::vector<Position> positions;
  for (const Id<Device> id : transformers_) positions.push_back(network_.devices()[id].position);
  transformer_index_ = std::make_unique<SpatialIndex>(std::span<const Position>{positions});
}

void LinkEvidence::link_usage_points() {
  // A bank is its first unit.
  IdVector<ConnectivityNode, Id<Device>> bank(network_.nodes().size());
  for (const Id<Device> id : network_.devices().ids()) {
    const Device& device = network_.devices()[id];
    if (device.kind == DeviceKind::power_transformer && !bank[device.to].valid()) {
      bank[device.to] = id;
    }
  }
  std::vector<std::uint8_t> linked(network_.devices().size(), 0);
  std::vector<double> metres;
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    const UsagePoint& point = network_.usage_points()[id];
    const Id<Device> named = point.transformer.valid() ? point.transformer : serving_[point.node];
    if (!named.valid() || point.position == Position{}) continue;
    const Id<Device> link = bank[network_.devices()[named].to];
    if (!link.valid()) continue;
    const Position there = network_.devices()[link].position;
    if (there == Position{} || there == point.position) continue;
    links_[id] = link;
    linked[link.index] = 1;
    metres.push_back(distance_m(point.position, there));
  }
  for (const Id<ConnectivityNode> node : network_.nodes().ids()) {
    if (serving_[node].valid()) serving_[node] = bank[network_.devices()[serving_[node]].to];
  }
  for (const Id<Device> id : network_.devices().ids()) {
    if (linked[id.index] != 0) transformers_.push_back(id);
  }
  if (metres.empty()) return;
  const auto middle = metres.begin() + static_cast<std::ptrdiff_t>(metres.size() / 2);
  std::ranges::nth_element(metres, middle);
  typical_m_ = std::max(1.0, *middle);
}

void LinkEvidence::gather_places() {
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    if (links_[id].valid()) usage_points_.push_back(id);
  }
  const auto key = [this](Id<UsagePoint> id) {
    const Position at = network_.usage_points()[id].position;
    return std::tuple{at.longitude_deg, at.latitude_deg, id};
  };
  std::ranges::sort(usage_points_, [&](auto a, auto b) { return key(a) < key(b); });
  for (std::uint32_t i = 0; i < usage_points_.size(); ++i) {
    const Position at = network_.usage_points()[usage_points_[i]].position;
    if (places_.empty() || places_.back().position != at) places_.push_back({at, i, i});
    places_.back().end = i + 1;
  }
}

// Where the low-voltage lines stand, and the transformers themselves.
void LinkEvidence::gather_low_voltage() {
  for (const Id<Device> id : transformers_) {
    poles_.push_back({network_.devices()[id].position, id});
  }
  std::vector<std::uint8_t> is_linked(network_.devices().size(), 0);
  for (const Id<Device> id : transformers_) is_linked[id.index] = 1;
  for (const Id<ConnectivityNode> node : forest_.tour()) {
    const Id<Device> by = forest_.parent_device(node);
    if (!by.valid() || network_.devices()[by].kind != DeviceKind::ac_line_segment) continue;
    if (!serving_[node].valid() || is_linked[serving_[node].index] == 0) continue;
    const Position at = network_.nodes()[node].position;
    if (at != Position{}) poles_.push_back({at, serving_[node]});
  }
}

std::span<const Id<UsagePoint>> LinkEvidence::usage_points(std::size_t place) const {
  const Spot& spot = places_.at(place);
  return std::span{usage_points_}.subspan(spot.begin, spot.end - spot.begin);
}

void LinkEvidence::add_candidate(Place& place, Id<Device> transformer) const {
  if (place.candidates.size() >= kMostCandidates ||
      std::ranges::find(place.candidates, transformer, &LinkCandidate::transformer) !=
          place.candidates.end()) {
    return;
  }
  LinkCandidate candidate;
  candidate.transformer = transformer;
  place.candidates.push_back(candidate);
}

void LinkEvidence::count_neighbours(std::size_t place, const std::vector<std::uint32_t>& near,
                                    Place& view) const {
  const Position at = places_[place].position;
  view.votes.assign(view.candidates.size(), 0);
  view.here.assign(view.candidates.size(), 0);
  for (const std::uint32_t other : near) {
    const auto points = usage_points(other);
    const double weight = 1 / (distance_m(at, places_[other].position) + kNeighbourSoft_m);
    for (const Id<UsagePoint> id : points) {
      const auto it = std::ranges::find(view.candidates, links_[id], &LinkCandidate::transformer);
      const auto number = static_cast<std::size_t>(it - view.candidates.begin());
      const double vote = weight / static_cast<double>(points.size());
      if (other == place) {
        ++view.all_here;
        if (number < view.here.size()) ++view.here[number];
      } else if (number < view.votes.size()) {
        view.votes[number] += vote;
      } else {
        view.other_votes += vote;
      }
    }
  }
}

LinkEvidence::Place LinkEvidence::look_at(std::size_t place) const {
  const Position at = places_.at(place).position;
  Place view;
  // What is declared comes first: it is always among the candidates.
  for (const Id<UsagePoint> id : usage_points(place)) add_candidate(view, links_[id]);
  std::vector<std::uint32_t> near = place_index_->nearest(at, kNeighbourPlaces + 1);
  if (std::ranges::find(near, place) == near.end())
    near.push_back(static_cast<std::uint32_t>(place));
  for (const std::uint32_t number : transformer_index_->nearest(at, kNearTransformers)) {
    add_candidate(view, transformers_[number]);
  }
  for (const std::uint32_t other : near) {
    for (const Id<UsagePoint> id : usage_points(other)) add_candidate(view, links_[id]);
  }
  count_neighbours(place, near, view);
  const std::vector<std::uint32_t> poles = pole_index_->nearest(at, kNearPoles);
  double farthest_m = 0;
  std::map<Id<Device>, double> nearest_pole_m;
  for (const std::uint32_t number : poles) {
    const double metres = distance_m(at, poles_[number].position);
    nearest_pole_m.emplace(poles_[number].transformer, metres);  // nearest first
    farthest_m = std::max(farthest_m, metres);
  }
  for (LinkCandidate& candidate : view.candidates) {
    candidate.distance_m = distance_m(at, network_.devices()[candidate.transformer].position);
    const auto found = nearest_pole_m.find(candidate.transformer);
    candidate.low_voltage_m = found != nearest_pole_m.end()
                                  ? found->second
                                  : std::min(candidate.distance_m, farthest_m * 1.5);
  }
  return view;
}

std::vector<LinkCandidate> LinkEvidence::candidates(const Place& place, Id<UsagePoint> id) const {
  std::vector<LinkCandidate> seen = place.candidates;
  double nearest_m = seen.front().distance_m, nearest_pole_m = seen.front().low_voltage_m;
  for (const LinkCandidate& candidate : seen) {
    nearest_m = std::min(nearest_m, candidate.distance_m);
    nearest_pole_m = std::min(nearest_pole_m, candidate.low_voltage_m);
  }
  const std::size_t others_here = place.all_here - 1;
  const double vote_here =
      others_here == 0 ? 0 : 1 / kNeighbourSoft_m / static_cast<double>(others_here);
  double all = place.other_votes;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    const std::size_t own = seen[i].transformer == links_[id] ? 1 : 0;
    seen[i].neighbour_share = place.votes[i] + vote_here * static_cast<double>(place.here[i] - own);
    all += seen[i].neighbour_share;
  }
  for (LinkCandidate& candidate : seen) {
    candidate.neighbour_share = all > 0 ? candidate.neighbour_share / all : 0;
    candidate.features = {
        -std::log((candidate.distance_m + kTransformerSoft_m) / (nearest_m + kTransformerSoft_m)),
        -std::min(5.0, candidate.distance_m / typical_m_),
        std::log(candidate.neighbour_share + kShareFloor),
        -std::log((candidate.low_voltage_m + kPoleSoft_m) / (nearest_pole_m + kPoleSoft_m))};
  }
  return seen;
}

}  // namespace gridmend
