#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "core/geo/spatial_index.h"
#include "data/ingest/check_context.h"
#include "data/ingest/similar_ids.h"

namespace gridmend {
namespace {

// Nodes of one island from which the supplied network is looked for; of more, evenly many.
constexpr std::size_t kMostProbes = 2000;

struct Gap {
  Id<ConnectivityNode> here;
  Id<ConnectivityNode> there;  // supplied
  double metres = std::numeric_limits<double>::infinity();
};

class IslandCheck {
 public:
  explicit IslandCheck(CheckContext& context) : context_(context), network_(context.network) {}

  void run() {
    for (const Island& island : unsupplied_islands(context_.forest, context_.switches)) {
      // The far end of an open switch with nothing behind it is no island.
      if (island.nodes.size() == 1 && island.usage_points.empty()) continue;
      describe(island);
      in_the_dark_.insert(in_the_dark_.end(), island.nodes.begin(), island.nodes.end());
    }
    if (!in_the_dark_.empty()) compare_ids();
  }

 private:
  // A large transformer says more to people than a switch, a switch more than a line.
  std::optional<Id<Device>> most_telling(const Island& island) const {
    std::optional<Id<Device>> best;
    std::tuple<int, float> best_rank;
    for (const Id<ConnectivityNode> node : island.nodes) {
      for (const auto [id, opposite] : network_.incident(node)) {
        const Device& device = context_.device(id);
        const bool inside = context_.switches.conducts(id);
        const int kind = device.kind == DeviceKind::power_transformer ? 3
                         : is_switch(device.kind)                     ? 2
                                                                      : 1;
        const std::tuple<int, float> rank{inside ? kind : 0,
                                          kind == 3 ? device.rated_kva : device.length_m};
        if (best && rank <= best_rank) continue;
        best = id;
        best_rank = rank;
      }
    }
    return best;
  }

  // An open device between the island and what is supplied.
  std::optional<Id<Device>> open_door(const Island& island) const {
    for (const Id<ConnectivityNode> node : island.nodes) {
      for (const auto [id, opposite] : network_.incident(node)) {
        if (!context_.switches.conducts(id) && context_.forest.supplied(opposite)) return id;
      }
    }
    return std::nullopt;
  }

  const SpatialIndex& supplied_nodes() {
    if (index_) return *index_;
    std::vector<Position> positions;
    for (const Id<ConnectivityNode> node : context_.forest.tour()) {
      const Position position = network_.nodes()[node].position;
      if (position == Position{}) continue;
      indexed_.push_back(node);
      positions.push_back(position);
    }
    index_ = std::make_unique<SpatialIndex>(std::span<const Position>{positions});
    return *index_;
  }

  Gap nearest_supply(const Island& island) {
    Gap best;
    const SpatialIndex& index = supplied_nodes();
    const std::size_t step = (island.nodes.size() + kMostProbes - 1) / kMostProbes;
    for (std::size_t i = 0; i < island.nodes.size(); i += step) {
      const Position here = network_.nodes()[island.nodes[i]].position;
      if (here == Position{}) continue;
      for (const std::uint32_t number : index.nearest(here, 1)) {
        const double metres = distance_m(here, network_.nodes()[indexed_[number]].position);
        if (metres < best.metres) best = {island.nodes[i], indexed_[number], metres};
      }
    }
    return best;
  }

  std::string way_out(const Island& island) {
    if (const auto door = open_door(island)) {
      const Id<Feeder> feeder = context_.feeder_of(*door);
      return "; " + context_.named(*door) + ", which is open, parts it from feeder " +
             context_.quoted(feeder);
    }
    const Gap gap = nearest_supply(island);
    if (!gap.there.valid()) return {};
    const std::string feeder = context_.quoted(context_.forest.feeder(gap.there));
    const std::string nodes =
        ": connectivity nodes " + context_.quoted(gap.here) + " and " + context_.quoted(gap.there);
    const std::string away = distance_text(gap.metres);
    if (gap.metres <= context_.settings.island_meets_m) {
      return "; meets feeder " + feeder + " at " + away + nodes;
    }
    return "; nearest is feeder " + feeder + ", " + away + " away" + nodes;
  }

  void describe(const Island& island) {
    std::uint64_t customers = 0;
    for (const Id<UsagePoint> id : island.usage_points) {
      customers += context_.usage_point(id).customers;
    }
    Finding finding{DefectClass::unsupplied_island,
                    island.usage_points.empty() ? DefectSeverity::note : DefectSeverity::warning,
                    "no supply reaches " + count_of(island.nodes.size(), "connectivity node") +
                        " with " + count_of(island.usage_points.size(), "usage point") +
                        way_out(island),
                    "kept, without supply"};
    if (const auto device = most_telling(island)) {
      context_.report(*device, std::move(finding), customers);
    } else {
      context_.report(island.nodes.front(), std::move(finding), customers);
    }
  }

  // Two layers that write the ids of their nodes in two ways do not join.
  void compare_ids() {
    SimilarIds dark{in_the_dark_.size(), [this](std::size_t i) {
                      return std::optional{network_.mrid(in_the_dark_[i])};
                    }};
    Id<ConnectivityNode> first;
    for (const Id<ConnectivityNode> node : context_.forest.tour()) {
      if (!dark.did_you_mean(network_.mrid(node)).empty() && !first.valid()) first = node;
    }
    if (!first.valid()) return;
    context_.report(
        first,
        {DefectClass::dangling_reference, DefectSeverity::warning,
         "did you mean one connectivity node? " + dark.first() +
             ", and only one of them is supplied; so it is with " + count_of(dark.meant(), "pair"),
         "not joined: write them in one way, here or in a view"},
        0);
  }

  CheckContext& context_;
  const NetworkModel& network_;
  std::vector<Id<ConnectivityNode>> in_the_dark_;
  std::unique_ptr<SpatialIndex> index_;  // over `indexed_`, made when an island asks
  std::vector<Id<ConnectivityNode>> indexed_;
};

}  // namespace

void check_islands(CheckContext& context) { IslandCheck{context}.run(); }

}  // namespace gridmend
