#include "core/outage/reliability_learning.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "core/geo/spatial_index.h"

namespace gridmend {
namespace {

constexpr std::uint32_t kNoOutage = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMostPoorGroups = 100;

struct Share {
  double hits = 0;
  double tries = 0;
};

// Everything counted, before any number is made of it.
struct Tally {
  std::size_t outages = 0;
  std::size_t storms = 0;
  ReachEstimate reach;
  CallEstimate calls;
  Share false_gasps;
  Share lost_pings;
  Share false_pings;
  Share false_calls;
  Share partial_calls;
  Share dim_calls;
  std::map<std::string, SourceRecord> sources;
  struct Heard {
    std::uint32_t meters = 0;
    std::uint32_t heard = 0;
  };
  std::map<std::uint64_t, std::vector<Heard>> groups;  // outage by outage
};

// The communication group of a usage point, or its transformer, as one number; neither: kNoGroup.
constexpr std::uint64_t kNoGroup = std::numeric_limits<std::uint64_t>::max();
std::uint64_t group_key(const UsagePoint& point) {
  constexpr std::uint64_t kTransformer = std::uint64_t{1} << 32;
  if (point.communication_group.valid()) return point.communication_group.index;
  return point.transformer.valid() ? kTransformer | point.transformer.index : kNoGroup;
}

std::string group_name(const NetworkModel& network, std::uint64_t key) {
  const auto index = static_cast<std::uint32_t>(key);
  if (key >> 32 == 0) {
    return std::string{network.text(network.communication_groups()[Id<CommunicationGroup>{index}])};
  }
  return std::string{network.mrid(Id<Device>{index})};
}

// What one report says of its device: open (true), closed, or nothing.
std::optional<bool> says_open(const EvidenceKind& kind) {
  if (const auto* position = std::get_if<SwitchPosition>(&kind)) {
    if (position->unknown) return std::nullopt;
    return position->open_phases != PhaseSet::none();
  }
  if (const auto* indicator = std::get_if<FaultIndicator>(&kind)) return indicator->passed;
  if (const auto* report = std::get_if<FieldReport>(&kind)) {
    if (report->finding == Finding::damaged || report->finding == Finding::open) return true;
    if (report->finding == Finding::intact || report->finding == Finding::restored) return false;
  }
  return std::nullopt;
}

std::pair<Id<Device>, const char*> reported_device(const EvidenceKind& kind) {
  if (const auto* position = std::get_if<SwitchPosition>(&kind)) {
    return {position->device, "switch_position"};
  }
  if (const auto* indicator = std::get_if<FaultIndicator>(&kind)) {
    return {indicator->device, "fault_indicator"};
  }
  if (const auto* report = std::get_if<FieldReport>(&kind)) return {report->device, "field_report"};
  return {};
}

// One storm: outages near each other in time, and what was heard meanwhile.
class Storm {
 public:
  Storm(const NetworkModel& network, std::span<const KnownOutage> outages,
        std::span<const KnownOutage> others, Time begin, Time end, const LearningSettings& settings)
      : network_(network),
        outages_(outages),
        settings_(settings),
        outage_of_(network.usage_points().size(), kNoOutage),
        heard_(network.usage_points().size()),
        in_doubt_(network.usage_points().size(), 0) {
    for (std::uint32_t i = 0; i < outages.size(); ++i) {
      for (const IdRange<UsagePoint>& range : outages[i].usage_points.ranges()) {
        for (const Id<UsagePoint> id : range) outage_of_[id] = i;
      }
    }
    mark_doubtful();
    for (const KnownOutage& other : others) {
      if (other.from_earliest > end || other.to < begin) continue;
      for (const IdRange<UsagePoint>& range : other.usage_points.ranges()) {
        for (const Id<UsagePoint> id : range) in_doubt_[id] = 1;
      }
    }
  }

  void hear(const Evidence& item, Tally& tally) {
    if (const auto* gasp = std::get_if<LastGasp>(&item.kind)) {
      hear_gasp(gasp->usage_point, item.event_time);
    } else if (const auto* power_up = std::get_if<PowerUp>(&item.kind)) {
      hear_life(power_up->usage_point, item.event_time);
    } else if (const auto* ping = std::get_if<PingResult>(&item.kind)) {
      hear_ping(*ping, item.event_time, tally);
    } else if (const auto* reading = std::get_if<MeterReading>(&item.kind)) {
      if (reading->energy_kwh > 0) hear_life(reading->usage_point, item.event_time);
    } else if (const auto* call = std::get_if<TroubleCall>(&item.kind)) {
      hear_call(*call, item.event_time, tally);
    } else {
      hear_report(item, tally);
    }
  }

