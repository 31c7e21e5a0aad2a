#include "core/outage/source_estimates.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/outage/flapping.h"
#include "core/outage/sum_product.h"
#include "core/outage/tree_threads.h"

namespace gridmend {
namespace {

// Rates nearer to the ones before than this are the same.
constexpr double kSettled = .02;

struct Sample {
  std::vector<Id<InferenceZone>> roots;
  double share = 1;  // of all that could have been looked at
};

Sample sample_of(const EvidenceView& view, std::size_t budget) {
  const InferenceForest& forest = view.input().forest;
  const auto size = [&](Id<InferenceZone> root) { return forest[root].zones_end - root.index; };
  std::size_t zones = 0;
  for (const auto& [root, onset] : view.onsets()) zones += size(root) <= budget ? size(root) : 0;
  Sample sample;
  if (zones > budget) sample.share = static_cast<double>(budget) / static_cast<double>(zones);
  // Evenly spread: the nth is taken where n * share passes a whole number.
  double passed = 1 - sample.share;
  std::size_t left = budget;
  for (const auto& [root, onset] : view.onsets()) {
    if (size(root) > budget) continue;
    passed += sample.share;
    if (passed < 1 || size(root) > left) continue;
    passed -= 1;
    left -= size(root);
    sample.roots.push_back(root);
  }
  return sample;
}

// Of what one source said.
struct SourceSums {
  double false_calls = 0, true_calls = 0;
  double unrelated = 0, reports = 0;
};

// Expectations of one tree.
struct TreeSums {
  double live_meters = 0, live_customers = 0;
  double false_gasps = 0;
  double dead_groups = 0, dead_groups_down = 0;
  std::map<SourceIndex, SourceSums> by_source;
};

double told_of(const std::vector<double>& by_source, std::size_t source) {
  return source < by_source.size() ? by_source[source] : 0;
}

class TreeExpectation {
 public:
  TreeExpectation(const EvidenceView& view, const LocaliserSettings& told)
      : view_(view),
        told_(told),
        forest_(view.input().forest),
        until_(view.input().at + told.reliability.clock_skew),
        unmixed_(told.reliability) {
    unmixed_.sources.unrelated.clear();
  }

  TreeSums run(Id<InferenceZone> root) {
    const std::size_t n = forest_[root].zones_end - root.index;
    TreePosterior tree;
    tree.root = root;
    tree.onset = view_.onset(root);
    tree.prior.resize(n);
    tree.log_likelihood.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const Id<InferenceZone> zone{root.index + static_cast<std::uint32_t>(i)};
      tree.prior[i] = view_.prior(zone).probability;
      tree.log_likelihood[i] = view_.log_likelihood(zone);
    }
    const std::vector<std::uint32_t> parents = forest_.parents_in_tree(root);
    Marginals marginals;
    infer_marginals({parents, tree.prior, tree.log_likelihood}, marginals);
    tree.p_live = std::move(marginals.p_live);
    tree.p_open = std::move(marginals.p_open);
    for (std::uint32_t z = root.index; z < tree.end(); ++z) {
      const Id<InferenceZone> zone{z};
      count_live(zone, tree);
      count_heard(zone, tree);
      count_reports(zone, tree(tree.p_open, zone));
    }
    return std::move(sums_);
  }

 private:
  // Groups that are silent because all of a branch's links are down say nothing of how often one
  // concentrator dies by itself.
  void count_live(Id<InferenceZone> zone, const TreePosterior& tree) {
    const double live = tree(tree.p_live, zone);
    const double dead_apart = view_.branch_silence(tree.root).p_dead_apart(
        zone, [&tree](Id<InferenceZone> other) { return tree(tree.p_live, other); });
    const double with_premises = live * (1 - view_.settings().priors.premises);
    sums_.live_customers +=
        with_premises * static_cast<double>(forest_.own_usage_points(zone).size());
    view_.visit_readings(zone, [&](const HeardGroup& group) {
      const GroupLikelihood& said = group.likelihood;
      const double up = group.linked ? 1 : std::exp(said.log_up_if_live - said.log_if_live);
      const bool as_all = view_.own_terms(view_.members(group)) == nullptr;
      if (as_all)
        sums_.live_meters += with_premises * up * static_cast<double>(view_.members(group).size());
      if (as_all && !group.linked && group.newest == kNeverHeard && live < 1) {
        sums_.dead_groups += dead_apart;
        sums_.dead_groups_down +=
            dead_apart * p_down_if_dead(zone, group, view_.reader(forest_.root_of(zone)));
      }
    });
  }

