#include "core/outage/link_ledger.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "core/geo/spatial_index.h"
#include "core/outage/group_likelihood.h"

namespace gridmend {
namespace {

// So that no figure of an import is beyond doubt.
constexpr double kLeastPrior = 1e-6;

// What a meter said about one storm.
class Signals {
 public:
  Signals(const MeterEvidence* meter, Time from, Time to, const LocaliserSettings& settings)
      : settings_(settings) {
    if (meter == nullptr) return;
    const Duration b = settings.links.boundary;
    const auto within = [&](Time time) {
      return time != kNeverHeard && time >= from - b && time <= to + b ? time : kNeverHeard;
    };
    gasp_ = within(meter->last_gasp);
    unanswered_ = within(meter->ping_unanswered);
    call_ = within(meter->call);
    live_ = within(meter->live);
    power_up_ = meter->live_sign == LiveSign::power_up;
  }

  // log P(signals | the meter was dark in these spells, else live); spells in order of time.
  double log_likelihood(std::span<const DarkSpell> spells) const {
    const GroupSettings group{settings_.priors.premises, settings_.reliability.group_down_if_live,
                              settings_.reliability.group_down_if_dead};
    LeafEvidence leaf;
    leaf.link_silent = gasp_ == kNeverHeard && live_ == kNeverHeard;
    // As if dead of itself, for the case that its premises were.
    leaf.link_dead = spells.empty() ? link_if_dead_alone() : link(spells);
    leaf.other_dead = spells.empty() ? other_if_dead_alone() : other(spells);
    leaf.link_live = link({});
    leaf.other_live = other({});
    GroupAccumulator alone{group};
    alone.add(leaf);
    const GroupLikelihood likelihood = alone.finish();
    return spells.empty() ? likelihood.log_if_live : likelihood.log_if_dead;
  }

 private:
  bool near(Time a, Time b) const {
    return a - b <= settings_.links.boundary && b - a <= settings_.links.boundary;
  }
  // Well inside a spell.
  bool inside(Time time, std::span<const DarkSpell> spells) const {
    const Duration b = settings_.links.boundary;
    return std::ranges::any_of(spells, [&](const DarkSpell& spell) {
      return time > spell.from + b && time < spell.to - b;
    });
  }
  bool touches(Time time, std::span<const DarkSpell> spells) const {
    const Duration b = settings_.links.boundary;
    return std::ranges::any_of(spells, [&](const DarkSpell& spell) {
      return time >= spell.from - b && time <= spell.to + b;
    });
  }

  double link(std::span<const DarkSpell> spells) const {
    return gasp_likelihood(spells) + life_likelihood(spells) + ping_likelihood(spells);
  }

  double gasp_likelihood(std::span<const DarkSpell> spells) const {
    const ReliabilityParameters& r = settings_.reliability;
    if (gasp_ == kNeverHeard) {
      return std::log1p(-(spells.empty() ? r.last_gasp_false : r.last_gasp_reach));
    }
    const bool explained = std::ranges::any_of(
        spells, [&](const DarkSpell& spell) { return near(gasp_, spell.from); });
    return std::log(explained ? r.last_gasp_reach : r.last_gasp_false);
  }

  double life_likelihood(std::span<const DarkSpell> spells) const {
    const ReliabilityParameters& r = settings_.reliability;
    if (live_ == kNeverHeard) return 0;
    if (inside(live_, spells)) return std::log(r.ping_false);
    if (!power_up_) return std::log1p(-r.ping_lost);
    const bool explained =
        std::ranges::any_of(spells, [&](const DarkSpell& spell) { return near(live_, spell.to); });
    return std::log(explained ? r.last_gasp_reach : r.last_gasp_false);
  }

  double ping_likelihood(std::span<const DarkSpell> spells) const {
    const ReliabilityParameters& r = settings_.reliability;
    if (unanswered_ == kNeverHeard) return 0;
    return touches(unanswered_, spells) ? std::log1p(-r.ping_false) : std::log(r.ping_lost);
  }

  double other(std::span<const DarkSpell> spells) const {
    const ReliabilityParameters& r = settings_.reliability;
    if (call_ != kNeverHeard) {
      return std::log(touches(call_, spells) ? r.call_rate : r.call_false);
    }
    double none = std::log1p(-r.call_false);
    for (const DarkSpell& spell : spells) {
      const double lasted = seconds(spell.to - spell.from);
      const double half = std::max(seconds(r.call_half_time), 1e-3);
      none += std::log1p(-r.call_rate * -std::expm1(-std::log(2.0) * std::max(lasted, 0.0) / half));
    }
    return none;
  }