  // After the last item.
  void close(Tally& tally) {
    ++tally.storms;
    tally.outages += outages_.size();
    for (std::uint32_t i = 0; i < outages_.size(); ++i) close_outage(i, tally);
    for (const Id<UsagePoint> id : network_.usage_points().ids()) {
      if (outage_of_[id] != kNoOutage || in_doubt_[id] != 0) continue;
      ++tally.false_gasps.tries;
      ++tally.false_calls.tries;
      if (heard_[id].gasp) ++tally.false_gasps.hits;
      if (heard_[id].call) ++tally.false_calls.hits;
    }
  }

 private:
  struct Heard {
    bool gasp = false;   // in time, when it went dark
    bool call = false;   // in its outage
    bool lived = false;  // through the middle of it: it may hang elsewhere
    Duration waited{};   // until the first call
  };

  const KnownOutage* outage(Id<UsagePoint> id) const {
    return outage_of_[id] == kNoOutage ? nullptr : &outages_[outage_of_[id]];
  }
  bool known(Id<UsagePoint> id) const {
    return id.valid() && id.index < network_.usage_points().size();
  }
  bool within(const KnownOutage& outage, Time time) const {
    return time > outage.from_latest + settings_.boundary && time < outage.to - settings_.boundary;
  }
  static Time middle(const KnownOutage& outage) {
    return outage.from_earliest + (outage.from_latest - outage.from_earliest) / 2;
  }

  void mark_doubtful() {
    std::vector<Position> dark;
    for (const KnownOutage& outage : outages_) {
      for (const IdRange<UsagePoint>& range : outage.usage_points.ranges()) {
        for (const Id<UsagePoint> id : range) dark.push_back(network_.usage_points()[id].position);
      }
    }
    if (dark.empty()) return;
    const SpatialIndex index{dark};
    for (const Id<UsagePoint> id : network_.usage_points().ids()) {
      const Position place = network_.usage_points()[id].position;
      for (const std::uint32_t i : index.nearest(place, 1)) {
        in_doubt_[id] = distance_m(place, dark[i]) <= settings_.doubt_m ? 1 : 0;
      }
    }
  }

  void hear_gasp(Id<UsagePoint> id, Time time) {
    if (!known(id)) return;
    const KnownOutage* dark = outage(id);
    if (dark == nullptr || (time >= dark->from_earliest - settings_.boundary &&
                            time <= dark->from_latest + settings_.boundary)) {
      heard_[id].gasp = true;
    }
  }
  void hear_life(Id<UsagePoint> id, Time time) {
    if (!known(id)) return;
    const KnownOutage* dark = outage(id);
    if (dark != nullptr && within(*dark, time)) heard_[id].lived = true;
  }
  void hear_ping(const PingResult& ping, Time time, Tally& tally) {
    if (!known(ping.usage_point)) return;
    const KnownOutage* dark = outage(ping.usage_point);
    if (dark != nullptr && within(*dark, time)) {
      ++tally.false_pings.tries;
      if (ping.answered) ++tally.false_pings.hits;
    } else if (dark == nullptr && in_doubt_[ping.usage_point] == 0) {
      ++tally.lost_pings.tries;
      if (!ping.answered) ++tally.lost_pings.hits;
    }
  }
  void hear_call(const TroubleCall& call, Time time, Tally& tally) {
    if (!known(call.usage_point) || call.complaint == Complaint::hazard) return;
    Heard& heard = heard_[call.usage_point];
    if (heard.call) return;
    const KnownOutage* dark = outage(call.usage_point);
    if (dark != nullptr && (time < dark->from_earliest || time > dark->to)) return;
    heard.call = true;
    if (dark == nullptr) return;
    heard.waited = time - middle(*dark);
    for (Share* share : {&tally.partial_calls, &tally.dim_calls}) ++share->tries;
    if (call.complaint == Complaint::partial) ++tally.partial_calls.hits;
    if (call.complaint == Complaint::dim) ++tally.dim_calls.hits;
  }
  void hear_report(const Evidence& item, Tally& tally) const {
    const auto [device, kind] = reported_device(item.kind);
    const std::optional<bool> open = says_open(item.kind);
    if (!device.valid() || !open) return;
    const auto is_of = [&](const KnownOutage& outage) { return outage.device == device; };
    const auto edge = [&](const KnownOutage& outage) {
      return item.event_time >= outage.from_earliest - settings_.boundary &&
             item.event_time <= outage.to + settings_.boundary;
    };
    if (std::ranges::none_of(outages_, is_of)) return;
    const bool truth = std::ranges::any_of(outages_, [&](const KnownOutage& outage) {
      return is_of(outage) && within(outage, item.event_time);
    });
    if (!truth && std::ranges::any_of(outages_, [&](const KnownOutage& outage) {
          return is_of(outage) && edge(outage);
        })) {
      return;
    }
    SourceRecord& record = tally.sources[item.source + ", " + kind];
    if (*open) {
      ++(truth ? record.open_right : record.open_wrong);
    } else {
      ++(truth ? record.closed_wrong : record.closed_right);
    }
  }

