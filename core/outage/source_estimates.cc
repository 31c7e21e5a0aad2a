#include "core/outage/source_estimates.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/outage/flapping.h"
#include "core/outage/sum_product.h"

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

// Expectations of one round.
class Expectation {
 public:
  Expectation(const EvidenceView& view, const LocaliserSettings& told)
      : view_(view),
        told_(told),
        forest_(view.input().forest),
        until_(view.input().at + told.reliability.clock_skew) {}

  SourceEstimates run() {
    const Sample sample = sample_of(view_, told_.sources.zones);
    const std::size_t sources = view_.input().evidence.sources().size();
    false_calls_.assign(sources, 0);
    true_calls_.assign(sources, 0);
    unrelated_.assign(sources, 0);
    reports_.assign(sources, 0);
    find_heard(sample.roots);
    for (const Id<InferenceZone> root : sample.roots) look_at(root);
    for (const Id<InferenceZone> root : forest_.roots()) {
      if (!view_.onset(root)) live_without_ += forest_.usage_points_behind(root).size();
    }
    live_meters_ += sample.share * static_cast<double>(live_without_);
    live_customers_ += sample.share * static_cast<double>(live_without_);
    return estimates();
  }

 private:
  void find_heard(std::span<const Id<InferenceZone>> roots) {
    for (const Id<UsagePoint> id : view_.heard_dead()) {
      const Id<InferenceZone> zone = forest_.zone_of(id);
      if (zone.valid() && std::ranges::binary_search(roots, forest_.root_of(zone)))
        heard_.emplace_back(zone, id);
    }
    std::ranges::sort(heard_);
  }

  void look_at(Id<InferenceZone> root) {
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
    infer_marginals({parents, tree.prior, tree.log_likelihood}, marginals_);
    tree.p_live = marginals_.p_live;
    tree.p_open = marginals_.p_open;
    for (std::uint32_t z = root.index; z < tree.end(); ++z) {
      const Id<InferenceZone> zone{z};
      count_live(zone, tree(tree.p_live, zone));
      count_heard(zone, tree);
      count_reports(zone, tree(tree.p_open, zone));
    }
  }

  void count_live(Id<InferenceZone> zone, double live) {
    const double with_premises = live * (1 - view_.settings().priors.premises);
    live_customers_ += with_premises * static_cast<double>(forest_.own_usage_points(zone).size());
    view_.visit_readings(zone, [&](const HeardGroup& group) {
      const GroupLikelihood& said = group.likelihood;
      const double up = group.linked ? 1 : std::exp(said.log_up_if_live - said.log_if_live);
      live_meters_ += with_premises * up * static_cast<double>(view_.members(group).size());
      if (!group.linked && group.newest == kNeverHeard && live < 1) {
        dead_groups_ += 1 - live;
        dead_groups_down_ +=
            (1 - live) * p_down_if_dead(zone, group, view_.reader(forest_.root_of(zone)));
      }
    });
  }

  // P(the concentrator is down | its zone is dead, all its group said).
  double p_down_if_dead(Id<InferenceZone> zone, const HeardGroup& group,
                        const LeafReader& reader) const {
    const double silent = reader.silent({}).other_dead;
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
    std::vector<Id<UsagePoint>> heard;
    for (; next_heard_ < heard_.size() && heard_[next_heard_].first == zone; ++next_heard_)
      heard.push_back(heard_[next_heard_].second);
    if (heard.empty()) return;
    const std::vector<double> p_out = usage_point_p_out(view_, tree, zone, heard);
    for (std::size_t i = 0; i < heard.size(); ++i) {
      const MeterEvidence& meter = *view_.input().evidence.find(heard[i]);
      if (meter.dead_gasp() && meter.last_gasp <= until_) {
        const double flaps = flapping_share(meter.gasp_slots, told_.reliability);
        false_gasps_ += (1 - p_out[i]) * (1 - flaps);
      }
      const bool called =
          meter.dead_call() && meter.call > view_.restored_at(heard[i]) && meter.call <= until_;
      if (!called) continue;
      false_calls_[meter.call_source] += 1 - p_out[i];
      true_calls_[meter.call_source] += p_out[i];
    }
  }

