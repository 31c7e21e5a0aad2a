#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/network/records.h"
#include "core/outage/usage_point_set.h"

namespace gridmend {

enum class OutageStatus : std::uint8_t {
  predicted,
  confirmed,
  partially_restored,
  restored,
  closed,
  withdrawn,
};
std::string_view to_string(OutageStatus status);

enum class OutageCause : std::uint8_t {
  unknown,
  fault,
  flood_trip,
  de_energised_for_safety,
  planned,
  premises
};
std::string_view to_string(OutageCause cause);

// A device that may be the open one: f_v of the localisation model for `p_active`.
struct SuspectDevice {
  Id<Device> device;  // none: the premises of `usage_point`; neither: the feeder's source
  Id<UsagePoint> usage_point;
  double p_active = 0;
};

// How much one kind of evidence speaks for this outage: natural log odds, positive for "dark".
struct EvidenceShare {
  std::string kind;  // "last_gasp", "last_gasp_silence", "trouble_call", ...
  std::uint32_t items = 0;
  double log_odds = 0;
};

// What to ask or look at to tell an outage's suspects apart: a meter or a device. Neither: nothing
// would, or there is nothing to tell apart.
struct TellApart {
  Id<UsagePoint> usage_point;
  Id<Device> device;
  double gain_minutes = 0;  // weighted customer-minutes it is expected to save (search_list.h)
  std::string sentence_en;
  std::string sentence_zh;
};

// Why a device must not be energised for water, whatever the posterior says.
enum class UnsafeReason : std::uint8_t { none, under_water, not_inspected };
struct UnsafeToEnergise {
  UnsafeReason reason = UnsafeReason::none;
  Id<Device> device;
  double depth_m = 0;        // above ground at `time`
  double depth_sigma_m = 0;  // one standard deviation of it
  double live_part_height_m = 0;
  Time time{};  // of the depth: now, or when it was deepest since the device was known to be sound
  Time dry_at{};  // when the water will have fallen, as far as is known; the epoch: not known, or
                  // has
  std::string sentence_en;
  std::string sentence_zh;

  explicit operator bool() const { return reason != UnsafeReason::none; }
};

// The error of the water's depths that evidence favours. Probability 0: none is told apart.
struct FavouredWaterError {
  double deeper_m = 0;  // at the time looked at; negative: shallower
  double probability = 0;
  double prior = 0;
};

// A switch of whose position nobody is sure, and P(it is closed and supply would come through it).
struct PossibleFeed {
  Id<Device> device;
  double probability = 0;

  friend bool operator==(const PossibleFeed&, const PossibleFeed&) = default;
};

// A switch of which nobody is sure how it stands.
struct DoubtedSwitch {
  Id<Device> device;
  bool recorded_open = false;
  // Somebody said so, or positions contradict each other. Else it is recorded open, and signs of
  // life came from behind it though no closed switch leads supply there.
  bool said = false;
  double closed_before = 0;      // P(it is closed), before anything was heard of supply
  double closed = 0;             // and by all that was heard
  std::uint32_t topologies = 0;  // ways to stand that were weighed; 0: taken as recorded
  double left_out = 0;           // prior probability of those that were not

  friend bool operator==(const DoubtedSwitch&, const DoubtedSwitch&) = default;
};

// Why no outage is blamed on what a standing report is about.
enum class ReportDoubt : std::uint8_t {
  silence,         // nobody behind it was heard of
  signs_of_life,   // somebody behind it lives
  other_report,    // as much is said against it, or its word changed too often
  behind_another,  // supply is gone ahead of it
  nobody_behind,   // nobody is supplied through it
};

// A report that something stands open or is damaged, not by order, which nothing settled and which
// no outage is blamed on: named with what speaks against it, so that nobody's word is lost.
struct DoubtedReport {
  Id<Device> device;
  bool damage = false;  // else an open position
  Time since{};         // of the report
  double p_open = 0;    // by all that was heard
  double p_active = 0;
  ReportDoubt doubt = ReportDoubt::silence;
  std::uint32_t usage_points = 0;  // behind it
  std::uint32_t alive = 0;         // of those, with signs of life since
  std::string sentence_en;
  std::string sentence_zh;

  friend bool operator==(const DoubtedReport&, const DoubtedReport&) = default;
};

// What is believed about one loss of supply. Times are of the event, not of the message.
struct Outage {
  std::string id;  // stable over its life: "O-000017"
  OutageStatus status = OutageStatus::predicted;
  OutageCause cause = OutageCause::unknown;
  SuspectDevice probable;                 // the most probable open device, by the MAP explanation
  std::vector<SuspectDevice> runners_up;  // by falling p_active
  std::uint32_t dead_items = 0;           // items heard that speak for dark
  Id<Feeder> feeder;                      // that fed it; none when de-energised parts have none
  PhaseSet phases;
  Time onset_earliest{};
  Time onset_latest{};
  Time detected_at{};
  Time updated_at{};
  Time restored_at{};               // meaningful from `restored` on
  double expected_customers = 0;    // posterior mean over its zone
  std::uint32_t customers_low = 0;  // 90 % interval
  std::uint32_t customers_high = 0;
  std::uint32_t customers_affected = 0;  // behind the probable device
  double weight = 0;                     // customers times their category's weight, expected
  std::vector<Id<UsagePoint>> critical;  // critical usage points among the dark, the first of them
  UsagePointSet affected;                // everybody it ever took supply from
  UsagePointSet dark;                    // those of them believed dark now
  bool switched_off = false;        // somebody ordered the opening: never a repair at its device
  bool operator_confirmed = false;  // an operator's or a crew's word: evidence does not withdraw it
  bool operator_cause = false;      // an operator's word on the cause: evidence does not change it
  bool operator_merged = false;     // an operator's word that all in it is one
  bool momentary = false;           // over within OutageSettings::sustained_after
  std::string split_from;           // the outage whose customers it took over; empty: none
  std::string merged_into;          // the outage it ended in; empty: none
  Time device_since{};              // `probable` is the probable one since
  UnsafeToEnergise unsafe;          // its probable device, at updated_at
  FavouredWaterError water_error;
  std::vector<PossibleFeed> fed_through;  // instead of the way on record, by falling probability
  std::vector<EvidenceShare> why;
  std::string explanation_en;
  std::string explanation_zh;
  TellApart tell_apart;
};

}  // namespace gridmend