  void close_outage(std::uint32_t number, Tally& tally) const {
    const KnownOutage& outage = outages_[number];
    std::map<std::uint64_t, std::pair<std::uint32_t, std::uint32_t>> groups;
    for (const IdRange<UsagePoint>& range : outage.usage_points.ranges()) {
      for (const Id<UsagePoint> id : range) {
        const Heard& heard = heard_[id];
        if (heard.lived || outage_of_[id] != number) continue;
        auto& [meters, gasps] = groups[group_key(network_.usage_points()[id])];
        ++meters;
        if (heard.gasp) ++gasps;
        if (heard.call) {
          tally.calls.add_call(heard.waited);
        } else {
          tally.calls.add_silence(outage.to - middle(outage));
        }
      }
    }
    for (const auto& [key, count] : groups) {
      tally.reach.add(count.first, count.second);
      if (key != kNoGroup) tally.groups[key].push_back({count.first, count.second});
    }
  }

  const NetworkModel& network_;
  std::span<const KnownOutage> outages_;
  const LearningSettings& settings_;
  IdVector<UsagePoint, std::uint32_t> outage_of_;
  IdVector<UsagePoint, Heard> heard_;
  IdVector<UsagePoint, std::uint8_t> in_doubt_;
};

bool can_teach(const KnownOutage& outage, const LearningSettings& settings) {
  return outage.teaches && outage.usage_points.size() >= settings.least_usage_points &&
         outage.from_earliest <= outage.from_latest && outage.from_latest <= outage.to;
}

// Calls visitor(a run of outages, its begin, its end), storm by storm.
template <class Visitor>
void visit_storms(std::span<const KnownOutage> outages, const LearningSettings& settings,
                  Visitor&& visitor) {
  for (std::size_t begin = 0; begin < outages.size();) {
    Time until = outages[begin].to;
    std::size_t end = begin + 1;
    while (end < outages.size() && outages[end].from_earliest <= until + settings.storm_gap) {
      until = std::max(until, outages[end].to);
      ++end;
    }
    visitor(outages.subspan(begin, end - begin), outages[begin].from_earliest - settings.boundary,
            until + settings.boundary);
    begin = end;
  }
}

// The poorest groups: those whose reach lies below the rest's with 90 %. A silent outage counts as
// far as the concentrator was probably up.
std::vector<GroupRecord> poor_groups(const NetworkModel& network, const Tally& tally,
                                     const ReachEstimate::Learnt& learnt, double trust) {
  std::vector<GroupRecord> poor;
  for (const auto& [key, outages] : tally.groups) {
    GroupRecord record{group_name(network, key), 0, 0, {}};
    double meters_up = 0;
    for (const Tally::Heard& one : outages) {
      record.meters += one.meters;
      record.heard += one.heard;
      meters_up += (1 - ReachEstimate::p_down(learnt, one.meters, one.heard)) * one.meters;
    }
    record.reach = learn_share(learnt.reach.value, trust, record.heard, meters_up);
    if (record.reach.high < learnt.reach.low) poor.push_back(std::move(record));
  }
  std::ranges::stable_sort(poor, {}, [](const GroupRecord& r) { return r.reach.value; });
  if (poor.size() > kMostPoorGroups) poor.resize(kMostPoorGroups);
  return poor;
}

LearntNumber learn(double before, double trust, const Share& share) {
  return learn_share(before, trust, share.hits, share.tries);
}

LearntReliability make_numbers(const NetworkModel& network, Tally tally,
                               const ReliabilityParameters& before,
                               const LearningSettings& settings) {
  LearntReliability learnt;
  learnt.outages = tally.outages;
  learnt.storms = tally.storms;
  const ReachEstimate::Learnt reach = tally.reach.learn(before.last_gasp_reach, settings.meters,
                                                        before.group_down_if_dead, settings.groups);
  learnt.last_gasp_reach = reach.reach;
  learnt.group_down_if_dead = reach.down;
  const CallEstimate::Learnt calls = tally.calls.learn(before.call_rate, settings.customers,
                                                       before.call_half_time, settings.calls);
  learnt.call_rate = calls.rate;
  learnt.call_half_time_s = calls.half_time_s;
  learnt.last_gasp_false = learn(before.last_gasp_false, settings.live_meters, tally.false_gasps);
  learnt.call_false = learn(before.call_false, settings.live_meters, tally.false_calls);
  learnt.ping_lost = learn(before.ping_lost, settings.pings, tally.lost_pings);
  learnt.ping_false = learn(before.ping_false, settings.pings, tally.false_pings);
  learnt.partial_call_share = learn(before.partial_call_share, settings.calls, tally.partial_calls);
  learnt.dim_call_share = learn(before.dim_call_share, settings.calls, tally.dim_calls);
  for (auto& [source, record] : tally.sources) {
    const auto right = static_cast<double>(record.open_right + record.closed_right);
    const auto wrong = static_cast<double>(record.open_wrong + record.closed_wrong);
    constexpr double kBefore = .95;
    record.right = learn_share(kBefore, settings.reports, right, right + wrong);
  }
  learnt.poor_groups = poor_groups(network, tally, reach, settings.group_meters);
  learnt.sources = std::move(tally.sources);
  return learnt;
}

}  // namespace

KnownOutage known_outage(const Outage& outage) {
  const bool over =
      outage.status == OutageStatus::restored || outage.status == OutageStatus::closed;
  const bool known = outage.operator_confirmed || outage.switched_off;
  if (outage.status == OutageStatus::withdrawn) return {};
  return {outage.affected,        outage.onset_earliest,
          outage.onset_latest,    over ? outage.restored_at : Time::max(),
          outage.probable.device, over && known && outage.cause != OutageCause::premises};
}

LearntReliability learn_reliability(const NetworkModel& network,
                                    std::span<const KnownOutage> outages,
                                    std::span<const Evidence> evidence,
                                    const ReliabilityParameters& before,
                                    const LearningSettings& settings) {
  std::vector<KnownOutage> teaching;
  std::vector<KnownOutage> others;
  for (const KnownOutage& outage : outages) {
    (can_teach(outage, settings) ? teaching : others).push_back(outage);
  }
  std::ranges::stable_sort(teaching, {}, &KnownOutage::from_earliest);
  Tally tally;
  visit_storms(teaching, settings,
               [&](std::span<const KnownOutage> storm_outages, Time begin, Time end) {
                 Storm storm{network, storm_outages, others, begin, end, settings};
                 auto item = std::ranges::lower_bound(evidence, begin, {}, &Evidence::event_time);
                 for (; item != evidence.end() && item->event_time <= end; ++item) {
                   storm.hear(*item, tally);
                 }
                 storm.close(tally);
               });
  return make_numbers(network, std::move(tally), before, settings);
}

ReliabilityParameters with_learnt(const ReliabilityParameters& before,
                                  const LearntReliability& learnt) {
  ReliabilityParameters after = before;
  after.last_gasp_reach = learnt.last_gasp_reach.value;
  after.last_gasp_false = std::min(learnt.last_gasp_false.value, after.last_gasp_reach);
  after.group_down_if_dead = learnt.group_down_if_dead.value;
  after.ping_lost = learnt.ping_lost.value;
  after.ping_false = std::min(learnt.ping_false.value, 1 - after.ping_lost);
  after.call_rate = learnt.call_rate.value;
  after.call_false = std::min(learnt.call_false.value, after.call_rate);
  after.call_half_time = from_seconds(learnt.call_half_time_s.value);
  after.partial_call_share = learnt.partial_call_share.value;
  after.dim_call_share = learnt.dim_call_share.value;
  return after;
}

}  // namespace gridmend
