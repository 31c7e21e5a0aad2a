// What asking meters gains: bench_pings [storms] [batch] [suspects]. Over the reference storm one
// feeder at a time, meters are asked by several rules with the same number of pings, `batch` at a
// time before the answers are in; prints the table of docs/algorithms/value_of_information.md.
// Truth draws the answers; no rule sees it. `suspects` is the most on a list (PatrolSettings).

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "core/base/random.h"
#include "core/network/supply_forest.h"
#include "core/outage/evidence_view.h"
#include "core/outage/ping_suggestions.h"
#include "core/outage/sum_product.h"
#include "core/outage/tree_search.h"
#include "tests/storm/reference_storm.h"

namespace gridmend {
namespace {

constexpr std::array<std::size_t, 5> kBudgets = {0, 5, 10, 20, 50};

// One storm, what is known of it, and who was asked.
class Desk {
 public:
  Desk(storm::Storm storm, const LocaliserSettings& settings)
      : storm_(std::move(storm)),
        settings_(settings),
        forest_(InferenceForest::contract(
            SupplyForest::derive(storm_.network, SwitchState{storm_.network}))),
        asked_(storm_.network.usage_points().size(), false) {
    for (std::uint32_t z = 0; z < forest_.zones().size(); ++z) {
      const InferenceZone& zone = forest_.zones()[z];
      const bool fed = !zone.parent.valid() || live_[zone.parent.index];
      const bool open = storm_.open[zone.device.index] != 0;
      live_.push_back(fed && !open);
      active_.push_back(fed && open);
    }
    look();
  }

  const storm::Storm& storm() const { return storm_; }
  const InferenceForest& forest() const { return forest_; }
  const TreePosterior& tree() const { return posterior_.trees.front(); }
  const Posterior& posterior() const { return posterior_; }
  EvidenceView view() const { return {{forest_, storm_.evidence, water_, storm_.at}, settings_}; }
  bool is_asked(Id<UsagePoint> id) const { return asked_[id.index]; }
  bool is_active(std::uint32_t zone) const { return active_[zone]; }

  // The meter answers as the truth has it. A meter answers alike whoever asks.
  void ask(Id<UsagePoint> id, const Random& answers) {
    asked_[id.index] = true;
    Random own = answers.fork(id.index);
    const bool live = live_[forest_.zone_of(id).index];
    const double lost = settings_.reliability.ping_lost, wrong = settings_.reliability.ping_false;
    const bool answered = own.chance(live ? 1 - lost : wrong);
    storm_.evidence.record({"", storm_.at, storm_.at, "ping", PingResult{id, answered}});
  }
  void look() { posterior_ = localise(view(), forest_.roots()); }

