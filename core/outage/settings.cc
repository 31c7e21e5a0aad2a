#include "core/outage/settings.h"

#include <cmath>
#include <string>
#include <string_view>

#include "core/outage/settings_fields.h"

namespace gridmend {
namespace {

// Collects the first number that cannot be meant.
class Refusal {
 public:
  void probability(double value, const char* field) {
    check(std::isfinite(value) && value >= 0 && value <= 1, field,
          "is not a probability in [0, 1]");
  }
  // A rate that evidence rests on: 0 or 1 would make one item a certainty.
  void rate(double value, const char* field) {
    check(std::isfinite(value) && value > 0 && value < 1, field,
          "is not a probability within (0, 1)");
  }
  void not_negative(double value, const char* field) {
    check(std::isfinite(value) && value >= 0, field, "is not a finite number of at least 0");
  }
  void not_negative(Duration value, const char* field) {
    check(value >= Duration::zero(), field, "is a negative duration");
  }
  void check(bool good, const char* field, const char* what) {
    if (good || refused_) return;
    refused_ = true;
    error_ = refuse(ErrorCode::invalid_argument, "LOCALISER_SETTING_INVALID",
                    std::string{field} + " " + what, field)
                 .value();
  }
  Result<void> result() const {
    if (refused_) return unexpected<Error>(error_);
    return {};
  }

