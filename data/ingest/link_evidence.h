#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "core/geo/spatial_index.h"
#include "core/network/supply_forest.h"

namespace gridmend {

inline constexpr std::size_t kLinkFeatures = 4;

// A transformer at which a usage point may hang, and what speaks for it; larger is likelier.
struct LinkCandidate {
  Id<Device> transformer;
  double distance_m = 0;
  double low_voltage_m = 0;    // to the nearest pole that the transformer serves
  double neighbour_share = 0;  // of the neighbours, weighted by nearness, that hang there
  std::array<double, kLinkFeatures> features{};
};

// What geometry says of the links between usage points and transformers: how far the transformers
// are, how far the low-voltage lines behind each, and where the neighbours hang. A usage point's
// own connectivity node and drop say nothing here: who linked it wrongly drew them wrongly.
//
// A usage point's link is its declared transformer, else the one that supplies it. Usage points at
// one position are one place. Those without a link, without a position or placed at their very
// transformer (where positions that are missing are put) are left out, and so are transformers that
// nobody is linked to. Units of a bank count as their first. O(n log n) to build.
class LinkEvidence {
 public:
  explicit LinkEvidence(const SupplyForest& forest);

  std::size_t places() const { return places_.size(); }
  std::span<const Id<UsagePoint>> usage_points(std::size_t place) const;
  std::size_t transformers() const { return transformers_.size(); }
  Id<Device> link(Id<UsagePoint> id) const { return links_[id]; }

  // The candidates for all usage points of a place and what does not depend on which of them is
  // asked. O(log n).
  struct Place {
    std::vector<LinkCandidate> candidates;
    std::vector<double> votes;      // by candidate, of the neighbouring places
    double other_votes = 0;         // of neighbours for transformers that are no candidates
    std::vector<std::size_t> here;  // by candidate, usage points of the place linked to it
    std::size_t all_here = 0;
  };
  Place look_at(std::size_t place) const;
  // With the features as one usage point of the place sees them: its own link is no evidence.
  std::vector<LinkCandidate> candidates(const Place& place, Id<UsagePoint> id) const;

 private:
  struct Spot {
    Position position;
    std::uint32_t begin = 0, end = 0;  // in usage_points_
  };

  void link_usage_points();
  void gather_places();
  void gather_low_voltage();
  void add_candidate(Place& place, Id<Device> transformer) const;
  void count_neighbours(std::size_t place, const std::vector<std::uint32_t>& near,
                        Place& view) const;

  const SupplyForest& forest_;
  const NetworkModel& network_;
  IdVector<ConnectivityNode, Id<Device>> serving_;
  IdVector<UsagePoint, Id<Device>> links_;
  std::vector<Id<UsagePoint>> usage_points_;  // by place
  std::vector<Spot> places_;
  std::vector<Id<Device>> transformers_;  // that somebody is linked to
  struct Pole {
    Position position;
    Id<Device> transformer;
  };
  std::vector<Pole> poles_;
  double typical_m_ = 1;  // median distance of a link
  std::unique_ptr<SpatialIndex> place_index_, transformer_index_, pole_index_;
};

}  // namespace gridmend
