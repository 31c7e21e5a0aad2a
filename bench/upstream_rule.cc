#include "bench/upstream_rule.h"

#include <algorithm>

namespace gridmend::accuracy {
namespace {

int rank(const InferenceZone& zone) {
  if (!zone.device.valid()) return 0;
  if (is_protective(zone.kind)) return 2;
  return zone.kind == DeviceKind::power_transformer ? 1 : 0;
}

}  // namespace

int UpstreamRule::Reports::count(double window_min) const {
  if (window_min <= 0) return calls + static_cast<int>(gasps_min.size());
  std::size_t best = 0;
  for (std::size_t first = 0, last = 0; last < gasps_min.size(); ++last) {
    while (gasps_min[last] - gasps_min[first] > window_min) ++first;
    best = std::max(best, last - first + 1);
  }
  return calls + static_cast<int>(best);
}

UpstreamRule::UpstreamRule(const InferenceForest& forest, const AccuracyStorm& storm)
    : forest_(forest),
      reports_(forest.zones().size()),
      branches_(forest.zones().size(), 0),
      leaves_(forest.zones().size(), 0) {
  for (const Heard& heard : storm.heard) {
    const Id<InferenceZone> zone = forest.zone_of(heard.meter);
    if (!zone.valid()) continue;
    Reports& reports = reports_[zone.index];
    if (heard.said == Said::last_gasp)
      reports.gasps_min.push_back(seconds(heard.at - storm.at) / 60);
    if (heard.said == Said::ping_answered) reports.lives = true;
    if (heard.said != Said::call) continue;
    ++reports.calls;
    callers_.push_back(heard.meter);
  }
  for (Reports& reports : reports_) std::ranges::sort(reports.gasps_min);
  for (std::size_t z = forest.zones().size(); z-- > 0;) {
    const Id<InferenceZone> id{z}, parent = forest.zones()[z].parent;
    if (!forest.own_usage_points(id).empty()) {
      ++branches_[z];
      ++leaves_[z];
    }
    if (!parent.valid()) continue;
    leaves_[parent.index] += leaves_[z];
    if (leaves_[z] > 0) ++branches_[parent.index];
  }
}

std::vector<std::uint8_t> UpstreamRule::suspects(const RuleParameters& p) const {
  const std::size_t n = reports_.size();
  std::vector<std::uint8_t> suspected(n, 0);
  std::vector<std::uint32_t> branches(n, 0), leaves(n, 0);
  for (std::size_t z = n; z-- > 0;) {
    const Id<InferenceZone> id{z}, parent = forest_.zones()[z].parent;
    const auto own = static_cast<int>(forest_.own_usage_points(id).size());
    const Reports& reports = reports_[z];
    if (own > 0 && !reports.lives && reports.count(p.window_min) >= std::min(p.reports, own)) {
      ++branches[z];
      ++leaves[z];
    }
    const std::uint32_t all = p.by_branch ? branches_[z] : leaves_[z];
    const std::uint32_t heard = p.by_branch ? branches[z] : leaves[z];
    suspected[z] = all > 0 &&
                   heard >= std::min<std::uint32_t>(static_cast<std::uint32_t>(p.least), all) &&
                   heard > 0 && heard >= p.share * all;
    if (!parent.valid()) continue;
    leaves[parent.index] += leaves[z];
    if (suspected[z] != 0) ++branches[parent.index];
  }
  return suspected;
}

Id<InferenceZone> UpstreamRule::likeliest_in_row(Id<InferenceZone> zone) const {
  Id<InferenceZone> best = zone;
  while (branches_[zone.index] == 1 && forest_.own_usage_points(zone).empty()) {
    std::uint32_t child = zone.index + 1;
    while (leaves_[child] == 0) child = forest_.zones()[child].zones_end;
    zone = Id<InferenceZone>{child};
    if (rank(forest_[zone]) > rank(forest_[best])) best = zone;
  }
  return best;
}

RuleAnswer UpstreamRule::answer(const RuleParameters& p) const {
  const std::vector<std::uint8_t> suspected = suspects(p);
  RuleAnswer answer;
  answer.dark.assign(forest_.network().usage_points().size(), 0);
  for (std::uint32_t z = 0; z < suspected.size();) {
    const Id<InferenceZone> id{z};
    if (suspected[z] == 0) {
      ++z;
      continue;
    }
    answer.open.push_back(zone_key(forest_[p.likeliest ? likeliest_in_row(id) : id]));
    for (const Id<UsagePoint> dark : forest_.usage_points_behind(id)) answer.dark[dark.index] = 1;
    z = forest_[id].zones_end;
  }
  std::ranges::sort(answer.open);
  if (p.lone_calls) {
    for (const Id<UsagePoint> id : callers_) answer.dark[id.index] = 1;
  }
  return answer;
}

std::vector<RuleParameters> UpstreamRule::grid() {
  std::vector<RuleParameters> all;
  for (const int reports : {1, 2, 3}) {
    for (const int least : {1, 2, 3}) {
      for (const double share : {.15, .25, .4, .55, .7, .85}) {
        for (const bool by_branch : {true, false}) {
          for (const double window : {0., 2.}) {
            all.push_back({reports, least, share, by_branch, window, true, true});
          }
        }
      }
    }
  }
  return all;
}

}  // namespace gridmend::accuracy