 private:
  storm::Storm storm_;
  const LocaliserSettings& settings_;
  InferenceForest forest_;
  Water water_;
  Posterior posterior_;
  std::vector<bool> asked_, live_, active_;
};

using Rule = std::function<std::vector<Id<UsagePoint>>(const Desk&, std::size_t, Random&)>;

std::vector<Id<UsagePoint>> by_value(const Desk& desk, std::size_t count, Random&) {
  std::vector<Id<UsagePoint>> meters;
  for (const PingSuggestion& one : suggest_pings(desk.view(), desk.posterior(), count)) {
    meters.push_back(one.usage_point);
  }
  return meters;
}

std::vector<Id<UsagePoint>> unasked(const Desk& desk) {
  std::vector<Id<UsagePoint>> meters;
  for (const Id<UsagePoint> id : desk.forest().usage_points_in_order()) {
    if (!desk.is_asked(id)) meters.push_back(id);
  }
  return meters;
}

std::vector<Id<UsagePoint>> at_random(const Desk& desk, std::size_t count, Random& random) {
  std::vector<Id<UsagePoint>> meters = unasked(desk);
  for (std::size_t i = 0; i < std::min(count, meters.size()); ++i) {
    std::swap(meters[i], meters[i + random.below(meters.size() - i)]);
  }
  meters.resize(std::min(count, meters.size()));
  return meters;
}

// One meter behind every device, level by level from the source; then again.
std::vector<Id<UsagePoint>> breadth_first(const Desk& desk, std::size_t count, Random&) {
  const InferenceForest& forest = desk.forest();
  std::vector<Id<InferenceZone>> queue{forest.roots().begin(), forest.roots().end()};
  std::vector<Id<UsagePoint>> meters;
  std::vector<bool> taken(desk.storm().network.usage_points().size(), false);
  for (std::size_t i = 0; i < queue.size() && meters.size() < count; ++i) {
    const Id<InferenceZone> zone = queue[i];
    for (std::uint32_t z = zone.index + 1; z < forest[zone].zones_end;
         z = forest[Id<InferenceZone>{z}].zones_end) {
      queue.push_back(Id<InferenceZone>{z});
    }
    const auto behind = forest.usage_points_behind(zone);
    const bool covered = std::ranges::any_of(
        behind, [&](Id<UsagePoint> id) { return desk.is_asked(id) || taken[id.index]; });
    if (covered || behind.empty()) continue;
    meters.push_back(behind[behind.size() / 2]);
    taken[meters.back().index] = true;
  }
  Random none{0};
  if (meters.empty()) return at_random(desk, count, none);
  return meters;
}

// Whose supply is the most uncertain, one of a transformer at a time.
std::vector<Id<UsagePoint>> most_uncertain(const Desk& desk, std::size_t count, Random&) {
  struct Doubt {
    double doubt = 0;
    Id<UsagePoint> meter;
  };
  std::vector<Doubt> doubts;
  for (std::uint32_t z = 0; z < desk.forest().zones().size(); ++z) {
    for (const Id<UsagePoint> id : desk.forest().own_usage_points(Id<InferenceZone>{z})) {
      if (desk.is_asked(id)) continue;
      doubts.push_back({std::abs(desk.tree().p_live[z] - .5), id});
      break;
    }
  }
  std::ranges::stable_sort(doubts, {}, &Doubt::doubt);
  std::vector<Id<UsagePoint>> meters;
  for (std::size_t i = 0; i < std::min(count, doubts.size()); ++i) {
    meters.push_back(doubts[i].meter);
  }
  return meters;
}

// Until every device that keeps somebody dark has been reached by a crew that after every look goes
// to where it now expects most for its minutes: customers times the minutes they waited.
double customer_minutes(const Desk& desk, const LocaliserSettings& settings) {
  const EvidenceView view = desk.view();
  LocaliserSettings everything = settings;
  everything.patrols.suspect_at = 0;
  everything.patrols.suspects = 1000;
  const EvidenceView all{view.input(), everything};
  const TreeSearch search{all, desk.tree()};
  const ZoneBelief belief = search.belief();
  std::vector<double> prior = desk.tree().prior;
  std::vector<bool> visited(prior.size(), false);
  std::size_t left = 0;
  for (const SearchSuspect& s : search.suspects()) left += desk.is_active(s.zone);
  Marginals now;
  double minutes = 0, waited = 0;
  while (left > 0) {
    infer_marginals({belief.parent, prior, desk.tree().log_likelihood}, now);
    const SearchSuspect* next = nullptr;
    double most = -1;
    for (const SearchSuspect& s : search.suspects()) {
      const double worth = s.weight * now.p_active[s.zone] / s.minutes;
      if (visited[s.zone] || worth <= most) continue;
      next = &s;
      most = worth;
    }
    visited[next->zone] = true;
    minutes += next->minutes;
    const Id<Device> device = desk.forest()[search.zone(next->zone)].device;
    prior[next->zone] = desk.storm().open[device.index] != 0 ? 1 : 0;
    if (!desk.is_active(next->zone)) continue;
    waited += next->weight * minutes;
    --left;
  }
  return waited;
}

struct Score {
  std::size_t storms = 0, exact = 0, hits = 0, wrong = 0, missed = 0;
  double waited = 0, asked = 0, saved = 0, saved_squared = 0;

