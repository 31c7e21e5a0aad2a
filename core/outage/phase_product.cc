#include "core/outage/phase_product.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/base/check.h"
#include "core/outage/log_zero.h"

namespace gridmend {
namespace {

// One way a zone can be: on which phases it is, and which of those are open.
struct Setting {
  std::uint8_t carried = 0;
  std::uint8_t open = 0;
  double weight = 0;

  std::uint8_t left(unsigned feed) const {
    return static_cast<std::uint8_t>(feed & carried & ~unsigned{open});
  }
};

class Settings {
 public:
  explicit Settings(const PhaseZone& zone) {
    if (zone.one_of) {
      add_single_phases(zone);
      return;
    }
    for (std::uint8_t open = 0; open < 8; ++open) add(zone.carries, open, zone.opening[open]);
  }
  const Setting* begin() const { return all_.data(); }
  const Setting* end() const { return all_.data() + size_; }
  const Setting& operator[](std::size_t i) const { return all_[i]; }

 private:
  void add(std::uint8_t carried, std::uint8_t open, double weight) {
    if (weight > 0) all_[size_++] = {carried, open, weight};
  }
  // Closed ones first: ties of an explanation go to them.
  void add_single_phases(const PhaseZone& zone) {
    const double share = 1.0 / std::popcount(unsigned{zone.carries});
    double open = 0;
    for (std::size_t o = 1; o < 8; ++o) open += zone.opening[o];
    for (const bool is_open : {false, true}) {
      for (std::uint8_t phase = 1; phase < 8; phase = static_cast<std::uint8_t>(phase << 1)) {
        if ((zone.carries & phase) == 0) continue;
        add(phase, is_open ? phase : std::uint8_t{0}, share * (is_open ? open : zone.opening[0]));
      }
    }
  }