 private:
  bool refused_ = false;
  Error error_;
};

void check_priors(const DevicePriorSettings& p, Refusal& refusal) {
  for (const double q : p.by_kind) refusal.probability(q, "priors.by_kind");
  for (const double height : p.live_part_height_m) {
    refusal.not_negative(height, "priors.live_part_height_m");
  }
  refusal.probability(p.feeder_source, "priors.feeder_source");
  refusal.probability(p.premises, "priors.premises");
  refusal.not_negative(p.overhead_per_km, "priors.overhead_per_km");
  refusal.not_negative(p.underground_per_km, "priors.underground_per_km");
  refusal.check(std::isfinite(p.flood_sigma_m) && p.flood_sigma_m > 0, "priors.flood_sigma_m",
                "is not a finite number above 0");
  refusal.not_negative(p.underground_live_part_height_m, "priors.underground_live_part_height_m");
  refusal.not_negative(p.flood_memory, "priors.flood_memory");
  double weights = 0;
  for (const double weight : p.water_error_weight) {
    refusal.not_negative(weight, "priors.water_error_weight");
    weights += weight;
  }
  refusal.check(weights > 0, "priors.water_error_weight", "is 0 for every scenario");
  for (const double sigmas : p.water_error_sigmas) {
    refusal.check(std::isfinite(sigmas) && std::abs(sigmas) <= 10, "priors.water_error_sigmas",
                  "is not a number from -10 to 10");
  }
  refusal.probability(p.phases_together, "priors.phases_together");
}

void check_report(const ReportReliability& report, const char* field, Refusal& refusal) {
  refusal.rate(report.if_open, field);
  refusal.rate(report.if_closed, field);
}

void check_reliability(const ReliabilityParameters& r, Refusal& refusal) {
  refusal.rate(r.last_gasp_reach, "reliability.last_gasp_reach");
  refusal.rate(r.last_gasp_false, "reliability.last_gasp_false");
  refusal.check(r.last_gasp_false <= r.last_gasp_reach, "reliability.last_gasp_false",
                "is above last_gasp_reach: last gasps would speak for light");
  refusal.rate(r.ping_lost, "reliability.ping_lost");
  refusal.rate(r.ping_false, "reliability.ping_false");
  refusal.check(r.ping_false <= 1 - r.ping_lost, "reliability.ping_false",
                "is above 1 - ping_lost: answers would speak for dark");
  refusal.rate(r.call_rate, "reliability.call_rate");
  refusal.rate(r.call_false, "reliability.call_false");
  refusal.check(r.call_false <= r.call_rate, "reliability.call_false",
                "is above call_rate: calls would speak for light");
  refusal.probability(r.partial_call_share, "reliability.partial_call_share");
  refusal.probability(r.dim_call_share, "reliability.dim_call_share");
  refusal.probability(r.back_by_itself, "reliability.back_by_itself");
  refusal.probability(r.group_down_if_live, "reliability.group_down_if_live");
  refusal.probability(r.group_down_if_dead, "reliability.group_down_if_dead");
  refusal.check(r.group_down_if_live < 1, "reliability.group_down_if_live",
                "is 1: no meter of a live zone would be heard");
  refusal.check(r.group_down_if_dead < 1, "reliability.group_down_if_dead",
                "is 1: no last gasp would be heard");
  refusal.probability(r.branch_links_down, "reliability.branch_links_down");
  refusal.probability(r.branch_unreachable, "reliability.branch_unreachable");
  refusal.check(r.branch_links_down + r.branch_unreachable < 1, "reliability.branch_unreachable",
                "and branch_links_down leave nothing to 1: no branch would be heard");
  refusal.not_negative(r.last_gasp_half_time, "reliability.last_gasp_half_time");
  refusal.not_negative(r.live_fresh, "reliability.live_fresh");
  refusal.not_negative(r.back_together, "reliability.back_together");
  refusal.not_negative(r.live_half_life, "reliability.live_half_life");
  refusal.not_negative(r.sound_fresh, "reliability.sound_fresh");
  refusal.not_negative(r.sound_half_life, "reliability.sound_half_life");
  refusal.not_negative(r.call_half_time, "reliability.call_half_time");
  refusal.not_negative(r.call_lead, "reliability.call_lead");
  refusal.not_negative(r.clock_skew, "reliability.clock_skew");
  check_report(r.scada_open, "reliability.scada_open", refusal);
  check_report(r.scada_closed, "reliability.scada_closed", refusal);
  check_report(r.operator_open, "reliability.operator_open", refusal);
  check_report(r.operator_closed, "reliability.operator_closed", refusal);
  check_report(r.crew_open, "reliability.crew_open", refusal);
  check_report(r.crew_closed, "reliability.crew_closed", refusal);
  check_report(r.indicator_passed, "reliability.indicator_passed", refusal);
  check_report(r.indicator_not_passed, "reliability.indicator_not_passed", refusal);
  check_report(r.found_damaged, "reliability.found_damaged", refusal);
  check_report(r.found_open, "reliability.found_open", refusal);
  check_report(r.found_intact, "reliability.found_intact", refusal);
  check_report(r.found_nothing, "reliability.found_nothing", refusal);
  check_report(r.found_restored, "reliability.found_restored", refusal);
  refusal.check(std::isfinite(r.flap_trust) && r.flap_trust > 0, "reliability.flap_trust",
                "is not a finite number above 0");
  refusal.check(std::isfinite(r.report_clip) && r.report_clip >= 0 && r.report_clip < .5,
                "reliability.report_clip", "is not within [0, 0.5)");
}

void check_sources(const SourceSettings& s, Refusal& refusal) {
  const auto trust = [&](double value, const char* field) {
    refusal.check(std::isfinite(value) && value > 0, field, "is not a finite number above 0");
  };
  refusal.check(s.rounds >= 1 && s.rounds <= 20, "sources.rounds", "is not within 1 to 20");
  trust(s.false_items, "sources.false_items");
  trust(s.groups, "sources.groups");
  trust(s.calls, "sources.calls");
  refusal.rate(s.unrelated, "sources.unrelated");
  trust(s.reports, "sources.reports");
}

void check_outages(const OutageSettings& o, Refusal& refusal) {
  refusal.probability(o.predict_at, "outages.predict_at");
  refusal.probability(o.premises_at, "outages.premises_at");
  refusal.probability(o.confirm_at, "outages.confirm_at");
  refusal.probability(o.withdraw_below, "outages.withdraw_below");
  refusal.check(o.withdraw_below < o.predict_at, "outages.withdraw_below",
                "is not below predict_at: the list would flicker");
  refusal.probability(o.restored_live_at, "outages.restored_live_at");
  refusal.probability(o.restored_share, "outages.restored_share");
  refusal.probability(o.partial_share, "outages.partial_share");
  refusal.probability(o.keep_id_overlap, "outages.keep_id_overlap");
  refusal.probability(o.runner_up_at, "outages.runner_up_at");
  refusal.not_negative(o.close_after, "outages.close_after");
  refusal.probability(o.device_margin, "outages.device_margin");
  refusal.not_negative(o.dwell, "outages.dwell");
  refusal.not_negative(o.epoch_gap, "outages.epoch_gap");
  refusal.check(o.call_pause > Duration::zero(), "outages.call_pause", "is not above 0");
  refusal.check(o.calls_kept > Duration::zero(), "outages.calls_kept", "is not above 0");
  refusal.not_negative(o.sustained_after, "outages.sustained_after");
}

void check_links(const LinkSettings& links, Refusal& refusal) {
  refusal.rate(links.wrong, "links.wrong");
  refusal.probability(links.listed_at, "links.listed_at");
  refusal.check(links.candidates <= 100, "links.candidates", "is above 100");
  refusal.not_negative(links.reach_m, "links.reach_m");
  refusal.check(std::isfinite(links.nearness_m) && links.nearness_m > 0, "links.nearness_m",
                "is not above 0");
  refusal.not_negative(links.boundary, "links.boundary");
  refusal.not_negative(links.most_per_storm, "links.most_per_storm");
}

void check_call_places(const CallPlaceSettings& places, Refusal& refusal) {
  const auto spread = [&](double value, const char* field) {
    refusal.check(std::isfinite(value) && value > 0, field, "is not a finite number above 0");
  };
  refusal.check(places.candidates > 0 && places.candidates <= 1000, "call_places.candidates",
                "is not within 1 to 1000");
  spread(places.position_spread_m, "call_places.position_spread_m");
  refusal.not_negative(places.position_reach_m, "call_places.position_reach_m");
  refusal.rate(places.position_elsewhere, "call_places.position_elsewhere");
  spread(places.address_spread, "call_places.address_spread");
  refusal.probability(places.address_least, "call_places.address_least");
  refusal.rate(places.same_caller, "call_places.same_caller");
  refusal.probability(places.onset_share, "call_places.onset_share");
  refusal.not_negative(places.kept_for, "call_places.kept_for");
}

void check_energisation(const EnergisationSettings& e, Refusal& refusal) {
  refusal.not_negative(e.margin_m, "energisation.margin_m");
  refusal.not_negative(e.sigmas, "energisation.sigmas");
}

void check_patrols(const PatrolSettings& p, Refusal& refusal) {
  refusal.check(p.visit > Duration::zero(), "patrols.visit", "is not above 0");
  refusal.not_negative(p.walk_minutes_per_km, "patrols.walk_minutes_per_km");
  refusal.probability(p.suspect_at, "patrols.suspect_at");
  refusal.check(p.suspects <= 1000, "patrols.suspects", "is above 1000");
  refusal.check(p.pings_per_tree <= 10, "patrols.pings_per_tree",
                "is above 10: every one doubles the cases looked at");
  refusal.not_negative(p.ask_again, "patrols.ask_again");
  refusal.not_negative(p.relay_error_share, "patrols.relay_error_share");
  refusal.check(std::isfinite(p.relay_error_m) && p.relay_error_m > 0, "patrols.relay_error_m",
                "is not above 0");
}

void check_switching(const SwitchingSettings& s, Refusal& refusal) {
  refusal.rate(s.as_recorded, "switching.as_recorded");
  refusal.rate(s.tie_closed, "switching.tie_closed");
  refusal.check(s.switches <= 12, "switching.switches",
                "is above 12: every one doubles the cases looked at");
  refusal.check(s.topologies >= 1 && s.topologies <= 4096, "switching.topologies",
                "is not within 1 to 4096");
}

void check_told(const LocaliserSettings& settings, Refusal& refusal) {
  for (const auto& [name, source] : settings.told_sources) {
    const std::string field = "reliability.source." + name;
    const double factor = source.call_false_factor.value_or(1);
    refusal.check(std::isfinite(factor) && factor > 0, (field + ".call_false_factor").c_str(),
                  "is not a finite number above 0");
    const double unrelated = source.unrelated.value_or(0);
    refusal.check(std::isfinite(unrelated) && unrelated >= 0 && unrelated < 1,
                  (field + ".unrelated").c_str(), "is not within [0, 1)");
  }
  for (const auto& [name, group] : settings.told_groups) {
    const std::string field = "reliability.group." + name;
    visit_told_group(group, [&](const char* key, const std::optional<double>& value) {
      if (!value) return;
      if (std::string_view{key}.starts_with("group_down")) {
        refusal.probability(*value, (field + "." + key).c_str());
      } else {
        refusal.rate(*value, (field + "." + key).c_str());
      }
    });
    const ReliabilityParameters& r = settings.reliability;
    const double reach = group.last_gasp_reach.value_or(r.last_gasp_reach);
    refusal.check(group.last_gasp_false.value_or(0) <= reach, (field + ".last_gasp_false").c_str(),
                  "is above last_gasp_reach: last gasps would speak for light");
    const double lost = group.ping_lost.value_or(r.ping_lost);
    refusal.check(group.ping_false.value_or(0) <= 1 - lost, (field + ".ping_false").c_str(),
                  "is above 1 - ping_lost: answers would speak for dark");
  }
}

}  // namespace

Result<void> validate(const LocaliserSettings& settings) {
  Refusal refusal;
  check_priors(settings.priors, refusal);
  check_reliability(settings.reliability, refusal);
  check_sources(settings.sources, refusal);
  check_outages(settings.outages, refusal);
  check_links(settings.links, refusal);
  check_call_places(settings.call_places, refusal);
  check_energisation(settings.energisation, refusal);
  check_patrols(settings.patrols, refusal);
  check_switching(settings.switching, refusal);
  check_told(settings, refusal);
  for (const double weight : settings.weights.weight) {
    refusal.not_negative(weight, "weights.weight");
  }
  return refusal.result();
}

}  // namespace gridmend
