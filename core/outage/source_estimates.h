#pragma once

#include <memory>
#include <utility>

#include "core/outage/evidence_view.h"

namespace gridmend {

// How far this storm's evidence can be taken at its word, found in the storm itself: calls and last
// gasps that stand alone among silent neighbours are false, reports against which everything else
// speaks are wrong. By expectation and maximisation under the localisation's own model,
//
//   false rate <- (false_items + E[false items]) / (false_items / told + E[live usage points])
//
// with the settings as prior (SourceSettings), for last gasps (of live meters whose concentrator
// works) and calls; for each source of calls the share of the false and of the true ones that are
// its; for each source of reports the share that has nothing to do with their devices, where a
// report r weighs
//
//   P(unrelated | r) = sum over open, closed of P(state | evidence) u g / ((1 - u) P(r | state) + u
//   g)
//
// with g the mean of P(r | open) and P(r | closed). Rates are only raised, and by no less than
// their standard deviation: what is less false than told says nothing early in a storm, when little
// can have come in yet. Either way goes the share of the dead groups whose concentrator is down,
//
//   group_down_if_dead <- (groups * told + E[dead groups that are down]) / (groups + E[dead
//   groups])
//
// over groups without suspected links and without a sign of life.
//
// Looked at are whole trees with an onset, evenly spread by root so that they have at most
// SourceSettings::zones zones together, and as large a share of the usage points of trees without
// one; a tree with more zones than that is none of them. Expectations are of one phase, one epoch
// and the mean depth of water; calls that name no usage point count as none, but are believed by
// what was found.

// What one round finds from a view made with the rates of the round before.
struct SourceEstimates {
  double last_gasp_false = 0;
  double call_false = 0;
  double group_down_if_dead = 0;
  SourceReliability sources;  // `unrelated` is the estimate as a whole, not what is above the told
  double live_meters = 0;     // expected, of those looked at
  double false_gasps = 0;
  double false_calls = 0;
  double dead_groups = 0;
};
// `told` is what the rates are held against; the view's own settings are those they are found with.
// O(zones looked at + usage points in them + usage points heard dead).
SourceEstimates estimate_sources(const EvidenceView& view, const LocaliserSettings& told);

// A view by this storm's rates in place of those told.
struct HeardView {
  LocaliserSettings settings;
  EvidenceView view;

  HeardView(const EvidenceView& told, LocaliserSettings believed)
      : settings(std::move(believed)), view(told, settings) {}
  HeardView(const HeardView&) = delete;  // the view refers to its settings
};

// The view that everything is to be read from, made from one with the settings as told; none where
// that is the one: nothing speaks for dark, SourceSettings::zones is 0, or nothing is found more
// often wrong than told. Rounds end, after SourceSettings::rounds at the latest, once what is found
// is no other than what the round's view was made with; that view is the answer. A pure function.
// O(rounds * (zones + usage points)).
std::unique_ptr<const HeardView> heard_view(const EvidenceView& told);

// The settings it is made with, or those told.
LocaliserSettings heard_settings(const LocaliserInput& input, const LocaliserSettings& settings);

}  // namespace gridmend