  double link_if_dead_alone() const {
    const ReliabilityParameters& r = settings_.reliability;
    double sum =
        gasp_ == kNeverHeard ? std::log1p(-r.last_gasp_reach) : std::log(r.last_gasp_reach);
    if (live_ != kNeverHeard) sum += std::log1p(-r.ping_lost);
    if (unanswered_ != kNeverHeard) sum += std::log1p(-r.ping_false);
    return sum;
  }
  double other_if_dead_alone() const {
    const double rate = settings_.reliability.call_rate;
    return call_ == kNeverHeard ? std::log1p(-rate) : std::log(rate);
  }

  const LocaliserSettings& settings_;
  Time gasp_ = kNeverHeard;
  Time unanswered_ = kNeverHeard;
  Time call_ = kNeverHeard;
  Time live_ = kNeverHeard;
  bool power_up_ = false;
};

std::vector<DarkSpell> in_order(std::span<const DarkSpell> spells) {
  std::vector<DarkSpell> sorted;
  for (const DarkSpell& spell : spells) {
    if (spell.from <= spell.to) sorted.push_back(spell);
  }
  std::ranges::sort(sorted, {}, [](const DarkSpell& s) {
    return std::tuple{s.transformer, s.from, s.to};
  });
  return sorted;
}

std::span<const DarkSpell> spells_of(std::span<const DarkSpell> sorted, Id<Device> transformer) {
  const auto run = std::ranges::equal_range(sorted, transformer, {}, &DarkSpell::transformer);
  return {run.begin(), run.end()};
}

}  // namespace

std::vector<DarkSpell> dark_spells(const InferenceForest& forest, const Outage& outage) {
  std::vector<DarkSpell> spells;
  const bool over =
      outage.status == OutageStatus::restored || outage.status == OutageStatus::closed;
  if (!over || !outage.probable.device.valid() || outage.probable.usage_point.valid())
    return spells;
  const Id<InferenceZone> zone = forest.zone_of(outage.probable.device);
  if (!zone.valid() || !forest.heads(zone, outage.probable.device)) return spells;
  const Time from = outage.onset_earliest + (outage.onset_latest - outage.onset_earliest) / 2;
  for (std::uint32_t z = zone.index; z < forest[zone].zones_end; ++z) {
    for (const Id<Device> member : forest.members(Id<InferenceZone>{z})) {
      if (forest.network().devices()[member].kind != DeviceKind::power_transformer) continue;
      spells.push_back({member, from, outage.restored_at});
    }
  }
  return spells;
}

LinkLedger::LinkLedger(const NetworkModel& network, const LocaliserSettings& settings,
                       const SuspectedLinks& geometric)
    : network_(network), settings_(settings) {
  std::vector<Id<Device>> transformers;
  std::vector<Position> positions;
  for (const Id<Device> id : network.devices().ids()) {
    if (network.devices()[id].kind != DeviceKind::power_transformer) continue;
    transformers.push_back(id);
    positions.push_back(network.devices()[id].position);
  }
  const SpatialIndex index{positions};
  const LinkSettings& links = settings.links;
  begin_.push_back(0);
  std::vector<Candidate> near;
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    const UsagePoint& point = network.usage_points()[id];
    near.clear();
    if (point.transformer.valid()) {
      for (const std::uint32_t i : index.nearest(point.position, links.candidates + 1)) {
        const double distance = distance_m(point.position, positions[i]);
        if (transformers[i] == point.transformer || distance > links.reach_m) continue;
        near.push_back({id, transformers[i], -distance / links.nearness_m, 0});
      }
      add_candidates(id, geometric.of(id), near);
    }
    begin_.push_back(static_cast<std::uint32_t>(candidates_.size()));
  }
  by_device_.resize(candidates_.size());
  std::iota(by_device_.begin(), by_device_.end(), 0U);
  std::ranges::sort(by_device_, {}, [this](std::uint32_t place) {
    return std::tuple{candidates_[place].transformer, place};
  });
}

