#pragma once

#include "core/outage/evidence_view.h"
#include "core/outage/switch_topologies.h"

namespace gridmend {

// Exact posterior of every joint of view.input().switching: each of its topologies is run through
// the passes, and they are mixed by prior times e^{sum of R over roots} (topology_mixture.h). What
// is heard speaks for or against a part's supply as it does for its zone on record; of a part
// without supply on record, silence counts from the last ordered opening that left it so, and
// shared drops count as none. A device opens with its prior of localise() whatever feeds it, but
// that a switch's lines are those behind it in the topology, and that reports of a doubted switch's
// position say nothing more. Water counts as deep as told.
//
// What is behind a device that was reported open in a topology, and what a doubted switch leaves
// without supply there though it is closed on record, falls silent together (BranchSilence):
// somebody said that it is dark. Groups in which links are suspected have no part in that here.
//
// Writes Posterior::joints, and into posterior.trees of a joint what is believed over all of its
// topologies. Without joints it does nothing. O(sum over topologies of parts + devices heard of).
void localise_joints(const EvidenceView& view, Posterior& posterior);

// P(usage point is without supply) by id, of those without supply on record that a joint has, as
// far as its meter and group say; others are out for certain. `visitor(usage point, p_out)`.
template <class Visitor>
void visit_unsupplied(const EvidenceView& view, const Posterior& posterior, Visitor&& visitor);

// How a usage point of an unsupplied part is read: the part's group likelihoods.
class UnsuppliedPart {
 public:
  UnsuppliedPart(const EvidenceView& view, const Joint& joint, std::uint32_t part);
  // log P(all heard of it | live) - log P(the same | dead).
  double log_likelihood() const { return read().log_likelihood; }
  // The same, and what it is to a branch that is silent together.
  struct Said {
    double log_likelihood = 0;
    SilentShare silent;
  };
  Said read() const;
  // P(out) of its usage points, in their order, given P(the part is live).
  std::vector<double> p_out(double live) const;

 private:
  template <class Visitor>
  void visit_groups(Visitor&& visitor) const;

  const EvidenceView& view_;
  std::span<const Id<UsagePoint>> usage_points_;
  LeafReader reader_;
};

template <class Visitor>
void visit_unsupplied(const EvidenceView& view, const Posterior& posterior, Visitor&& visitor) {
  if (posterior.joints.empty()) return;
  const auto joints = view.input().switching->joints();
  for (std::size_t j = 0; j < joints.size(); ++j) {
    for (std::uint32_t part = 0; part < joints[j]->parts.size(); ++part) {
      const std::span<const Id<UsagePoint>> own = joints[j]->usage_points_in(part);
      if (joints[j]->parts[part].zone.valid() || own.empty()) continue;
      const std::vector<double> p_out =
          UnsuppliedPart{view, *joints[j], part}.p_out(posterior.joints[j].p_live[part]);
      for (std::size_t i = 0; i < own.size(); ++i) visitor(own[i], p_out[i]);
    }
  }
}

}  // namespace gridmend
