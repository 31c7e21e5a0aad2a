#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/network/network_model.h"
#include "core/outage/evidence.h"
#include "core/outage/outage.h"
#include "core/outage/reliability_estimates.h"
#include "core/outage/settings.h"
#include "core/outage/usage_point_set.h"

namespace gridmend {

// An outage that is over and whose cause is known (a crew found it, or somebody ordered it).
struct KnownOutage {
  UsagePointSet usage_points;  // all of them were without supply from some time in
  Time from_earliest{};        // [from_earliest,
  Time from_latest{};          //  from_latest]
  Time to{};                   // to this
  Id<Device> device;           // what stood open; none where it is not known
  // Somebody saw the cause. One that does not teach only says who is not to be taken for live.
  bool teaches = true;
};

// What an Outage record teaches, or at least who may have been dark; one that is not over has no
// end (Time::max()). It teaches when it is over, was not found on evidence alone, and is not of
// single premises. Empty usage points for one that was withdrawn.
KnownOutage known_outage(const Outage& outage);

struct LearningSettings {
  // What the present settings are worth, in observations of their kind.
  double meters = 200;
  double groups = 30;
  double group_meters = 30;  // of one group: the reach of all is worth so many of its meters
  double live_meters = 20000;
  double pings = 100;
  double customers = 200;
  double calls = 30;
  double reports = 50;
  // Outages so far apart are of different storms; live usage points are counted once a storm.
  Duration storm_gap = std::chrono::hours{6};
  // Smaller outages are known only because something was heard of them; they would teach that
  // something always is.
  std::uint32_t least_usage_points = 10;
  // Times so near an outage's begin or end are of it or of the other state, and say nothing else.
  Duration boundary = std::chrono::minutes{2};
  // Usage points so near a dark one may hang on its transformer: what they say is not false.
  double doubt_m = 300;
};

// How often a source's reports of one kind were right, of devices that had a known outage: open
// during it, closed before and after.
struct SourceRecord {
  std::uint64_t open_right = 0;  // said open (passed, damaged), and it was
  std::uint64_t open_wrong = 0;
  std::uint64_t closed_right = 0;  // said closed (not passed, intact), and it was
  std::uint64_t closed_wrong = 0;
  LearntNumber right;  // P(its report is right)
};

// Last gasps of the meters behind one concentrator, over all outages.
struct GroupRecord {
  std::string name;          // mRID of the group, or of the transformer that stands for it
  std::uint32_t meters = 0;  // that went dark, outage by outage
  std::uint32_t heard = 0;
  LearntNumber reach;
};

struct LearntReliability {
  std::size_t outages = 0;  // that taught
  std::size_t storms = 0;
  LearntNumber last_gasp_reach;
  LearntNumber last_gasp_false;
  LearntNumber group_down_if_dead;
  LearntNumber ping_lost;
  LearntNumber ping_false;
  LearntNumber call_rate;
  LearntNumber call_false;
  LearntNumber call_half_time_s;
  LearntNumber partial_call_share;
  LearntNumber dim_call_share;
  std::map<std::string, SourceRecord> sources;  // "SOURCE, switch_position" and the like
  // Whose meters are heard clearly less than the rest, by 90 %; the poorest first.
  std::vector<GroupRecord> poor_groups;
};

// What outages whose truth is known say about how evidence comes in: every number of
// ReliabilityParameters that can be counted, by Bayes' rule from the present ones. `evidence` must
// be in order of event time; what lies outside the storms is not looked at. Of outages of one storm
// that share usage points the later counts for those. Wrong customer links make the reach smaller
// and false gasps more frequent: usage points that lived through their outage are left out, and so
// are live ones within doubt_m of the dark. Usage points of outages that do not teach are
// neither dark nor live.
//
// O(storms * usage points + evidence log).
LearntReliability learn_reliability(const NetworkModel& network,
                                    std::span<const KnownOutage> outages,
                                    std::span<const Evidence> evidence,
                                    const ReliabilityParameters& before,
                                    const LearningSettings& settings = {});

// The parameters with what was learnt in place of what was believed. They pass validate() when
// `before` did: a false rate stays at most its true one.
ReliabilityParameters with_learnt(const ReliabilityParameters& before,
                                  const LearntReliability& learnt);

}  // namespace gridmend
