#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/network/records.h"
#include "core/outage/source_reliability.h"

namespace gridmend {

// Every number the localiser believes in. Probabilities are in [0, 1]; validate() refuses the rest.

// Scenarios of the error that all depths of one water share: a quadrature of a normal distribution.
inline constexpr std::size_t kWaterScenarios = 3;

// The prior that a device opens or fails in the episode looked at, before anything is heard.
struct DevicePriorSettings {
  // By DeviceKind; kinds that cannot interrupt supply are not read.
  std::array<double, kDeviceKinds> by_kind = {0, 0, .02, .04, .03, .05, .01, .005, .01, 0, 0};
  double feeder_source = .005;  // loss of what feeds the feeder, where no breaker heads it
  double premises = .001;       // a usage point's own service drop or installation
  // Faults a kilometre, added to the protective device ahead: 1 - exp(-rate * length).
  double overhead_per_km = .01;
  double underground_per_km = .002;
  // P(fail) = Phi((depth - live part height) / sigma). Heights by DeviceKind are used where the
  // device's record has none.
  double flood_sigma_m = .3;
  std::array<double, kDeviceKinds> live_part_height_m = {7, 5, 1, 6, 6, 6, 1, 6, 1.5, 6, 6};
  double underground_live_part_height_m = .5;
  Duration flood_memory = std::chrono::hours{48};  // an asset flooded this long ago may be damaged
  // The error of a water's depths (WaterSlice::depth_sigma_m) is common to all assets in it: so
  // many standard deviations with such weights, which need not sum to 1. Gauss-Hermite by default.
  std::array<double, kWaterScenarios> water_error_sigmas = {-1.7320508075688772, 0,
                                                            1.7320508075688772};
  std::array<double, kWaterScenarios> water_error_weight = {1, 4, 1};
  // Of the openings of what opens phase by phase (fuses), those that take all phases at once.
  double phases_together = .3;
};

// P(report | open) and P(report | closed).
struct ReportReliability {
  double if_open = .5;
  double if_closed = .5;
};

struct ReliabilityParameters {
  double last_gasp_reach = .8;                              // rho: a dead meter's last gasp arrives
  double last_gasp_false = .002;                            // eps
  Duration last_gasp_half_time = std::chrono::seconds{10};  // half of what arrives is in; 0: all
  double ping_lost = .1;                                    // beta: a live meter does not answer
  double ping_false = 1e-3;                                 // gamma: a dead meter "answers"
  // A sign of life keeps its full weight so long, then loses it: the chance that the meter has died
  // since grows with this half-life.
  Duration live_fresh = std::chrono::minutes{30};
  Duration live_half_life = std::chrono::hours{6};
  // Power-ups of several service drops of one zone that come within this of each other may say that
  // the zone's supply came back (supply_returns.h). 0: they never do.
  Duration back_together = std::chrono::minutes{2};
  double back_by_itself = .001;  // within that of another's return a drop's or a zone's own comes
  double call_rate = .1;         // r: a dead customer calls at all
  double call_false = .0005;     // eps_c
  Duration call_half_time = std::chrono::minutes{30};  // F(t) = 1 - 2^(-t / half time)
  Duration call_lead = std::chrono::minutes{5};        // supply went so long before its first call
  double partial_call_share = .2;                      // of r: calls about part of the house
  double dim_call_share = .1;                          // of r: calls about dim light
  // kappa: a communication group's concentrator is down, so that all its meters are silent.
  double group_down_if_live = .01;
  double group_down_if_dead = .3;
  // Of a branch that somebody reported open, given that it is dead: all of its links are down
  // together; nobody behind it can be heard at all, callers neither (branch_silence.h). 0: never,
  // and every silent concentrator is a witness of its own against the report.
  double branch_links_down = .08;
  double branch_unreachable = .08;
  ReportReliability scada_open{.999, .001};
  ReportReliability scada_closed{.001, .999};
  ReportReliability operator_open{.999, .001};
  ReportReliability operator_closed{.001, .999};
  ReportReliability crew_open{.999, .001};
  ReportReliability crew_closed{.001, .999};
  ReportReliability indicator_passed{.9, .02};
  ReportReliability indicator_not_passed{.1, .98};
  ReportReliability found_damaged{.98, .02};
  ReportReliability found_open{.999, .001};
  ReportReliability found_intact{.02, .9};
  ReportReliability found_nothing{.3, .9};
  ReportReliability found_restored{.001, .999};
  // A report that a device is closed or sound says nothing of what happens after it: its log odds
  // keep their full weight so long, then halve with this half-life.
  Duration sound_fresh = std::chrono::minutes{30};
  Duration sound_half_life = std::chrono::hours{2};
  // A meter whose last gasps, or a device whose position, changed more than so often within an hour
  // (RecentSlots) is flapping: of what it says a share of excess / (flap_trust + excess) is said
  // whatever the truth.
  std::uint32_t flaps_free = 2;
  double flap_trust = 4;
  double report_clip = 1e-4;  // a prior that reports were folded into stays this far from 0, 1
  Duration clock_skew = std::chrono::seconds{60};  // event times this far ahead of `at` are taken
  // No setting: what was found of this storm's sources (heard_settings()).
  SourceReliability sources;
};

// How far sources are taken at their word (source_estimates.h): what the rates of false last gasps
// and calls are in this storm, which callers' and which reporters' word is worth less.
struct SourceSettings {
  // Looked at are as many whole trees as have so many zones together, evenly spread; 0: none, and
  // all sources are as ReliabilityParameters says.
  std::uint32_t zones = 15'000;
  std::uint32_t rounds = 3;
  double false_items = 2;  // a false rate as told is worth so many false items
  double groups = 30;      // that concentrators die with their part of the network: so many groups
  double calls = 10;       // that a source's calls are as often false as all: worth so many of each
  // Of a source's reports, those that have nothing to do with the device, before anything is known;
  // and what that is worth, in reports. What is not above it is taken at its word.
  double unrelated = .002;
  double reports = 50;
};

struct OutageSettings {
  double predict_at = .5;   // p_active from which a device off the MAP explanation is listed
  double premises_at = .5;  // the same for a single usage point
  // A customer who called so often, in different slots of CallTimes, is listed whatever the
  // posterior of his premises; 0: never for that.
  std::uint32_t repeated_calls = 2;
  double confirm_at = .95;          // p_active from which evidence alone confirms,
  std::uint32_t confirm_items = 3;  // given so many items that speak for dark
  double withdraw_below = .2;       // a prediction is withdrawn below this, given signs of life
  double restored_live_at = .9;     // P(live) from which signs of life mean restored
  double restored_share = .5;       // of the usage points heard dead that must have come back
  double partial_share = .1;        // of the affected back: partially restored
  double keep_id_overlap = .5;      // of the smaller of two sets: the same outage
  Duration close_after =
      std::chrono::seconds{60};  // restored so long without dead evidence: closed
  // Another device takes the probable one's place only when its p_active is above by so much,
  double device_margin = .3;
  // and neither that happens nor is a prediction withdrawn sooner than so long after the last time.
  Duration dwell = std::chrono::seconds{60};
  // Over within this: momentary. IEEE 1366 says 5 minutes, DL/T 836 says 3.
  Duration sustained_after = std::chrono::minutes{5};
  std::uint32_t runners_up = 4;
  double runner_up_at = .01;
  std::uint32_t critical_listed = 100;
  // Trees in which phases were heard of are localised phase by phase, at twenty times the cost,
  // up to so many zones of all of them together; 0: none.
  std::uint32_t by_phases_zones = 20'000;
  // Trees whose last gasps came in several bursts, parted by pauses of epoch_gap, are localised
  // over time: bursts of epoch_items at the least, in so many `epochs` at the most; up to so many
  // zones of all of them together; 0: none.
  Duration epoch_gap = std::chrono::minutes{10};
  std::uint32_t epoch_items = 3;
  // A call says nothing of now that is older than calls_kept, or that a longer pause than this
  // parts from what was heard later in its tree (call_expiry.h).
  Duration call_pause = std::chrono::hours{12};
  Duration calls_kept = std::chrono::hours{72};
  double went_first_at = .8;  // p_active from which what opened first is listed behind another
  std::uint32_t epochs = 4;
  std::uint32_t by_epochs_zones = 100'000;
};

// What a customer of each UsagePointCategory weighs in the objective; `critical` categories are
// named one by one in an outage.
struct CategoryWeights {
  std::array<double, kUsagePointCategories> weight = {1,  20, 5,  100, 50, 80, 30,
                                                      10, 40, 40, 2,   5,  .5};
  std::array<bool, kUsagePointCategories> critical = {false, true, false, true,  true,  true, true,
                                                      false, true, true,  false, false, false};
};

// Which transformer a usage point hangs on, when the record may be wrong (LinkLedger).
struct LinkSettings {
  double wrong = .05;            // of the declared links, before anything is known
  std::uint32_t candidates = 4;  // other transformers that come into question: the nearest
  double reach_m = 300;          // and no farther ones
  double nearness_m = 60;        // a candidate farther by this is e times less likely
  Duration boundary =
      std::chrono::minutes{2};  // times so near an outage's end belong to either side
  double most_per_storm = 4;    // log odds that the outages of one storm can add
  double listed_at = .2;        // a link is suspected from this probability
};

// Which usage points a call may come from that names none: the probability of each falls by a
// factor e with this much distance from the position, or difference from the address.
struct CallPlaceSettings {
  std::uint32_t candidates = 16;  // the likeliest, and no more
  double position_spread_m = 25;
  double position_reach_m = 400;    // a position farther than this from everybody is nowhere
  double position_elsewhere = .05;  // none of the candidates, though the position is near them
  double address_spread = .08;      // likeness runs from 0 to 1: the same address
  double address_least = .6;        // an address less like than this to every one is nowhere
  // A further call from the very same places is of the same caller, who says nothing new.
  double same_caller = .3;
  double onset_share = .25;  // a tree is dark from a call on that is its own so probably
  // Calls are kept so long after their time, the newest of them and no more.
  Duration kept_for = std::chrono::hours{72};
  std::uint32_t kept = 20'000;
};

// When a device must not be energised for water (unsafe_to_energise()).
struct EnergisationSettings {
  // Water this far below its live parts is taken to reach them (waves, splashing),
  double margin_m = .2;
  // and it may stand higher than told by so many of its standard deviations.
  double sigmas = 1.645;
};

// A crew that goes down the list of suspects (search_list.h), and what it may be asked to find out.
struct PatrolSettings {
  Duration visit = std::chrono::minutes{15};  // to drive to a device and look at it
  double walk_minutes_per_km = 12;            // along the lines whose faults it clears
  double suspect_at = .001;                   // p_active from which a device is on the list
  std::uint32_t suspects = 64;                // and no more of one tree
  std::uint32_t pings_per_tree = 4;           // asked of one tree before its answers are in
  Duration ask_again =
      std::chrono::hours{1};  // who did not answer may be asked again so long after
  // A report of the distance to a fault is wrong by this share of it, and by no less than so much.
  double relay_error_share = .05;
  double relay_error_m = 50;
};

// Switches of which nobody is sure how they stand (switch_topologies.h).
struct SwitchingSettings {
  double as_recorded = .5;  // P(one whose position is said to be unknown stands as recorded)
  // P(a switch recorded open is closed), where signs of life came from behind it though no closed
  // switch leads supply there.
  double tie_closed = .1;
  // Looked at are so many such switches of trees that they join, the surest doubts first, so many
  // ways in which they may stand, the likeliest first, and so many zones times ways of all trees
  // together; 0: none, and all switches stand as recorded.
  std::uint32_t switches = 8;
  std::uint32_t topologies = 64;
  std::uint32_t by_topologies_zones = 200'000;
};

// What is known of one source (Evidence::source) beforehand; what is not said is as of all.
struct ToldSource {
  std::optional<double> call_false_factor;  // its calls are false so many times as often as all
  // Of its positions, indicators and reports, those that have nothing to do with the device.
  std::optional<double> unrelated;

  friend bool operator==(const ToldSource&, const ToldSource&) = default;
};
// The same of the meters of one communication group and of its concentrator.
struct ToldGroup {
  std::optional<double> last_gasp_reach;
  std::optional<double> last_gasp_false;
  std::optional<double> ping_lost;
  std::optional<double> ping_false;
  std::optional<double> group_down_if_live;
  std::optional<double> group_down_if_dead;

  friend bool operator==(const ToldGroup&, const ToldGroup&) = default;
};

struct LocaliserSettings {
  DevicePriorSettings priors;
  ReliabilityParameters reliability;
  SourceSettings sources;
  LinkSettings links;
  CallPlaceSettings call_places;
  EnergisationSettings energisation;
  OutageSettings outages;
  CategoryWeights weights;
  PatrolSettings patrols;
  SwitchingSettings switching;
  // By what the source, and the group in the network's data, are called.
  std::map<std::string, ToldSource> told_sources;
  std::map<std::string, ToldGroup> told_groups;
};

// Refuses numbers that are not finite, probabilities outside [0, 1], negative durations and
// evidence that speaks the wrong way (a false rate above its true rate; reports may say either).
// `field` names it.
Result<void> validate(const LocaliserSettings& settings);

}  // namespace gridmend