  std::array<Setting, 8> all_{};
  std::size_t size_ = 0;
};

// [s][t]: P(t is left of the feed s), for t within s.
using Kernel = std::array<ByPhases, 8>;

template <class Visitor>
void visit_subsets(unsigned set, Visitor&& visitor) {
  for (unsigned t = set;; t = (t - 1) & set) {
    visitor(t);
    if (t == 0) return;
  }
}

Kernel kernel_of(const Settings& settings) {
  Kernel kernel{};
  for (const Setting& setting : settings) kernel[7][setting.left(7)] += setting.weight;
  // A feed without one more phase: whether that phase is passed on makes no difference any more.
  for (unsigned s = 7; s-- > 0;) {
    const unsigned with = s | (~s & (s + 1));
    const unsigned bit = with ^ s;
    visit_subsets(s, [&](unsigned t) { kernel[s][t] = kernel[with][t] + kernel[with][t | bit]; });
  }
  return kernel;
}

// log sum over t within s of kernel[s][t] e^{below[t]}. One scale for all where nothing can
// vanish by it.
ByPhases messages_up(const Kernel& kernel, const ByPhases& below) {
  const auto [low, high] = std::ranges::minmax(below);
  ByPhases message{};
  if (high - low < 600) {
    ByPhases scaled;
    for (std::size_t t = 0; t < 8; ++t) scaled[t] = std::exp(below[t] - high);
    for (unsigned s = 1; s < 8; ++s) {
      double sum = 0;
      visit_subsets(s, [&](unsigned t) { sum += kernel[s][t] * scaled[t]; });
      message[s] = high + std::log(sum);
    }
    return message;
  }
  for (unsigned s = 1; s < 8; ++s) {
    double top = kLogZero;
    visit_subsets(s, [&](unsigned t) {
      if (kernel[s][t] > 0) top = std::max(top, below[t]);
    });
    double sum = 0;
    visit_subsets(s, [&](unsigned t) {
      if (kernel[s][t] > 0) sum += kernel[s][t] * std::exp(below[t] - top);
    });
    message[s] = top + std::log(sum);
  }
  return message;
}

void check_shape(const PhaseTree& tree) {
  GRIDMEND_CHECK(
      tree.parent.size() == tree.zones.size() && tree.parent.size() == tree.log_likelihood.size(),
      "a phase tree's columns are of one length");
}

// Own evidence, less that of a dead zone: sums stay small, and the message for no feed is 0.
void read_evidence(const PhaseTree& tree, std::vector<ByPhases>& below) {
  below.assign(tree.log_likelihood.begin(), tree.log_likelihood.end());
  for (ByPhases& zone : below) {
    const double dead = zone[0];
    for (double& value : zone) value -= dead;
  }
}

void add_to_parent(const PhaseTree& tree, std::size_t v, const ByPhases& message,
                   std::vector<ByPhases>& below) {
  const std::uint32_t p = tree.parent[v];
  if (p == kNoParent) return;
  GRIDMEND_CHECK(p < v, "a parent stands before its children");
  for (std::size_t s = 0; s < 8; ++s) below[p][s] += message[s];
}

// [s][t]: P(feed s, left t | all evidence) / kernel[s][t].
Kernel joint_of(const Kernel& kernel, const ByPhases& feed, const ByPhases& below,
                const ByPhases& message) {
  Kernel joint{};
  for (unsigned s = 0; s < 8; ++s) {
    if (feed[s] <= 0) continue;
    visit_subsets(s, [&](unsigned t) {
      if (kernel[s][t] > 0) joint[s][t] = feed[s] * std::exp(below[t] - message[s]);
    });
  }
  return joint;
}

}  // namespace

void infer_phase_marginals(const PhaseTree& tree, PhaseMarginals& out) {
  check_shape(tree);
  const std::size_t n = tree.parent.size();
  read_evidence(tree, out.below);
  out.message.resize(n);
  out.log_evidence = 0;
  for (std::size_t v = n; v-- > 0;) {
    out.message[v] = messages_up(kernel_of(Settings{tree.zones[v]}), out.below[v]);
    add_to_parent(tree, v, out.message[v], out.below);
    if (tree.parent[v] == kNoParent) out.log_evidence += out.message[v][kAllPhases];
  }
  out.p_live.assign(n, {});
  out.p_active.assign(n, {});
  out.p_open.assign(n, {});
  static constexpr ByPhases kSource = {0, 0, 0, 0, 0, 0, 0, 1};
  for (std::size_t v = 0; v < n; ++v) {
    const Settings settings{tree.zones[v]};
    const ByPhases& feed = tree.parent[v] == kNoParent ? kSource : out.p_live[tree.parent[v]];
    const Kernel joint = joint_of(kernel_of(settings), feed, out.below[v], out.message[v]);
    for (const Setting& setting : settings) {
      for (unsigned s = 0; s < 8; ++s) {
        const double p = setting.weight * joint[s][setting.left(s)];
        out.p_live[v][setting.left(s)] += p;
        out.p_active[v][s & setting.open] += p;
        out.p_open[v][setting.open] += p;
      }
    }
  }
}

void infer_phase_explanation(const PhaseTree& tree, PhaseExplanation& out) {
  check_shape(tree);
  const std::size_t n = tree.parent.size();
  read_evidence(tree, out.message);
  out.choice.resize(n);
  for (std::size_t v = n; v-- > 0;) {
    const Settings settings{tree.zones[v]};
    ByPhases best;
    best.fill(kLogZero);
    for (std::uint8_t i = 0; settings.begin() + i != settings.end(); ++i) {
      const double weight = std::log(settings[i].weight);
      for (unsigned s = 0; s < 8; ++s) {
        const double value = weight + out.message[v][settings[i].left(s)];
        if (value <= best[s]) continue;
        best[s] = value;
        out.choice[v][s] = i;
      }
    }
    const double dead = best[0];
    for (double& value : best) value -= dead;
    out.message[v] = best;
    add_to_parent(tree, v, best, out.message);
  }
  for (auto* column : {&out.open, &out.carried, &out.live, &out.active}) column->resize(n);
  for (std::size_t v = 0; v < n; ++v) {
    const std::uint8_t feed = tree.parent[v] == kNoParent ? kAllPhases : out.live[tree.parent[v]];
    const Setting best = Settings{tree.zones[v]}[out.choice[v][feed]];
    out.open[v] = best.open;
    out.carried[v] = best.carried;
    out.live[v] = best.left(feed);
    out.active[v] = static_cast<std::uint8_t>(feed & best.open);
  }
}

PhaseZone gang_operated_zone(double q, std::uint8_t carries) {
  GRIDMEND_CHECK(carries != 0 && carries <= kAllPhases, "a zone carries some of A, B and C");
  PhaseZone zone;
  zone.carries = carries;
  zone.opening[0] = 1 - q;
  zone.opening[carries] = q;
  return zone;
}

PhaseZone unknown_phase_zone(double q, std::uint8_t carries) {
  PhaseZone zone = gang_operated_zone(q, carries);
  zone.one_of = true;
  return zone;
}

PhaseZone single_phase_zone(double q, std::uint8_t carries, double together_share) {
  GRIDMEND_CHECK(carries != 0 && carries <= kAllPhases, "a zone carries some of A, B and C");
  const int phases = std::popcount(unsigned{carries});
  const double together = q * together_share;
  // 1 - (1 - together) (1 - alone)^phases = q.
  const double closed = q >= 1 ? 0 : std::exp((std::log1p(-q) - std::log1p(-together)) / phases);
  const double alone = q >= 1 ? 1 : -std::expm1((std::log1p(-q) - std::log1p(-together)) / phases);
  PhaseZone zone;
  zone.carries = carries;
  visit_subsets(carries, [&](unsigned open) {
    const int count = std::popcount(open);
    zone.opening[open] = (1 - together) * std::pow(alone, count) * std::pow(closed, phases - count);
  });
  zone.opening[carries] += together;
  return zone;
}

}  // namespace gridmend
