#include "core/outage/doubted_reports.h"

#include <algorithm>
#include <set>

#include "core/outage/candidate_parts.h"
#include "core/outage/explanation.h"
#include "core/outage/outage_book.h"

namespace gridmend {
namespace {

struct Reason {
  std::string en, zh;
};

std::string usage_points(std::uint32_t count) {
  return std::to_string(count) + (count == 1 ? " usage point" : " usage points");
}

Reason reason_of(const DoubtedReport& report) {
  const std::string behind = std::to_string(report.usage_points);
  const std::string alive = std::to_string(report.alive);
  switch (report.doubt) {
    case ReportDoubt::nobody_behind:
      return {"nobody is supplied through it", "其后没有用户"};
    case ReportDoubt::behind_another:
      return {"supply is gone ahead of it, so that nothing is seen behind it",
              "其上游已停电，其后情况无从判断"};
    case ReportDoubt::signs_of_life:
      return {alive + " of " + usage_points(report.usage_points) +
                  " behind it showed signs of life since",
              "其后" + behind + "个用电点中有" + alive + "个此后仍有电"};
    case ReportDoubt::other_report:
      return {"other reports about it say that it is closed or sound", "另有报告称其闭合或完好"};
    case ReportDoubt::silence:
      break;
  }
  return {"none of " + usage_points(report.usage_points) + " behind it was heard of",
          "其后" + behind + "个用电点均无任何消息"};
}

void describe(const NetworkModel& network, DoubtedReport& report) {
  const DeviceName name = name_of(network, report.device);
  const std::string time = to_rfc3339(report.since);
  const std::string sure = percent(report.p_open);
  const Reason reason = reason_of(report);
  report.sentence_en = name.en + " was reported " + (report.damage ? "damaged" : "open") + " at " +
                       time + ", which is doubted (" + sure + "): " + reason.en + ".";
  report.sentence_zh = name.zh + "于" + time + "被报告" + (report.damage ? "损坏" : "断开") +
                       "，存疑（" + sure + "）：" + reason.zh + "。";
}

class Doubting {
 public:
  Doubting(const EvidenceView& view, const Posterior& posterior, std::span<const Outage> outages)
      : view_(view), forest_(view.input().forest), posterior_(posterior) {
    for (const Outage& outage : outages) {
      const Id<Device> device = outage.probable.device;
      if (!takes_supply(outage.status) || !device.valid()) continue;
      blamed_.insert(device);
      const Id<InferenceZone> zone = forest_.zone_of(device);
      if (zone.valid() && forest_.heads(zone, device)) blamed_zones_.insert(zone);
    }
  }

  std::vector<DoubtedReport> run() {
    std::vector<DoubtedReport> doubted;
    for (const Id<InferenceZone> zone : view_.reported_open()) {
      for (const ZoneReport& report : view_.reports(zone)) {
        const Time since = report.evidence->open_since();
        if (since == kNeverHeard || since > until()) continue;
        if (blamed_.contains(report.device) || blamed_zones_.contains(zone)) continue;
        doubted.push_back(doubt(report, since));
      }
    }
    std::ranges::sort(doubted, {}, &DoubtedReport::device);
    return doubted;
  }

 private:
  Time until() const { return view_.input().at + view_.settings().reliability.clock_skew; }

  DoubtedReport doubt(const ZoneReport& report, Time since) const {
    const Id<InferenceZone> zone = report.zone;
    DoubtedReport doubted;
    doubted.device = report.device;
    doubted.since = since;
    doubted.damage = report.evidence->damage_seen();
    const std::span<const Id<UsagePoint>> behind = forest_.usage_points_behind(zone);
    doubted.usage_points = static_cast<std::uint32_t>(behind.size());
    for (const Id<UsagePoint> id : behind) {
      if (lives_since(view_.input().evidence.find(id), since)) ++doubted.alive;
    }
    bool fed = true;
    if (const TreePosterior* tree = posterior_.tree_of(forest_.root_of(zone))) {
      doubted.p_open = (*tree)(tree->p_open, zone);
      doubted.p_active = (*tree)(tree->p_active, zone);
      const Id<InferenceZone> parent = forest_[zone].parent;
      fed = !parent.valid() || (*tree)(tree->p_live, parent) >= .5;
    }
    const double told = report_shares({&report, 1}, view_.silence_from(forest_.root_of(zone)),
                                      until(), view_.settings().reliability)
                            .sum();
    doubted.doubt = behind.empty()      ? ReportDoubt::nobody_behind
                    : !fed              ? ReportDoubt::behind_another
                    : doubted.alive > 0 ? ReportDoubt::signs_of_life
                    : told <= 0         ? ReportDoubt::other_report
                                        : ReportDoubt::silence;
    describe(forest_.network(), doubted);
    return doubted;
  }

  const EvidenceView& view_;
  const InferenceForest& forest_;
  const Posterior& posterior_;
  std::set<Id<Device>> blamed_;
  std::set<Id<InferenceZone>> blamed_zones_;  // that they head
};

}  // namespace

std::vector<DoubtedReport> doubted_reports(const EvidenceView& view, const Posterior& posterior,
                                           std::span<const Outage> outages) {
  if (view.reported_open().empty()) return {};
  return Doubting{view, posterior, outages}.run();
}

}  // namespace gridmend