  // P(the concentrator is down | its zone is dead, all its group said).
  double p_down_if_dead(Id<InferenceZone> zone, const HeardGroup& group,
                        const LeafReader& reader) const {
    const double silent = reader.read(nullptr, kNeverHeard).other_dead;
    double log_down = std::log(view_.settings().reliability.group_down_if_dead);
    for (const Id<UsagePoint> id : view_.members(group)) {
      const MeterEvidence* meter = view_.input().evidence.find(id);
      if (meter == nullptr || !meter->any()) {
        log_down += silent;
        continue;
      }
      const LeafEvidence leaf = reader.read(meter, view_.restored_at(zone));
      if (!leaf.link_silent) return 0;
      log_down += leaf.other_dead;
    }
    return std::exp(log_down - group.likelihood.log_if_dead);
  }

  void count_heard(Id<InferenceZone> zone, const TreePosterior& tree) {
    for (const auto& [id, p_out] :
         usage_points_out(view_, tree, zone, view_.marks_of_heard_dead())) {
      const MeterEvidence& meter = *view_.input().evidence.find(id);
      // One from before its supply was back is explained by what ended then.
      const bool as_all = view_.own_terms({&id, 1}) == nullptr;
      if (as_all && meter.dead_gasp() && meter.last_gasp <= until_ &&
          meter.last_gasp > view_.restored_at(id)) {
        const double flaps = flapping_share(meter.gasp_slots, told_.reliability);
        sums_.false_gasps += (1 - p_out) * (1 - flaps);
      }
      const bool called =
          meter.dead_call() && meter.call > view_.restored_at(id) && meter.call <= until_;
      if (!called) continue;
      SourceSums& source = sums_.by_source[meter.call_source];
      source.false_calls += 1 - p_out;
      source.true_calls += p_out;
    }
  }

  // A meshed zone's p_open is of no single member.
  void count_reports(Id<InferenceZone> zone, double open) {
    if (forest_[zone].meshed) return;
    const std::optional<Time> from = view_.silence_from(forest_.root_of(zone));
    for (const ZoneReport& report : view_.reports(zone)) {
      const DeviceEvidence& e = *report.evidence;
      const ReportShares told = report_shares({&report, 1}, from, until_, unmixed_);
      count_report(e.position_source, told.switch_position, open);
      count_report(e.indicator_source, told.fault_indicator, open);
      count_report(e.report_source, told.field_report, open);
      count_report(e.against_source, told.against, open);
    }
  }

  void count_report(SourceIndex source, double log_odds, double open) {
    if (log_odds == 0 || source == 0) return;
    const double above = told_of(view_.settings().reliability.sources.unrelated, source);
    const double u = told_.sources.unrelated + (1 - told_.sources.unrelated) * above;
    // Of P(r | state), only their ratio matters.
    const auto share = [u](double ratio) {
      const double unrelated = u * (1 + ratio) / 2;
      return unrelated / ((1 - u) + unrelated);
    };
    SourceSums& sums = sums_.by_source[source];
    sums.unrelated += open * share(std::exp(-log_odds)) + (1 - open) * share(std::exp(log_odds));
    sums.reports += 1;
  }

  const EvidenceView& view_;
  const LocaliserSettings& told_;
  const InferenceForest& forest_;
  Time until_;
  ReliabilityParameters unmixed_;  // as told, but that count_report() mixes in what is unrelated
  TreeSums sums_;
};

// Expectations of one round: tree by tree on all threads, added up in their order.
class Expectation {
 public:
  Expectation(const EvidenceView& view, const LocaliserSettings& told)
      : view_(view), told_(told), forest_(view.input().forest) {}

