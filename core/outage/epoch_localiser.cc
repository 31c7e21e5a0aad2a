#include "core/outage/epoch_localiser.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "core/base/check.h"
#include "core/outage/after_restoration.h"
#include "core/outage/epoch_branch_product.h"
#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

std::set<Id<InferenceZone>> roots_with_links(const EvidenceView& view) {
  std::set<Id<InferenceZone>> roots;
  const InferenceForest& forest = view.input().forest;
  for (const SuspectedLink& link : view.input().links.rows()) {
    const Id<InferenceZone> zone = forest.zone_of(link.usage_point);
    if (zone.valid()) roots.insert(forest.root_of(zone));
  }
  return roots;
}

// Last gasps that came one after another without a long pause.
struct Burst {
  Time first;
  Time last;
  std::uint32_t gasps = 0;
};

std::vector<Burst> bursts_of(std::vector<Time> gasps, Duration gap) {
  std::ranges::sort(gasps);
  std::vector<Burst> bursts;
  for (const Time gasp : gasps) {
    if (bursts.empty() || gasp - bursts.back().last > gap) bursts.push_back({gasp, gasp, 0});
    bursts.back().last = gasp;
    ++bursts.back().gasps;
  }
  return bursts;
}

// The bursts that begin an epoch, the first one excepted, which begins at the onset.
std::optional<DeathEpochs> epochs_of(std::vector<Burst> bursts, Time onset,
                                     const OutageSettings& settings) {
  std::erase_if(bursts, [&](const Burst& burst) { return burst.gasps < settings.epoch_items; });
  const auto drawn_out = [&](const Burst& burst) {
    return burst.last - burst.first > settings.epoch_gap;
  };
  if (std::ranges::any_of(bursts, drawn_out)) return std::nullopt;
  while (bursts.size() > std::max(1U, settings.epochs)) {
    const auto pause = [](const Burst& before, const Burst& after) {
      return after.first - before.last;
    };
    auto nearest = bursts.begin() + 1;
    for (auto it = nearest; it != bursts.end(); ++it) {
      if (pause(it[-1], it[0]) < pause(nearest[-1], nearest[0])) nearest = it;
    }
    nearest[-1].last = nearest->last;
    bursts.erase(nearest);
  }
  if (bursts.size() < 2) return std::nullopt;
  DeathEpochs epochs{{onset}};
  for (auto burst = bursts.begin() + 1; burst != bursts.end(); ++burst) {
    epochs.begin.push_back(burst->first);
  }
  return epochs;
}

// Log likelihoods of what a group says, given that its zone died in one epoch: by itself, with all
// links of the branch down together, and where nobody in it can be heard; -infinity where somebody
// was.
struct DiedTerms {
  double apart = 0;
  double links_down = 0;
  double unreachable = 0;
};

// What one usage point says, given that its zone died in one epoch, beside what it says given that
// it lives, which is the same for all of them.
class EpochReader {
 public:
  EpochReader(const EvidenceView& view, LeafReader base, const DeathEpochs& epochs,
              std::uint32_t epoch)
      : view_(view),
        base_(base),
        epochs_(epochs),
        epoch_(epoch),
        end_(epoch + 1 < epochs.count() ? epochs.begin[epoch + 1] : Time::max()),
        reader_(view.settings().reliability, view.input().at, epochs.begin[epoch]) {}

  DiedTerms if_died(std::span<const Id<UsagePoint>> group) const {
    const GroupTerms* own = view_.own_terms(group);
    if (own != nullptr) {
      const Id<InferenceZone> root =
          view_.input().forest.root_of(view_.input().forest.zone_of(group.front()));
      return EpochReader{*this, view_.reader(root, group), own->reliability}.if_all_died(
          group, own->group);
    }
    return if_all_died(group, view_.group_settings());
  }

 private:
  // The same epoch, read as of a group that is not as all are.
  EpochReader(const EpochReader& all, LeafReader base, const ReliabilityParameters& reliability)
      : view_(all.view_),
        base_(base),
        epochs_(all.epochs_),
        epoch_(all.epoch_),
        end_(all.end_),
        reader_(reliability, all.view_.input().at, all.epochs_.begin[all.epoch_]) {}

  DiedTerms if_all_died(std::span<const Id<UsagePoint>> group, const GroupSettings& all) const {
    GroupAccumulator leaves{all, &LeafProducts::of_this_thread(all)};
    DiedSince since = view_.died_since(group, reader_);
    if (since.newest >= end_) since = {};  // it outlived the epoch
    double unheard = 0, before = 0;
    for (const Id<UsagePoint> id : group) {
      const MeterEvidence* meter = view_.input().evidence.find(id);
      if (meter == nullptr) {
        ++unheard;
      } else {
        double of_before = 0;
        leaves.add(read(*meter, view_.restored_at(id), since, of_before));
        before += of_before;
      }
    }
    if (unheard > 0) {
      leaves.add(reader_.read(nullptr, view_.restored_at(group.front()), since), unheard);
    }
    const Id<InferenceZone> zone = view_.input().forest.zone_of(group.front());
    const GroupSettings settings =
        came_back(view_, zone) ? after_restoration(all, leaves.product()) : all;
    const GroupLikelihood says = group_likelihood(leaves.product(), settings, since.share);
    return {says.log_if_dead, says.log_silent_if_dead, says.unheard ? before : kLogZero};
  }

