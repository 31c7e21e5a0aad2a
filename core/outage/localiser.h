#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/hazard/water.h"
#include "core/network/link_suspicion.h"
#include "core/outage/evidence_book.h"
#include "core/outage/inference_forest.h"
#include "core/outage/settings.h"

namespace gridmend {

class SwitchTopologies;
class TopologyMemory;

// All that the localiser looks at. References must outlive the call only.
struct LocaliserInput {
  const InferenceForest& forest;  // of the present SwitchState
  const EvidenceBook& evidence;
  const Water& water;
  Time at{};
  SuspectedLinks links = {};  // of the forest's network: these usage points may hang elsewhere
  // May work at it at once, tree by tree. What is found does not depend on it, to the last bit.
  unsigned threads = 1;
  // How trees may be switched otherwise; of this forest, and outlives the call. None: as it is.
  const SwitchTopologies* switching = nullptr;
  // Where update_outages() keeps what it derives of that, for the next look at this forest. None:
  // nowhere.
  TopologyMemory* topologies = nullptr;
};

class EvidenceView;

// What is believed about one tree of the inference forest. Arrays run over its zones: entry i is
// zone root.index + i.
struct TreePosterior {
  Id<InferenceZone> root;
  std::optional<Time> onset;  // earliest unsettled evidence for dark; none: nothing is dark
  std::vector<double> prior;  // q_v with reports folded in
  std::vector<double> flood;  // part of the prior that water alone gives
  std::vector<double>
      log_likelihood;            // lambda_v: log P(own evidence | live) / P(own evidence | dead)
  std::vector<double> p_live;    // h_v
  std::vector<double> p_active;  // f_v: it is the open device that keeps its zone dark
  std::vector<double> p_open;    // P(x_v = 1), hidden opens included
  std::vector<double> p_cut_if_fed;  // q_v e^{-R_v}: open, given that supply reaches it
  std::vector<std::uint8_t> cut;     // it is an active cut of the most probable explanation
  // Where it stands in water of uncertain depth, what it comes to if the depths are off so much:
  // one entry a Posterior::water_errors. The columns above are the mean over these, by their
  // posterior probability; `cut` is of the most probable one (an explanation is of one picture),
  // and p_cut_if_fed is P(open | supply reaches it) over all. Empty: one picture.
  struct InWater {
    std::vector<double> p_live;
    std::vector<double> p_cut_if_fed;
  };
  std::vector<InWater> in_water;

  std::uint32_t end() const { return root.index + static_cast<std::uint32_t>(prior.size()); }
  bool contains(Id<InferenceZone> zone) const {
    return zone.index >= root.index && zone.index < end();
  }
  double operator()(const std::vector<double>& column, Id<InferenceZone> zone) const {
    return column[zone.index - root.index];
  }
};

// One common error of all depths (core/outage/water_scenarios.h).
struct WaterErrorPosterior {
  double deeper_m = 0;  // at the time looked at
  double prior = 0;
  double probability = 0;
};

// What is believed about trees that may be switched in several ways (switch_topologies.h).
struct JointPosterior {
  std::vector<double> probability;           // by topology
  std::size_t best = 0;                      // the likeliest of them
  std::vector<std::uint8_t> cut;             // by zone of its forest: open and fed, by its MAP
  std::vector<std::uint8_t> cut_by_opening;  // by device of the joint: so because it is switched so
  std::vector<double> p_live;                // by part
  std::vector<double> source_lost;  // by part: P(active) of the source its zone has for head
  std::vector<double> p_active;     // by device of the joint, as for a tree
  std::vector<double> p_open;       // the same
  std::vector<double> closed;       // by doubted switch
  std::vector<std::vector<double>> through;  // by doubted switch and part: supply comes through it
};

// Posterior of the trees looked at, by root.
struct Posterior {
  std::vector<TreePosterior> trees;
  // By joint of LocaliserInput::switching, whatever trees are looked at. The columns of a tree of a
  // joint that say what is live or open are means over its topologies, and `cut` is of the
  // likeliest one; water is taken as deep as told.
  std::vector<JointPosterior> joints;
  // Empty where the depths of the water are certain or no tree looked at stands in it.
  std::vector<WaterErrorPosterior> water_errors;
  const TreePosterior* tree_of(Id<InferenceZone> root) const;  // O(log trees)
};

// Roots of the trees in which something unsettled speaks for dark at `at`, fault current was seen,
// or water has probably drowned something. O(usage points and
// devices heard).
std::vector<Id<InferenceZone>> trees_with_dead_evidence(const LocaliserInput& input,
                                                        const LocaliserSettings& settings);

// Exact marginals and the most probable explanation of the given trees (ascending roots).
// O(zones + usage points of those trees); trees that stand in water of uncertain depth go through
// the passes once a scenario. The error of the depths is common to the trees, so what is heard in
// one of them moves the others. Calls that name no usage point are spread by the depths as told.
// Settings must have passed validate(). Evidence of usage points with suspected links speaks for
// every zone they may hang in (LinkedGroup).
//
// Time: a tree's onset is the earliest unsettled evidence for dark in it (a call's time less
// call_lead). Silence counts from there: a meter that sent no last gasp, a customer who did not
// call. In a tree without an onset it counts from the earliest onset of any other tree; when there
// is none at all, nobody's silence says anything and the posterior is the prior.
Posterior localise(const LocaliserInput& input, std::span<const Id<InferenceZone>> trees,
                   const LocaliserSettings& settings);

// The same over a view made once (evidence_view.h).
Posterior localise(const EvidenceView& view, std::span<const Id<InferenceZone>> trees);

// P(usage point is without supply), its own premises included, for usage points_in_order of one
// zone. `tree` must contain the zone.
std::vector<double> usage_point_p_out(const LocaliserInput& input, const TreePosterior& tree,
                                      Id<InferenceZone> zone, const LocaliserSettings& settings);
std::vector<double> usage_point_p_out(const EvidenceView& view, const TreePosterior& tree,
                                      Id<InferenceZone> zone);

// The same of some of them, in order of `wanted`, which are usage points of the zone by id.
std::vector<double> usage_point_p_out(const EvidenceView& view, const TreePosterior& tree,
                                      Id<InferenceZone> zone,
                                      std::span<const Id<UsagePoint>> wanted);

// The same of those that are marked in `wanted` (by usage point), in order of the zone's.
struct UsagePointOut {
  Id<UsagePoint> usage_point;
  double p_out = 0;
};
std::vector<UsagePointOut> usage_points_out(const EvidenceView& view, const TreePosterior& tree,
                                            Id<InferenceZone> zone,
                                            const std::vector<bool>& wanted);

// The shared drops of one zone with P(it is open and its zone is live), in order of the zone's
// usage points. A drop in whose group links are suspected is left out, and one whose probability is
// easily seen to be less than `least` may be. O(usage points of the zone).
struct DropPosterior {
  Id<Device> drop;
  double p_active = 0;
};
std::vector<DropPosterior> drop_posteriors(const EvidenceView& view, const TreePosterior& tree,
                                           Id<InferenceZone> zone, double least = 0);

}  // namespace gridmend
