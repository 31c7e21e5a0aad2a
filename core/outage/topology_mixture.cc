#include "core/outage/topology_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

void add(const Topology& topology, const Marginals& marginals, double weight,
         std::span<const double> open_if_unsupplied, TopologyPosterior& out) {
  const std::size_t zones = out.p_live.size();
  std::vector<bool> supplied(zones);
  for (std::size_t i = 0; i < topology.zone_of.size(); ++i) {
    const std::uint32_t zone = topology.zone_of[i];
    GRIDMEND_CHECK(zone < zones && !supplied[zone], "a topology has each zone once");
    supplied[zone] = true;
    out.p_live[zone] += weight * marginals.p_live[i];
    out.p_active[zone] += weight * marginals.p_active[i];
    out.p_open[zone] += weight * marginals.p_open[i];
  }
  for (std::size_t zone = 0; zone < zones; ++zone) {
    if (!supplied[zone]) out.p_open[zone] += weight * open_if_unsupplied[zone];
  }
}

}  // namespace

WeighedTopologies weigh_topologies(std::span<const Topology> topologies) {
  WeighedTopologies out;
  out.marginals.resize(topologies.size());
  std::vector<double> log_weight(topologies.size(), kLogZero);
  double prior_sum = 0;
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    const Topology& topology = topologies[i];
    prior_sum += topology.prior;
    if (topology.prior <= 0) continue;
    infer_marginals(topology.tree, out.marginals[i]);
    log_weight[i] = std::log(topology.prior) + topology.log_if_dead + out.marginals[i].log_evidence;
  }
  GRIDMEND_CHECK(prior_sum > 0, "some topology is possible");
  const double top = *std::ranges::max_element(log_weight);
  double sum = 0;
  for (const double weight : log_weight) sum += std::exp(weight - top);
  out.log_evidence = top + std::log(sum) - std::log(prior_sum);
  for (const double weight : log_weight) out.probability.push_back(std::exp(weight - top) / sum);
  return out;
}

TopologyPosterior infer_topologies(std::span<const Topology> topologies,
                                   std::span<const double> open_if_unsupplied) {
  for (const Topology& topology : topologies) {
    GRIDMEND_CHECK(topology.zone_of.size() == topology.tree.parent.size(),
                   "every entry of a topology is a zone");
  }
  WeighedTopologies weighed = weigh_topologies(topologies);
  TopologyPosterior out;
  out.log_evidence = weighed.log_evidence;
  const std::size_t zones = open_if_unsupplied.size();
  for (auto* column : {&out.p_live, &out.p_active, &out.p_open}) column->assign(zones, 0);
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    if (weighed.probability[i] <= 0) continue;
    add(topologies[i], weighed.marginals[i], weighed.probability[i], open_if_unsupplied, out);
  }
  out.probability = std::move(weighed.probability);
  return out;
}

}  // namespace gridmend