  // `of_before` becomes what was said as by a live one, before the epoch.
  LeafEvidence read(const MeterEvidence& meter, Time restored_at, const DiedSince& since,
                    double& of_before) const {
    const LeafEvidence live = base_.read(&meter, restored_at);
    const Time begin = epochs_.begin[epoch_];
    MeterEvidence then = meter;
    const Time until = view_.input().at + view_.settings().reliability.clock_skew;
    const bool other_gasp = meter.dead_gasp() && meter.last_gasp <= until &&
                            epochs_.epoch_of(meter.last_gasp) != epoch_;
    if (other_gasp) then.last_gasp = kNeverHeard;
    if (epoch_ > 0) {
      if (then.ping_unanswered < begin) then.ping_unanswered = kNeverHeard;
      if (then.call < begin) then.call = kNeverHeard;
    }
    LeafEvidence leaf = reader_.read(&then, restored_at, since);
    // What was left out or counts from another time was said as by a live one, whose concentrator
    // may have died since: it is beside what comes over the link from the epoch on.
    const double link = live.link_live - leaf.link_live;
    const double other = live.other_live - leaf.other_live;
    leaf.link_live += link;
    leaf.other_live += other;
    leaf.other_dead += other + link;
    leaf.since_before += link;
    leaf.since_other += other;
    of_before = other + link;
    if (other_gasp && meter.last_gasp >= begin) leaf.link_silent = false;
    if (other_gasp && meter.last_gasp > since.newest) leaf.since_silent = false;
    return leaf;
  }

  const EvidenceView& view_;
  const LeafReader base_;
  const DeathEpochs& epochs_;
  std::uint32_t epoch_;
  Time end_;
  LeafReader reader_;
};

// Calls that name no usage point count like those that do: of before, as those of live customers.
// Log likelihood of having died in each epoch, against living.
std::vector<double> calls_if_died(const EvidenceView& view, Id<InferenceZone> zone,
                                  const DeathEpochs& epochs) {
  std::vector<double> of_epoch(epochs.count(), 0);
  const auto calls = view.zone_calls().find(zone);
  if (calls == view.zone_calls().end()) return of_epoch;
  const Time heard = calls->second.since == kNeverHeard
                         ? Time::max()
                         : calls->second.since + view.settings().reliability.call_lead;
  for (std::uint32_t k = 0; k < epochs.count(); ++k) {
    if (k == 0 || heard >= epochs.begin[k]) of_epoch[k] = -calls->second.log_ratio;
  }
  return of_epoch;
}

// Of the branches of one tree that were reported open: what their common causes of silence make of
// each zone. Without such nothing is kept.
class Silences {
 public:
  Silences(const EvidenceView& view, Id<InferenceZone> root, std::uint32_t epochs)
      : settings_(branch_settings(view.settings().reliability)), epochs_(epochs) {
    const std::span<const Id<InferenceZone>> open = view.reported_open(root);
    if (open.empty()) return;
    const std::size_t zones = view.input().forest[root].zones_end - root.index;
    is_branch_.assign(zones, 0);
    for (const Id<InferenceZone> zone : open) is_branch_[zone.index - root.index] = 1;
    links_down_.assign(zones * epochs, 0);
    unreachable_.assign(zones * epochs, 0);
  }

  void add(std::size_t entry, std::uint32_t epoch, const DiedTerms& died) {
    if (is_branch_.empty()) return;
    links_down_[entry * epochs_ + epoch] += died.links_down;
    unreachable_[entry * epochs_ + epoch] += died.unreachable;
  }

  // `log_likelihood` is the tree's, and becomes that with the causes.
  void infer(const EpochTree& tree, EpochMarginals& marginals,
             std::vector<double>& log_likelihood) const {
    if (is_branch_.empty()) return infer_epoch_marginals(tree, marginals);
    std::vector<double> added;
    infer_epoch_marginals(tree, {is_branch_, links_down_, unreachable_, settings_}, marginals,
                          added);
    for (std::size_t i = 0; i < added.size(); ++i) log_likelihood[i] += added[i];
  }

 private:
  BranchSilence::Settings settings_;
  std::uint32_t epochs_;
  std::vector<std::uint8_t> is_branch_;
  std::vector<double> links_down_, unreachable_;
};

}  // namespace

std::uint32_t DeathEpochs::epoch_of(Time time) const {
  const auto after = std::ranges::upper_bound(begin, time);
  return after == begin.begin() ? 0 : static_cast<std::uint32_t>(after - begin.begin() - 1);
}