// `near` carries log weights by distance. What the import says of a usage point stands; what it
// leaves to the declared transformer is shared as for everybody.
void LinkLedger::add_candidates(Id<UsagePoint> id, std::span<const SuspectedLink> suspected,
                                std::span<const Candidate> near) {
  const auto named = [&](const Candidate& candidate) {
    return std::ranges::find(suspected, candidate.transformer, &SuspectedLink::likelier) !=
           suspected.end();
  };
  double left = 1;
  for (const SuspectedLink& link : suspected) left -= static_cast<double>(link.probability);
  left = std::max(left, kLeastPrior);
  double log_weights = -std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : near) {
    if (!named(candidate)) log_weights = log_add(log_weights, candidate.log_prior);
  }
  const bool others = std::isfinite(log_weights);
  if (suspected.empty() && !others) return;
  const double wrong = others ? settings_.links.wrong : 0;
  candidates_.push_back(
      {id, network_.usage_points()[id].transformer, std::log(left * (1 - wrong)), 0});
  for (const SuspectedLink& link : suspected) {
    const double probability = std::max(static_cast<double>(link.probability), kLeastPrior);
    candidates_.push_back({id, link.likelier, std::log(probability), 0});
  }
  for (const Candidate& candidate : near) {
    if (named(candidate)) continue;
    candidates_.push_back(
        {id, candidate.transformer, std::log(left * wrong) + candidate.log_prior - log_weights, 0});
  }
}

std::span<const LinkLedger::Candidate> LinkLedger::candidates(Id<UsagePoint> id) const {
  GRIDMEND_CHECK(id.index + 1 < begin_.size(), "usage point is of this ledger");
  return std::span{candidates_}.subspan(begin_[id.index], begin_[id.index + 1] - begin_[id.index]);
}

void LinkLedger::record(std::span<const DarkSpell> spells, const EvidenceBook& evidence) {
  const std::vector<DarkSpell> sorted = in_order(spells);
  if (sorted.empty()) return;
  Time from = sorted.front().from, to = sorted.front().to;
  std::vector<Id<UsagePoint>> asked;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    from = std::min(from, sorted[i].from);
    to = std::max(to, sorted[i].to);
    if (i > 0 && sorted[i].transformer == sorted[i - 1].transformer) continue;
    const auto places = std::ranges::equal_range(
        by_device_, sorted[i].transformer, {},
        [this](std::uint32_t place) { return candidates_[place].transformer; });
    for (const std::uint32_t place : places) asked.push_back(candidates_[place].usage_point);
  }
  std::ranges::sort(asked);
  const auto repeated = std::ranges::unique(asked);
  asked.erase(repeated.begin(), repeated.end());
  for (const Id<UsagePoint> id : asked) {
    const Signals signals{evidence.find(id), from, to, settings_};
    const std::span all =
        std::span{candidates_}.subspan(begin_[id.index], begin_[id.index + 1] - begin_[id.index]);
    const double declared = signals.log_likelihood(spells_of(sorted, all.front().transformer));
    for (Candidate& candidate : all.subspan(1)) {
      const double other = signals.log_likelihood(spells_of(sorted, candidate.transformer));
      const double most = settings_.links.most_per_storm;
      candidate.log_odds += std::clamp(other - declared, -most, most);
    }
  }
}

double LinkLedger::log_sum(std::span<const Candidate> all) const {
  double sum = -std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : all) {
    sum = log_add(sum, candidate.log_prior + candidate.log_odds);
  }
  return sum;
}

double LinkLedger::probability(Id<UsagePoint> id, Id<Device> transformer) const {
  const std::span<const Candidate> all = candidates(id);
  const auto it = std::ranges::find(all, transformer, &Candidate::transformer);
  if (it == all.end()) return 0;
  return std::exp(it->log_prior + it->log_odds - log_sum(all));
}

Result<SuspectedLinks> LinkLedger::suspected() const {
  std::vector<SuspectedLink> rows;
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    const std::span<const Candidate> all = candidates(id);
    if (all.empty()) continue;
    const double sum = log_sum(all);
    for (const Candidate& candidate : all.subspan(1)) {
      const double p = std::exp(candidate.log_prior + candidate.log_odds - sum);
      if (p < settings_.links.listed_at) continue;
      rows.push_back({id, all.front().transformer, candidate.transformer,
                      static_cast<float>(std::min(p, 1.0))});
    }
  }
  return SuspectedLinks::from_rows(std::move(rows), network_);
}

}  // namespace gridmend
