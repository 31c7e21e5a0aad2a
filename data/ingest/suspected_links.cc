#include "data/ingest/suspected_links.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>
#include <utility>

#include "core/base/check.h"
#include "data/ingest/check_context.h"
#include "data/ingest/link_evidence.h"
#include "data/ingest/link_model.h"

namespace gridmend {
namespace {

constexpr std::size_t kPlacesToLearnFrom = 8000;
constexpr std::size_t kFewestObservations = 60;
constexpr std::size_t kFewestTransformers = 3;
constexpr std::size_t kMostOfAUsagePoint = 3;

ObservedLink observed(const LinkEvidence& evidence, const std::vector<LinkCandidate>& candidates,
                      Id<UsagePoint> id, bool alone) {
  ObservedLink link;
  link.alone = alone;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    link.features.push_back(candidates[i].features);
    if (candidates[i].transformer == evidence.link(id)) link.linked = i;
  }
  return link;
}

// Evenly many places, and of each the first usage point, so that a block of flats counts once.
std::vector<ObservedLink> sample(const LinkEvidence& evidence) {
  std::vector<ObservedLink> links;
  const std::size_t step = std::max<std::size_t>(1, evidence.places() / kPlacesToLearnFrom);
  for (std::size_t i = 0; i < evidence.places(); i += step) {
    const Id<UsagePoint> id = evidence.usage_points(i).front();
    const auto candidates = evidence.candidates(evidence.look_at(i), id);
    const bool alone = evidence.usage_points(i).size() == 1;
    if (candidates.size() > 1) links.push_back(observed(evidence, candidates, id, alone));
  }
  return links;
}

void add_rows(const LinkEvidence& evidence, const LinkModel& model, std::size_t place,
              double least_probability, const NetworkModel& network,
              std::vector<SuspectedLink>& rows) {
  const LinkEvidence::Place view = evidence.look_at(place);
  if (view.candidates.size() < 2) return;
  for (const Id<UsagePoint> id : evidence.usage_points(place)) {
    const auto candidates = evidence.candidates(view, id);
    const bool alone = evidence.usage_points(place).size() == 1;
    const std::vector<double> right = model.posterior(observed(evidence, candidates, id, alone));
    std::vector<SuspectedLink> of_point;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (right[i] < least_probability || candidates[i].transformer == evidence.link(id)) continue;
      of_point.push_back({id, network.usage_points()[id].transformer, candidates[i].transformer,
                          static_cast<float>(right[i])});
    }
    std::ranges::sort(of_point, [](const SuspectedLink& a, const SuspectedLink& b) {
      return std::tuple{-a.probability, a.likelier} < std::tuple{-b.probability, b.likelier};
    });
    if (of_point.size() > kMostOfAUsagePoint) of_point.resize(kMostOfAUsagePoint);
    rows.insert(rows.end(), of_point.begin(), of_point.end());
  }
}

void report(const SuspectedLinks& links, CheckContext& context) {
  struct Group {
    SuspectedLink first;
    std::size_t count = 0;
    std::uint64_t customers = 0;
  };
  std::map<std::tuple<Id<ConnectivityNode>, Id<Device>, Id<Device>>, Group> groups;
  for (const SuspectedLink& link : links.rows()) {
    if (static_cast<double>(link.probability) < context.settings.link_said_probability) continue;
    const UsagePoint& point = context.usage_point(link.usage_point);
    Group& group = groups[{point.node, link.declared, link.likelier}];
    if (group.count++ == 0) group.first = link;
    group.customers += point.customers;
  }
  for (const auto& [key, group] : groups) {
    const SuspectedLink& link = group.first;
    const Position at = context.usage_point(link.usage_point).position;
    const double there_m = distance_m(at, context.device(link.likelier).position);
    char percent[16];
    std::snprintf(percent, sizeof percent, "%.0f %%", static_cast<double>(link.probability) * 100);
    std::string what = "hangs at transformer " + context.quoted(link.likelier) + " by geometry (" +
                       percent + " likely, " + distance_text(there_m) + " away)";
    if (link.declared.valid()) {
      what += ", not at " + context.quoted(link.declared) + " as declared (" +
              distance_text(distance_m(at, context.device(link.declared).position)) + " away)";
    }
    if (group.count > 1) {
      what = "and " + count_of(group.count - 1, "other usage point") + " beside it: " + what;
    }
    context.report(link.usage_point,
                   {DefectClass::usage_point_link_suspected, DefectSeverity::warning,
                    std::move(what), "kept; the localiser knows of the doubt"},
                   group.customers);
  }
}

}  // namespace

SuspectedLinks find_suspected_links(const SupplyForest& forest, double least_probability) {
  const LinkEvidence evidence{forest};
  if (evidence.transformers() < kFewestTransformers) return {};
  const std::vector<ObservedLink> learnt_from = sample(evidence);
  if (learnt_from.size() < kFewestObservations) return {};
  const LinkModel model = LinkModel::fit(learnt_from);
  std::vector<SuspectedLink> rows;
  for (std::size_t place = 0; place < evidence.places(); ++place) {
    add_rows(evidence, model, place, least_probability, forest.network(), rows);
  }
  auto links = SuspectedLinks::from_rows(std::move(rows), forest.network());
  GRIDMEND_CHECK(links, "suspected links are of their network");
  return std::move(*links);
}

SuspectedLinks check_links(const SupplyForest& forest, const SwitchState& switches,
                           const CheckSettings& settings, BuiltNetwork& built) {
  SuspectedLinks links = find_suspected_links(forest, settings.link_kept_probability);
  CheckContext context{forest, switches, settings, built};
  report(links, context);
  return links;
}

}  // namespace gridmend