  // A meshed zone's p_open is of no single member.
  void count_reports(Id<InferenceZone> zone, double open) {
    if (forest_[zone].meshed) return;
    const std::optional<Time> from = view_.silence_from(forest_.root_of(zone));
    for (const ZoneReport& report : view_.reports(zone)) {
      const DeviceEvidence& e = *report.evidence;
      const ReportShares told = report_shares({&report, 1}, from, until_, told_.reliability);
      count_report(e.position_source, told.switch_position, open);
      count_report(e.indicator_source, told.fault_indicator, open);
      count_report(e.report_source, told.field_report, open);
    }
  }

  void count_report(SourceIndex source, double log_odds, double open) {
    if (log_odds == 0 || source == 0) return;
    const std::vector<double>& known = view_.settings().reliability.sources.unrelated;
    const double above = source < known.size() ? known[source] : 0;
    const double u = told_.sources.unrelated + (1 - told_.sources.unrelated) * above;
    // Of P(r | state), only their ratio matters.
    const auto share = [u](double ratio) {
      const double unrelated = u * (1 + ratio) / 2;
      return unrelated / ((1 - u) + unrelated);
    };
    unrelated_[source] +=
        open * share(std::exp(-log_odds)) + (1 - open) * share(std::exp(log_odds));
    reports_[source] += 1;
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
      const double u = (trust * told_.sources.unrelated + unrelated_[s]) / (trust + reports_[s]);
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
    for (std::size_t s = 0; s < true_calls_.size(); ++s) {
      const double share = (false_calls_[s] + true_calls_[s]) / (all_false + all_true);
      const bool nobody = s == 0 || share <= 0;
      log_ratio.push_back(
          nobody ? 0
                 : std::log((trust * share + false_calls_[s]) / (trust + all_false)) -
                       std::log((trust * share + true_calls_[s]) / (trust + all_true)));
    }
    return log_ratio;
  }

  const EvidenceView& view_;
  const LocaliserSettings& told_;
  const InferenceForest& forest_;
  Time until_;
  // Heard dead, of the trees looked at, which are gone through in order.
  std::vector<std::pair<Id<InferenceZone>, Id<UsagePoint>>> heard_;
  std::size_t next_heard_ = 0;
  std::size_t live_without_ = 0;
  double live_meters_ = 0, live_customers_ = 0;
  double false_gasps_ = 0;
  double dead_groups_ = 0, dead_groups_down_ = 0;
  std::vector<double> false_calls_, true_calls_;  // by source
  std::vector<double> unrelated_, reports_;       // by source
  Marginals marginals_;
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
  const auto like_all = [](double log_ratio) { return std::abs(log_ratio) < kSettled; };
  if (!std::ranges::all_of(found.sources.calls, like_all)) r.sources.calls = found.sources.calls;
  const double usual = told.sources.unrelated;
  std::vector<double> above;
  for (const double u : found.sources.unrelated)
    above.push_back(u < usual + kSettled / 4 ? 0 : (u - usual) / (1 - usual));
  if (std::ranges::any_of(above, [](double u) { return u > 0; }))
    r.sources.unrelated = std::move(above);
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

std::optional<LocaliserSettings> heard_settings(const EvidenceView& told) {
  const LocaliserSettings& settings = told.settings();
  if (settings.sources.zones == 0 || told.onsets().empty()) return std::nullopt;
  LocaliserSettings believed = settings;
  std::optional<EvidenceView> view;  // by what was found in the round before
  for (std::uint32_t round = 0; round < settings.sources.rounds; ++round) {
    if (round > 0) view.emplace(told, believed);
    ReliabilityParameters next;
    believe(estimate_sources(view ? *view : told, settings), settings, next);
    const bool done = settled(next, believed.reliability);
    believed.reliability = std::move(next);
    if (done) break;
  }
  if (as_told(believed.reliability, settings.reliability)) return std::nullopt;
  return believed;
}

LocaliserSettings heard_settings(const LocaliserInput& input, const LocaliserSettings& settings) {
  if (settings.sources.zones == 0) return settings;
  return heard_settings(EvidenceView{input, settings}).value_or(settings);
}

}  // namespace gridmend
