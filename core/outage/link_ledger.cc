#include "core/outage/link_ledger.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

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
    live_from_ = std::min(meter->known_live_at(), live_);
    power_up_ = meter->live_sign == LiveSign::power_up;
  }

  // log P(signals | the meter was dark in these spells, else live); spells in order of time. What
  // was asked last is not worked out again.
  double log_likelihood(std::span<const DarkSpell> spells) {
    if (spells.empty()) return if_live();
    if (last_ && std::ranges::equal(last_->spells, spells, same_times)) return last_->value;
    LeafEvidence leaf;
    leaf.link_silent = is_silent();
    leaf.link_dead = link(spells);
    leaf.other_dead = other(spells);
    leaf.link_live = links_if_live();
    leaf.other_live = others_if_live();
    last_ = Asked{spells, alone(leaf).log_if_dead};
    return last_->value;
  }

 private:
  struct Asked {
    std::span<const DarkSpell> spells;
    double value = 0;
  };
  static bool same_times(const DarkSpell& a, const DarkSpell& b) {
    return a.from == b.from && a.to == b.to;
  }
  bool is_silent() const { return gasp_ == kNeverHeard && live_ == kNeverHeard; }
  GroupLikelihood alone(const LeafEvidence& leaf) const {
    GroupAccumulator accumulator{{settings_.priors.premises,
                                  settings_.reliability.group_down_if_live,
                                  settings_.reliability.group_down_if_dead}};
    accumulator.add(leaf);
    return accumulator.finish();
  }
  double links_if_live() {
    if (!link_live_) link_live_ = link({});
    return *link_live_;
  }
  double others_if_live() {
    if (!other_live_) other_live_ = other({});
    return *other_live_;
  }
  double if_live() {
    if (if_live_) return *if_live_;
    LeafEvidence leaf;
    leaf.link_silent = is_silent();
    // As if dead of itself, for the case that its premises were.
    leaf.link_dead = link_if_dead_alone();
    leaf.other_dead = other_if_dead_alone();
    leaf.link_live = links_if_live();
    leaf.other_live = others_if_live();
    if_live_ = alone(leaf).log_if_live;
    return *if_live_;
  }
  bool near(Time a, Time b) const {
    return a - b <= settings_.links.boundary && b - a <= settings_.links.boundary;
  }
  // Well inside a spell, with all of the interval that a reading may have its energy of.
  bool lived_inside(std::span<const DarkSpell> spells) const {
    const Duration b = settings_.links.boundary;
    return std::ranges::any_of(spells, [&](const DarkSpell& spell) {
      return live_from_ > spell.from + b && live_ < spell.to - b;
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
    if (lived_inside(spells)) return std::log(r.ping_false);
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
  Time live_from_ = kNeverHeard;  // it lived at some moment from then to live_
  bool power_up_ = false;
  std::optional<double> link_live_, other_live_, if_live_;
  std::optional<Asked> last_;
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

// Spells by transformer, found at once.
class SpellIndex {
 public:
  SpellIndex(std::span<const DarkSpell> sorted, std::size_t devices)
      : sorted_(sorted), begin_(devices, kNone) {
    for (std::size_t i = sorted.size(); i-- > 0;)
      begin_[sorted[i].transformer.index] = static_cast<std::uint32_t>(i);
  }
  bool is_dark(Id<Device> transformer) const { return begin_[transformer.index] != kNone; }
  std::span<const DarkSpell> of(Id<Device> transformer) const {
    const std::uint32_t begin = begin_[transformer.index];
    if (begin == kNone) return {};
    std::size_t end = begin;
    while (end < sorted_.size() && sorted_[end].transformer == transformer) ++end;
    return sorted_.subspan(begin, end - begin);
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  std::span<const DarkSpell> sorted_;
  std::vector<std::uint32_t> begin_;  // by device
};

// From this share of all transformers on it is as cheap to look at everybody as at those near them.
constexpr std::size_t kMostAskedAround = 12;

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
                       const SuspectedLinks& geometric, std::shared_ptr<const PlaceIndex> places)
    : network_(network),
      settings_(settings),
      geometric_(geometric),
      places_(places != nullptr ? std::move(places) : std::make_shared<const PlaceIndex>(network)) {
}

// What the import says of a usage point stands; what it leaves to the declared transformer is
// shared as for everybody.
std::vector<LinkLedger::Candidate> LinkLedger::candidates(Id<UsagePoint> id) const {
  const UsagePoint& point = network_.usage_points()[id];
  if (!point.transformer.valid()) return {};
  const LinkSettings& links = settings_.links;
  const std::span<const SuspectedLink> suspected = geometric_.of(id);
  double left = 1;
  for (const SuspectedLink& link : suspected) left -= static_cast<double>(link.probability);
  left = std::max(left, kLeastPrior);

  std::vector<Candidate> near;
  double log_weights = -std::numeric_limits<double>::infinity();
  for (const Id<Device> other :
       places_->nearest_transformers(point.position, links.candidates + 1)) {
    const double distance = distance_m(point.position, network_.devices()[other].position);
    const bool named =
        std::ranges::find(suspected, other, &SuspectedLink::likelier) != suspected.end();
    if (other == point.transformer || named || distance > links.reach_m) continue;
    near.push_back({other, -distance / links.nearness_m, 0});
    log_weights = log_add(log_weights, near.back().log_prior);
  }
  if (suspected.empty() && near.empty()) return {};
  const double wrong = near.empty() ? 0 : links.wrong;
  std::vector<Candidate> all{{point.transformer, std::log(left * (1 - wrong)), 0}};
  for (const SuspectedLink& link : suspected) {
    const double probability = std::max(static_cast<double>(link.probability), kLeastPrior);
    all.push_back({link.likelier, std::log(probability), 0});
  }
  for (const Candidate& other : near) {
    all.push_back({other.transformer, std::log(left * wrong) + other.log_prior - log_weights, 0});
  }
  for (const Suspicion& said : said_of(id)) {
    const auto it = std::ranges::find(all, said.transformer, &Candidate::transformer);
    if (it != all.end()) it->log_odds = said.log_odds;
  }
  return all;
}

// The same by name only.
std::vector<Id<Device>> LinkLedger::candidate_transformers(Id<UsagePoint> id) const {
  const UsagePoint& point = network_.usage_points()[id];
  if (!point.transformer.valid()) return {};
  std::vector<Id<Device>> all{point.transformer};
  for (const SuspectedLink& link : geometric_.of(id)) all.push_back(link.likelier);
  const std::size_t named = all.size();
  for (const Id<Device> other :
       places_->nearest_transformers(point.position, settings_.links.candidates + 1)) {
    if (std::find(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(named), other) !=
        all.begin() + static_cast<std::ptrdiff_t>(named))
      continue;
    const double distance = distance_m(point.position, network_.devices()[other].position);
    if (distance <= settings_.links.reach_m) all.push_back(other);
  }
  if (all.size() == 1) return {};
  return all;
}

std::span<const LinkLedger::Suspicion> LinkLedger::said_of(Id<UsagePoint> id) const {
  const auto run = std::ranges::equal_range(suspicions_, id, {}, &Suspicion::usage_point);
  return {run.begin(), run.end()};
}

// For whom one of the dark transformers may come into question; and some others, perhaps.
std::vector<bool> LinkLedger::near(std::span<const DarkSpell> sorted) const {
  std::vector<Id<Device>> dark;
  for (const DarkSpell& spell : sorted) {
    if (dark.empty() || dark.back() != spell.transformer) dark.push_back(spell.transformer);
  }
  const auto transformers = static_cast<std::size_t>(
      std::ranges::count(network_.devices(), DeviceKind::power_transformer, &Device::kind));
  std::vector<bool> asked(network_.usage_points().size(),
                          dark.size() * kMostAskedAround > transformers);
  if (dark.size() * kMostAskedAround > transformers) return asked;
  for (const Id<Device> transformer : dark) {
    for (const Id<UsagePoint> id : places_->usage_points_declared_on(transformer))
      asked[id.index] = true;
    for (const Id<UsagePoint> id : places_->usage_points_around(
             network_.devices()[transformer].position, settings_.links.reach_m))
      asked[id.index] = true;
  }
  for (const SuspectedLink& link : geometric_.rows()) {
    if (std::ranges::binary_search(dark, link.likelier)) asked[link.usage_point.index] = true;
  }
  return asked;
}

void LinkLedger::record(std::span<const DarkSpell> spells, const EvidenceBook& evidence) {
  const std::vector<DarkSpell> sorted = in_order(spells);
  if (sorted.empty()) return;
  Time from = sorted.front().from, to = sorted.front().to;
  for (const DarkSpell& spell : sorted) {
    from = std::min(from, spell.from);
    to = std::max(to, spell.to);
  }
  const SpellIndex index{sorted, network_.devices().size()};
  const std::vector<bool> asked = near(sorted);
  std::vector<Suspicion> more;
  for (const Id<UsagePoint> id : network_.usage_points().ids()) {
    if (!asked[id.index]) continue;
    const std::vector<Id<Device>> all = candidate_transformers(id);
    if (std::ranges::none_of(all, [&](Id<Device> one) { return index.is_dark(one); })) continue;
    Signals signals{evidence.find(id), from, to, settings_};
    const double declared = signals.log_likelihood(index.of(all.front()));
    const std::size_t first = more.size();
    for (const Id<Device> candidate : std::span{all}.subspan(1)) {
      const double most = settings_.links.most_per_storm;
      const double other = signals.log_likelihood(index.of(candidate));
      const double odds = std::clamp(other - declared, -most, most);
      if (odds != 0) more.push_back({id, candidate, odds});
    }
    std::sort(more.begin() + static_cast<std::ptrdiff_t>(first), more.end(),
              [](const Suspicion& a, const Suspicion& b) { return a.transformer < b.transformer; });
  }
  add(std::move(more));
}

void LinkLedger::add(std::vector<Suspicion> more) {
  const auto key = [](const Suspicion& s) { return std::tuple{s.usage_point, s.transformer}; };
  std::vector<Suspicion> merged;
  merged.reserve(suspicions_.size() + more.size());
  std::ranges::merge(suspicions_, more, std::back_inserter(merged), {}, key, key);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < merged.size(); ++i) {
    if (kept > 0 && key(merged[kept - 1]) == key(merged[i])) {
      merged[kept - 1].log_odds += merged[i].log_odds;
    } else {
      merged[kept++] = merged[i];
    }
  }
  merged.resize(kept);
  suspicions_ = std::move(merged);
}

double LinkLedger::probability(Id<UsagePoint> id, Id<Device> transformer) const {
  double sum = -std::numeric_limits<double>::infinity();
  double own = sum;
  for (const Candidate& candidate : candidates(id)) {
    const double log_weight = candidate.log_prior + candidate.log_odds;
    sum = log_add(sum, log_weight);
    if (candidate.transformer == transformer) own = log_weight;
  }
  return std::isfinite(own) ? std::exp(own - sum) : 0;
}

// Without the import's word, P(candidate) <= wrong e^odds / (1 - wrong + wrong e^odds), and
// nearly everybody a storm spoke of is far below.
bool LinkLedger::may_be_listed(Id<UsagePoint> id) const {
  if (!geometric_.of(id).empty()) return true;
  double most = 0;  // of a candidate that no storm told apart
  for (const Suspicion& said : said_of(id)) most = std::max(most, said.log_odds);
  const LinkSettings& links = settings_.links;
  return links.listed_at <= 0 || links.listed_at >= 1 ||
         most >= std::log(links.listed_at / (1 - links.listed_at)) -
                     std::log(links.wrong / (1 - links.wrong)) - 1e-9;
}

Result<SuspectedLinks> LinkLedger::suspected() const {
  std::vector<SuspectedLink> rows;
  for (const SuspectedLink& link : geometric_.rows()) {
    const bool listed = static_cast<double>(link.probability) >= settings_.links.listed_at;
    if (listed && said_of(link.usage_point).empty()) rows.push_back(link);
  }
  for (std::size_t i = 0; i < suspicions_.size(); i += said_of(suspicions_[i].usage_point).size()) {
    const Id<UsagePoint> id = suspicions_[i].usage_point;
    if (!may_be_listed(id)) continue;
    const std::vector<Candidate> all = candidates(id);
    double sum = -std::numeric_limits<double>::infinity();
    for (const Candidate& candidate : all) {
      sum = log_add(sum, candidate.log_prior + candidate.log_odds);
    }
    for (std::size_t k = 1; k < all.size(); ++k) {
      const double p = std::exp(all[k].log_prior + all[k].log_odds - sum);
      if (p < settings_.links.listed_at) continue;
      rows.push_back(
          {id, all.front().transformer, all[k].transformer, static_cast<float>(std::min(p, 1.0))});
    }
  }
  return SuspectedLinks::from_rows(std::move(rows), network_);
}

LinkLedger::CarriedOver LinkLedger::carried_over(
    const IdVector<UsagePoint, Id<UsagePoint>>& usage_points,
    const IdVector<Device, Id<Device>>& devices, const NetworkModel& after,
    const SuspectedLinks& geometric, std::shared_ptr<const PlaceIndex> places) const {
  CarriedOver carried{{after, settings_, geometric, std::move(places)}, 0, 0};
  std::vector<Suspicion> kept;
  for (const Suspicion& said : suspicions_) {
    const Id<UsagePoint> now = usage_points[said.usage_point];
    const Id<Device> transformer = devices[said.transformer];
    const Id<Device> declared = network_.usage_points()[said.usage_point].transformer;
    // Odds are against the declared transformer: with another one they mean nothing.
    const bool same = now.valid() && transformer.valid() &&
                      after.usage_points()[now].transformer == devices[declared];
    if (!same) {
      ++carried.lost;
      continue;
    }
    kept.push_back({now, transformer, said.log_odds});
    ++carried.carried;
  }
  std::ranges::sort(kept, {}, [](const Suspicion& s) {
    return std::tuple{s.usage_point, s.transformer};
  });
  carried.ledger.suspicions_ = std::move(kept);
  return carried;
}

}  // namespace gridmend