std::map<Id<InferenceZone>, DeathEpochs> death_epochs(const EvidenceView& view,
                                                      std::span<const Id<InferenceZone>> trees) {
  const LocaliserInput& input = view.input();
  const Time until = input.at + view.settings().reliability.clock_skew;
  std::map<Id<InferenceZone>, std::vector<Time>> gasps;
  for (const Id<UsagePoint> id : view.heard_dead()) {
    const MeterEvidence* meter = input.evidence.find(id);
    if (!meter->dead_gasp() || meter->last_gasp > until) continue;
    gasps[input.forest.root_of(input.forest.zone_of(id))].push_back(meter->last_gasp);
  }
  std::map<Id<InferenceZone>, DeathEpochs> found;
  const std::set<Id<InferenceZone>> linked = roots_with_links(view);
  for (auto& [root, times] : gasps) {
    if (linked.contains(root) || !std::ranges::binary_search(trees, root)) continue;
    const OutageSettings& settings = view.settings().outages;
    auto epochs =
        epochs_of(bursts_of(std::move(times), settings.epoch_gap), *view.onset(root), settings);
    if (epochs) found.emplace(root, std::move(*epochs));
  }
  return found;
}

double EpochPosterior::p_live(Id<InferenceZone> zone) const {
  return marginals.p_died[entry(zone) * (epochs.count() + 1) + epochs.count()];
}

double EpochPosterior::p_active(Id<InferenceZone> zone) const {
  double active = 0;
  const std::size_t first = entry(zone) * (epochs.count() + 1);
  for (std::size_t k = 0; k < epochs.count(); ++k) active += marginals.p_active[first + k];
  return std::min(1.0, active);
}

double EpochPosterior::p_open(Id<InferenceZone> zone) const {
  double open = 0;
  const std::size_t first = entry(zone) * (epochs.count() + 1);
  for (std::size_t k = 0; k < epochs.count(); ++k) open += marginals.p_open[first + k];
  return std::min(1.0, open);
}

std::uint32_t EpochPosterior::probably_opened(Id<InferenceZone> zone) const {
  const double* const active = marginals.p_active.data() + entry(zone) * (epochs.count() + 1);
  return static_cast<std::uint32_t>(std::max_element(active, active + epochs.count()) - active);
}

double EpochPosterior::log_ratio(Id<InferenceZone> zone, std::uint32_t epoch) const {
  const double* const of_zone = log_likelihood.data() + entry(zone) * (epochs.count() + 1);
  return of_zone[epoch] - of_zone[epochs.count()];
}

EpochPosterior localise_epochs(const EvidenceView& view, Id<InferenceZone> root,
                               DeathEpochs epochs) {
  GRIDMEND_CHECK(!epochs.begin.empty() && std::ranges::is_sorted(epochs.begin),
                 "epochs begin one after another");
  const InferenceForest& forest = view.input().forest;
  EpochPosterior posterior{root, std::move(epochs), {}, {}, {}, {}};
  const DeathEpochs& when = posterior.epochs;
  const std::size_t row = when.count() + 1;
  const std::uint32_t end = forest[root].zones_end;
  const LeafReader base = view.reader(root);
  std::vector<EpochReader> readers;
  for (std::uint32_t k = 0; k < when.count(); ++k) readers.emplace_back(view, base, when, k);
  const std::vector<std::uint32_t> parent = forest.parents_in_tree(root);
  std::vector<double> opening;
  Silences silences{view, root, when.count()};
  posterior.log_likelihood.assign((end - root.index) * row, 0);
  for (std::uint32_t z = root.index; z < end; ++z) {
    const Id<InferenceZone> zone{z};
    const double q = view.prior(zone).probability;
    opening.insert(opening.end(), when.count(), q / when.count());
    opening.push_back(1 - q);
    const auto numbers =
        std::span{posterior.log_likelihood}.subspan(posterior.entry(zone) * row, row);
    // Of all epochs as of one.
    numbers.back() += view.died_together(root).added(zone.index - root.index);
    view.visit_groups(
        zone, base,
        [&](std::span<const Id<UsagePoint>> group, const GroupLikelihood& likelihood) {
          numbers.back() += likelihood.log_if_live;
          for (std::uint32_t k = 0; k < when.count(); ++k) {
            const DiedTerms died = readers[k].if_died(group);
            numbers[k] += died.apart;
            silences.add(posterior.entry(zone), k, died);
          }
        },
        [](const auto&, const auto&) {});
    const std::vector<double> calls = calls_if_died(view, zone, when);
    for (std::uint32_t k = 0; k < when.count(); ++k) {
      numbers[k] += calls[k];
      silences.add(posterior.entry(zone), k, {calls[k], calls[k], calls[k]});
    }
  }
  const EpochTree tree{when.count(), parent, opening, posterior.log_likelihood};
  silences.infer(tree, posterior.marginals, posterior.log_likelihood);
  infer_epoch_explanation(tree, posterior.best);
  for (std::size_t i = 0; i < parent.size(); ++i) {
    const std::uint32_t fed =
        parent[i] == kNoParent ? when.count() : posterior.best.died[parent[i]];
    posterior.cut.push_back(posterior.best.opened[i] < fed ? 1 : 0);
  }
  return posterior;
}

}  // namespace gridmend