  SourceEstimates run() {
    const Sample sample = sample_of(view_, told_.sources.zones);
    const std::size_t sources = view_.input().evidence.sources().size();
    false_calls_.assign(sources, 0);
    true_calls_.assign(sources, 0);
    unrelated_.assign(sources, 0);
    reports_.assign(sources, 0);
    std::vector<TreeSums> of_tree(sample.roots.size());
    parallel_for_trees(view_, sample.roots, [&](std::size_t i) {
      of_tree[i] = TreeExpectation{view_, told_}.run(sample.roots[i]);
    });
    for (const TreeSums& sums : of_tree) add(sums);
    std::size_t live_without = 0;
    for (const Id<InferenceZone> root : forest_.roots()) {
      if (!view_.onset(root)) live_without += forest_.usage_points_behind(root).size();
    }
    live_meters_ += sample.share * static_cast<double>(live_without);
    live_customers_ += sample.share * static_cast<double>(live_without);
    return estimates();
  }

 private:
  void add(const TreeSums& sums) {
    live_meters_ += sums.live_meters;
    live_customers_ += sums.live_customers;
    false_gasps_ += sums.false_gasps;
    dead_groups_ += sums.dead_groups;
    dead_groups_down_ += sums.dead_groups_down;
    for (const auto& [source, of_source] : sums.by_source) {
      false_calls_[source] += of_source.false_calls;
      true_calls_[source] += of_source.true_calls;
      unrelated_[source] += of_source.unrelated;
      reports_[source] += of_source.reports;
    }
  }

  double raised(double told, double most, double items, double tries) const {
    const double trust = told_.sources.false_items;
    const double found = (trust + items) / (trust / told + tries);
    const double deviation = found / std::sqrt(trust + items);
    return found - deviation <= told ? told : std::min(found, std::max(told, most));
  }

  SourceEstimates estimates() const {
    const ReliabilityParameters& r = told_.reliability;
    SourceEstimates found;
    for (const double calls : false_calls_) found.false_calls += calls;
    found.false_gasps = false_gasps_;
    found.live_meters = live_meters_;
    // Were half of what the dead say as frequent among the living, nothing would be worth hearing.
    found.last_gasp_false =
        raised(r.last_gasp_false, r.last_gasp_reach / 2, false_gasps_, live_meters_);
    const double groups = told_.sources.groups;
    found.dead_groups = dead_groups_;
    found.group_down_if_dead =
        (groups * r.group_down_if_dead + dead_groups_down_) / (groups + dead_groups_);
    found.call_false = raised(r.call_false, r.call_rate / 2, found.false_calls, live_customers_);
    found.sources.calls = call_sources(found.false_calls);
    for (std::size_t s = 0; s < reports_.size(); ++s) {
      const double trust = told_.sources.reports;
      const double usual = told_.sources.unrelated;
      const double told = usual + (1 - usual) * told_of(r.sources.unrelated, s);
      const double u = (trust * told + unrelated_[s]) / (trust + reports_[s]);
      found.sources.unrelated.push_back(u);
    }
    return found;
  }

  // With as many more calls of either kind as told, shared out as all calls are.
  std::vector<double> call_sources(double all_false) const {
    double all_true = 0;
    for (const double calls : true_calls_) all_true += calls;
    std::vector<double> log_ratio;
    if (all_false + all_true <= 0) return log_ratio;
    const double trust = told_.sources.calls;
    const std::vector<double>& told = told_.reliability.sources.calls;
    for (std::size_t s = 0; s < true_calls_.size(); ++s) {
      const double share = (false_calls_[s] + true_calls_[s]) / (all_false + all_true);
      const bool nobody = s == 0 || share <= 0;
      log_ratio.push_back(
          nobody ? told_of(told, s)
                 : std::log((trust * share * std::exp(told_of(told, s)) + false_calls_[s]) /
                            (trust + all_false)) -
                       std::log((trust * share + true_calls_[s]) / (trust + all_true)));
    }
    return log_ratio;
  }

