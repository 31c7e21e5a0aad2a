#include "core/outage/value_of_information.h"

#include <algorithm>
#include <numeric>

#include "core/base/check.h"
#include "core/outage/sum_product.h"

namespace gridmend {
namespace {

std::vector<double> minutes_of(std::span<const SearchSuspect> suspects) {
  std::vector<double> minutes;
  minutes.reserve(suspects.size());
  for (const SearchSuspect& suspect : suspects) minutes.push_back(suspect.minutes);
  return minutes;
}

// P(zone `from` lives, and the answer); `above` of the levels stand ahead of it.
double live_and_answer(const ZoneBelief& belief, const PingQuestion& question,
                       std::span<const double> answer, std::uint32_t from) {
  double sum = 0, below = 0;
  std::size_t level = 0;
  for (; level < question.levels.size() && question.levels[level] >= from; ++level) {
    const double live = belief.p_live[question.levels[level]];
    sum += (live - below) * answer[level];
    below = live;
  }
  return sum + (belief.p_live[from] - below) * answer[level];
}

}  // namespace

double p_answered(const ZoneBelief& belief, const PingQuestion& question) {
  return live_and_answer(belief, question, question.answered, 0) +
         (1 - belief.p_live[0]) * question.answered.back();
}

InformationValue::InformationValue(const ZoneBelief& belief,
                                   std::span<const SearchSuspect> suspects)
    : belief_(belief),
      suspects_(suspects),
      list_(minutes_of(suspects)),
      joint_(suspects.size()),
      paths_begin_{0} {
  for (const SearchSuspect& suspect : suspects) {
    losses_.push_back(suspect.weight * belief.p_active[suspect.zone]);
    for (std::uint32_t v = suspect.zone; v != kNoParent; v = belief.parent[v]) paths_.push_back(v);
    std::reverse(paths_.begin() + paths_begin_.back(), paths_.end());
    paths_begin_.push_back(static_cast<std::uint32_t>(paths_.size()));
  }
  cost_ = list_.cost(losses_);
}

// The zones of a path that hold another zone are its first ones.
std::uint32_t InformationValue::holding_both(std::size_t suspect, std::uint32_t zone) const {
  const auto begin = paths_.begin() + paths_begin_[suspect];
  const auto end = paths_.begin() + paths_begin_[suspect + 1];
  const auto past =
      std::partition_point(begin, end, [&](std::uint32_t v) { return belief_.holds(v, zone); });
  GRIDMEND_CHECK(past != begin, "suspects and questions are of one tree");
  return *(past - 1);
}

double InformationValue::given_active(const PingQuestion& question, std::span<const double> answer,
                                      std::size_t suspect) const {
  const std::uint32_t zone = suspects_[suspect].zone;
  if (belief_.holds(zone, question.levels.front())) {
    // Whatever stands ahead of the suspect lives.
    const auto ahead =
        std::ranges::find_if(question.levels, [zone](std::uint32_t level) { return level < zone; });
    return answer[static_cast<std::size_t>(ahead - question.levels.begin())];
  }
  const std::uint32_t both = holding_both(suspect, question.levels.front());
  const double live = belief_.p_live[both];
  return live > 0 ? live_and_answer(belief_, question, answer, both) / live : 0;
}

double InformationValue::ping_gain(const PingQuestion& question) {
  double after = 0;
  for (const std::vector<double>* answer : {&question.answered, &question.unanswered}) {
    for (std::size_t i = 0; i < suspects_.size(); ++i) {
      joint_[i] = losses_[i] * given_active(question, *answer, i);
    }
    after += list_.cost(joint_);
  }
  return std::max(0.0, cost_ - after);
}

InformationValue::Seen InformationValue::seen(std::uint32_t zone, std::size_t suspect) const {
  const std::uint32_t other = suspects_[suspect].zone;
  const double q = belief_.prior[zone];
  if (other == zone) return {1, 0};
  if (belief_.holds(other, zone)) return {q, 1 - q};
  if (belief_.holds(zone, other)) return {0, 1};
  const double live = belief_.p_live[holding_both(suspect, zone)];
  if (!(live > 0)) return {};
  const double fed = belief_.p_live[belief_.parent[zone]];
  const double open = std::clamp((belief_.p_active[zone] + (live - fed) * q) / live, 0.0, 1.0);
  return {open, 1 - open};
}

double InformationValue::cost_after_look(std::uint32_t zone, bool put_right) {
  double after = 0;
  for (const bool open : {true, false}) {
    for (std::size_t i = 0; i < suspects_.size(); ++i) {
      const Seen chance = seen(zone, i);
      joint_[i] = losses_[i] * (open ? chance.open : chance.closed);
      if (put_right && suspects_[i].zone == zone) joint_[i] = 0;
    }
    after += list_.cost(joint_);
  }
  return after;
}

double InformationValue::look_gain(std::uint32_t zone) {
  return std::max(0.0, cost_ - cost_after_look(zone, false));
}

double InformationValue::first_look_gain(std::uint32_t zone, double minutes) {
  const double waiting = std::accumulate(losses_.begin(), losses_.end(), 0.0);
  return cost_ - minutes * waiting - cost_after_look(zone, true);
}

std::vector<double> InformationValue::p_active_after(const PingQuestion& question,
                                                     bool answered) const {
  const double yes = p_answered(belief_, question);
  const double chance = answered ? yes : 1 - yes;
  std::vector<double> p(suspects_.size(), 0);
  for (std::size_t i = 0; i < p.size() && chance > 0; ++i) {
    const auto& answer = answered ? question.answered : question.unanswered;
    p[i] = belief_.p_active[suspects_[i].zone] * given_active(question, answer, i) / chance;
  }
  return p;
}

std::vector<double> InformationValue::p_active_if_closed(std::uint32_t zone) const {
  const std::uint32_t parent = belief_.parent[zone];
  const double fed = parent == kNoParent ? 1 : belief_.p_live[parent];
  const double open = belief_.p_active[zone] + (1 - fed) * belief_.prior[zone];
  std::vector<double> p(suspects_.size(), 0);
  for (std::size_t i = 0; i < p.size() && open < 1; ++i) {
    p[i] = belief_.p_active[suspects_[i].zone] * seen(zone, i).closed / (1 - open);
  }
  return p;
}

std::vector<std::uint32_t> InformationValue::order() { return list_.order(losses_); }

}  // namespace gridmend