  // `before`: the same storm's minutes without a ping.
  void add(const Desk& desk, double before, double minutes, std::size_t pings) {
    bool same = true;
    for (std::uint32_t z = 0; z < desk.tree().cut.size(); ++z) {
      const bool said = desk.tree().cut[z] != 0, truth = desk.is_active(z);
      hits += said && truth;
      wrong += said && !truth;
      missed += truth && !said;
      same = same && said == truth;
    }
    ++storms;
    exact += same;
    waited += minutes;
    saved += before - minutes;
    saved_squared += (before - minutes) * (before - minutes);
    asked += static_cast<double>(pings);
  }
  // Of the mean of what was saved.
  double standard_error() const {
    const auto n = static_cast<double>(storms);
    return std::sqrt(std::max(0.0, saved_squared / n - saved / n * (saved / n)) / n);
  }
  double f1() const {
    return 2.0 * static_cast<double>(hits) / static_cast<double>(2 * hits + wrong + missed);
  }
};

struct Options {
  std::size_t storms = 200;
  std::size_t batch = 1;
  std::size_t suspects = PatrolSettings{}.suspects;
};

void run(const storm::StormParameters& parameters, const Rule& rule, const Options& options,
         std::array<Score, kBudgets.size()>& scores) {
  LocaliserSettings settings = storm::matched_settings(parameters);
  settings.patrols.pings_per_tree = static_cast<std::uint32_t>(options.batch);
  settings.patrols.suspects = static_cast<std::uint32_t>(options.suspects);
  for (std::size_t number = 0; number < options.storms; ++number) {
    Random random = Random{1}.fork(number);
    const Random answers = Random{2}.fork(number);
    Random draw = Random{3}.fork(number);
    Desk desk{storm::make_storm(random, parameters), settings};
    std::size_t asked = 0;
    bool more = true;
    const double before = customer_minutes(desk, settings);
    for (std::size_t b = 0; b < kBudgets.size(); ++b) {
      while (more && asked < kBudgets[b]) {
        const auto meters = rule(desk, std::min(options.batch, kBudgets[b] - asked), draw);
        for (const Id<UsagePoint> meter : meters) desk.ask(meter, answers);
        asked += meters.size();
        more = !meters.empty();
        desk.look();
      }
      scores[b].add(desk, before, customer_minutes(desk, settings), asked);
    }
  }
}

void table(double reach, const Options& options) {
  storm::StormParameters parameters;
  parameters.last_gasp_reach = reach;
  const std::array<std::pair<const char*, Rule>, 4> rules = {{{"value of information", by_value},
                                                              {"most uncertain", most_uncertain},
                                                              {"breadth first", breadth_first},
                                                              {"at random", at_random}}};
  for (const auto& [name, rule] : rules) {
    std::array<Score, kBudgets.size()> scores{};
    run(parameters, rule, options, scores);
    for (std::size_t b = 0; b < kBudgets.size(); ++b) {
      const Score& score = scores[b];
      const auto n = static_cast<double>(score.storms);
      std::printf("| %.2g | %-20s | %2zu | %4.1f | %.3f | %.3f | %6.0f | %5.0f +- %.0f |\n", reach,
                  name, kBudgets[b], score.asked / n, score.f1(),
                  static_cast<double>(score.exact) / n, score.waited / n, score.saved / n,
                  score.standard_error());
    }
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  gridmend::Options options;
  const auto read = [&](int place, std::size_t& into) {
    if (argc > place) into = std::strtoull(argv[place], nullptr, 10);
  };
  read(1, options.storms);
  read(2, options.batch);
  read(3, options.suspects);
  if (options.storms == 0 || options.batch == 0 || options.batch > 10 || options.suspects > 1000) {
    std::fprintf(stderr, "usage: bench_pings [storms] [batch of 1 to 10] [suspects]\n");
    return 2;
  }
  std::printf("%zu storms, %zu asked at a time, %zu suspects\n\n", options.storms, options.batch,
              options.suspects);
  std::printf("| reach | rule | allowed | asked | device F1 | exact set | minutes | saved |\n");
  std::printf("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (const double reach : {.8, .3, .1, 1e-4}) gridmend::table(reach, options);
  return 0;
}