  const EvidenceView& view_;
  const LocaliserSettings& told_;
  const InferenceForest& forest_;
  double live_meters_ = 0, live_customers_ = 0;
  double false_gasps_ = 0;
  double dead_groups_ = 0, dead_groups_down_ = 0;
  std::vector<double> false_calls_, true_calls_;  // by source
  std::vector<double> unrelated_, reports_;       // by source
};

bool same(double a, double b) { return std::abs(a - b) <= kSettled * std::max(a, b); }

// What is not found clearly above what is told stays as told, to the last bit.
void believe(const SourceEstimates& found, const LocaliserSettings& told,
             ReliabilityParameters& r) {
  r = told.reliability;
  if (!same(found.last_gasp_false, r.last_gasp_false)) r.last_gasp_false = found.last_gasp_false;
  if (!same(found.call_false, r.call_false)) r.call_false = found.call_false;
  const double down = std::min(found.group_down_if_dead, 1.0);
  const double deviation = std::sqrt(down * (1 - down) / (told.sources.groups + found.dead_groups));
  if (std::abs(down - r.group_down_if_dead) > deviation) r.group_down_if_dead = down;
  const auto as_told = [](const std::vector<double>& found_so, const std::vector<double>& told_so,
                          double nearly) {
    for (std::size_t s = 0; s < found_so.size(); ++s) {
      if (std::abs(found_so[s] - told_of(told_so, s)) >= nearly) return false;
    }
    return true;
  };
  if (!as_told(found.sources.calls, r.sources.calls, kSettled))
    r.sources.calls = found.sources.calls;
  const double usual = told.sources.unrelated;
  std::vector<double> above;
  for (const double u : found.sources.unrelated)
    above.push_back(u < usual + kSettled / 4 ? 0 : (u - usual) / (1 - usual));
  if (!as_told(above, r.sources.unrelated, kSettled / 4)) r.sources.unrelated = std::move(above);
}

bool settled(const ReliabilityParameters& a, const ReliabilityParameters& b) {
  const auto near = [](const std::vector<double>& x, const std::vector<double>& y) {
    return x.size() == y.size() &&
           std::ranges::equal(x, y, [](double p, double q) { return std::abs(p - q) <= kSettled; });
  };
  return same(a.last_gasp_false, b.last_gasp_false) && same(a.call_false, b.call_false) &&
         std::abs(a.group_down_if_dead - b.group_down_if_dead) <= kSettled / 4 &&
         near(a.sources.calls, b.sources.calls) && near(a.sources.unrelated, b.sources.unrelated);
}

// Of what believe() may change.
bool as_told(const ReliabilityParameters& a, const ReliabilityParameters& b) {
  return a.last_gasp_false == b.last_gasp_false && a.call_false == b.call_false &&
         a.group_down_if_dead == b.group_down_if_dead && a.sources.calls == b.sources.calls &&
         a.sources.unrelated == b.sources.unrelated;
}

}  // namespace

SourceEstimates estimate_sources(const EvidenceView& view, const LocaliserSettings& told) {
  return Expectation{view, told}.run();
}

std::unique_ptr<const HeardView> heard_view(const EvidenceView& told) {
  const LocaliserSettings& settings = told.settings();
  std::unique_ptr<const HeardView> heard;  // by what was found in the round before
  if (settings.sources.zones == 0 || told.onsets().empty()) return heard;
  for (std::uint32_t round = 0; round < settings.sources.rounds; ++round) {
    const EvidenceView& view = heard != nullptr ? heard->view : told;
    LocaliserSettings next = settings;
    believe(estimate_sources(view, settings), settings, next.reliability);
    if (settled(next.reliability, view.settings().reliability)) break;
    heard = as_told(next.reliability, settings.reliability)
                ? nullptr
                : std::make_unique<const HeardView>(told, std::move(next));
  }
  return heard;
}

LocaliserSettings heard_settings(const LocaliserInput& input, const LocaliserSettings& settings) {
  if (settings.sources.zones == 0) return settings;
  const std::unique_ptr<const HeardView> heard = heard_view(EvidenceView{input, settings});
  return heard == nullptr ? settings : heard->settings;
}

}  // namespace gridmend
