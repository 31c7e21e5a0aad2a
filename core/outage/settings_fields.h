#pragma once

#include <string>

#include "core/network/records.h"
#include "core/outage/settings.h"

namespace gridmend {

// Every number of LocaliserSettings under the name a configuration file gives it, in order:
// visitor("reliability.last_gasp_reach", double&), visitor("reliability.call_lead_s", Duration&),
// also std::uint32_t& and bool&. `Settings` is LocaliserSettings, const or not. A number that is
// not here cannot be configured, is not written, and is not compared.
template <class Settings, class Visitor>
void visit_settings(Settings& settings, Visitor&& visitor);

namespace settings_fields {

template <class Priors, class Visitor>
void visit_priors(Priors& p, Visitor&& visitor) {
  for (std::size_t kind = 0; kind < p.by_kind.size(); ++kind) {
    visitor("priors.by_kind." + std::string{to_string(static_cast<DeviceKind>(kind))},
            p.by_kind[kind]);
  }
  visitor("priors.feeder_source", p.feeder_source);
  visitor("priors.premises", p.premises);
  visitor("priors.overhead_per_km", p.overhead_per_km);
  visitor("priors.underground_per_km", p.underground_per_km);
  visitor("priors.flood_sigma_m", p.flood_sigma_m);
  for (std::size_t kind = 0; kind < p.live_part_height_m.size(); ++kind) {
    visitor("priors.live_part_height_m." + std::string{to_string(static_cast<DeviceKind>(kind))},
            p.live_part_height_m[kind]);
  }
  visitor("priors.underground_live_part_height_m", p.underground_live_part_height_m);
  visitor("priors.flood_memory_s", p.flood_memory);
  for (std::size_t i = 0; i < p.water_error_sigmas.size(); ++i) {
    const std::string scenario = std::to_string(i + 1);
    visitor("priors.water_error_sigmas.scenario_" + scenario, p.water_error_sigmas[i]);
    visitor("priors.water_error_weight.scenario_" + scenario, p.water_error_weight[i]);
  }
  visitor("priors.phases_together", p.phases_together);
}

template <class Report, class Visitor>
void visit_report(const std::string& name, Report& report, Visitor&& visitor) {
  visitor(name + ".if_open", report.if_open);
  visitor(name + ".if_closed", report.if_closed);
}

template <class Reliability, class Visitor>
void visit_reports(Reliability& r, Visitor&& visitor) {
  visit_report("reliability.scada_open", r.scada_open, visitor);
  visit_report("reliability.scada_closed", r.scada_closed, visitor);
  visit_report("reliability.operator_open", r.operator_open, visitor);
  visit_report("reliability.operator_closed", r.operator_closed, visitor);
  visit_report("reliability.crew_open", r.crew_open, visitor);
  visit_report("reliability.crew_closed", r.crew_closed, visitor);
  visit_report("reliability.indicator_passed", r.indicator_passed, visitor);
  visit_report("reliability.indicator_not_passed", r.indicator_not_passed, visitor);
  visit_report("reliability.found_damaged", r.found_damaged, visitor);
  visit_report("reliability.found_open", r.found_open, visitor);
  visit_report("reliability.found_intact", r.found_intact, visitor);
  visit_report("reliability.found_nothing", r.found_nothing, visitor);
  visit_report("reliability.found_restored", r.found_restored, visitor);
  visitor("reliability.sound_fresh_s", r.sound_fresh);
  visitor("reliability.sound_half_life_s", r.sound_half_life);
  visitor("reliability.flaps_free", r.flaps_free);
  visitor("reliability.flap_trust", r.flap_trust);
  visitor("reliability.report_clip", r.report_clip);
}

template <class Reliability, class Visitor>
void visit_reliability(Reliability& r, Visitor&& visitor) {
  visitor("reliability.last_gasp_reach", r.last_gasp_reach);
  visitor("reliability.last_gasp_false", r.last_gasp_false);
  visitor("reliability.last_gasp_half_time_s", r.last_gasp_half_time);
  visitor("reliability.ping_lost", r.ping_lost);
  visitor("reliability.ping_false", r.ping_false);
  visitor("reliability.live_fresh_s", r.live_fresh);
  visitor("reliability.back_together_s", r.back_together);
  visitor("reliability.back_by_itself", r.back_by_itself);
  visitor("reliability.live_half_life_s", r.live_half_life);
  visitor("reliability.call_rate", r.call_rate);
  visitor("reliability.call_false", r.call_false);
  visitor("reliability.call_half_time_s", r.call_half_time);
  visitor("reliability.call_lead_s", r.call_lead);
  visitor("reliability.partial_call_share", r.partial_call_share);
  visitor("reliability.dim_call_share", r.dim_call_share);
  visitor("reliability.group_down_if_live", r.group_down_if_live);
  visitor("reliability.group_down_if_dead", r.group_down_if_dead);
  visitor("reliability.branch_links_down", r.branch_links_down);
  visitor("reliability.branch_unreachable", r.branch_unreachable);
  visit_reports(r, visitor);
  visitor("reliability.clock_skew_s", r.clock_skew);
}

template <class Sources, class Visitor>
void visit_sources(Sources& s, Visitor&& visitor) {
  visitor("sources.zones", s.zones);
  visitor("sources.rounds", s.rounds);
  visitor("sources.false_items", s.false_items);
  visitor("sources.groups", s.groups);
  visitor("sources.calls", s.calls);
  visitor("sources.unrelated", s.unrelated);
  visitor("sources.reports", s.reports);
}

template <class Links, class Visitor>
void visit_links(Links& links, Visitor&& visitor) {
  visitor("links.wrong", links.wrong);
  visitor("links.candidates", links.candidates);
  visitor("links.reach_m", links.reach_m);
  visitor("links.nearness_m", links.nearness_m);
  visitor("links.boundary_s", links.boundary);
  visitor("links.most_per_storm", links.most_per_storm);
  visitor("links.listed_at", links.listed_at);
}

template <class Places, class Visitor>
void visit_call_places(Places& places, Visitor&& visitor) {
  visitor("call_places.candidates", places.candidates);
  visitor("call_places.position_spread_m", places.position_spread_m);
  visitor("call_places.position_reach_m", places.position_reach_m);
  visitor("call_places.position_elsewhere", places.position_elsewhere);
  visitor("call_places.address_spread", places.address_spread);
  visitor("call_places.address_least", places.address_least);
  visitor("call_places.same_caller", places.same_caller);
  visitor("call_places.onset_share", places.onset_share);
  visitor("call_places.kept_for_s", places.kept_for);
  visitor("call_places.kept", places.kept);
}

template <class Energisation, class Visitor>
void visit_energisation(Energisation& e, Visitor&& visitor) {
  visitor("energisation.margin_m", e.margin_m);
  visitor("energisation.sigmas", e.sigmas);
}

template <class Outages, class Visitor>
void visit_outages(Outages& o, Visitor&& visitor) {
  visitor("outages.predict_at", o.predict_at);
  visitor("outages.premises_at", o.premises_at);
  visitor("outages.repeated_calls", o.repeated_calls);
  visitor("outages.confirm_at", o.confirm_at);
  visitor("outages.confirm_items", o.confirm_items);
  visitor("outages.withdraw_below", o.withdraw_below);
  visitor("outages.restored_live_at", o.restored_live_at);
  visitor("outages.restored_share", o.restored_share);
  visitor("outages.partial_share", o.partial_share);
  visitor("outages.keep_id_overlap", o.keep_id_overlap);
  visitor("outages.close_after_s", o.close_after);
  visitor("outages.device_margin", o.device_margin);
  visitor("outages.dwell_s", o.dwell);
  visitor("outages.sustained_after_s", o.sustained_after);
  visitor("outages.runners_up", o.runners_up);
  visitor("outages.runner_up_at", o.runner_up_at);
  visitor("outages.critical_listed", o.critical_listed);
  visitor("outages.by_phases_zones", o.by_phases_zones);
  visitor("outages.epoch_gap_s", o.epoch_gap);
  visitor("outages.epoch_items", o.epoch_items);
  visitor("outages.call_pause_s", o.call_pause);
  visitor("outages.calls_kept_s", o.calls_kept);
  visitor("outages.epochs", o.epochs);
  visitor("outages.went_first_at", o.went_first_at);
  visitor("outages.by_epochs_zones", o.by_epochs_zones);
}

template <class Weights, class Visitor>
void visit_weights(Weights& weights, Visitor&& visitor) {
  for (std::size_t category = 0; category < weights.weight.size(); ++category) {
    const std::string name{to_string(static_cast<UsagePointCategory>(category))};
    visitor("weights.weight." + name, weights.weight[category]);
    visitor("weights.critical." + name, weights.critical[category]);
  }
}

template <class Patrols, class Visitor>
void visit_patrols(Patrols& p, Visitor&& visitor) {
  visitor("patrols.visit_s", p.visit);
  visitor("patrols.walk_minutes_per_km", p.walk_minutes_per_km);
  visitor("patrols.suspect_at", p.suspect_at);
  visitor("patrols.suspects", p.suspects);
  visitor("patrols.pings_per_tree", p.pings_per_tree);
  visitor("patrols.ask_again_s", p.ask_again);
  visitor("patrols.relay_error_share", p.relay_error_share);
  visitor("patrols.relay_error_m", p.relay_error_m);
}

template <class Switching, class Visitor>
void visit_switching(Switching& s, Visitor&& visitor) {
  visitor("switching.as_recorded", s.as_recorded);
  visitor("switching.tie_closed", s.tie_closed);
  visitor("switching.switches", s.switches);
  visitor("switching.topologies", s.topologies);
  visitor("switching.by_topologies_zones", s.by_topologies_zones);
}

}  // namespace settings_fields

// What may be told of one source, and of one communication group: visitor("unrelated",
// std::optional<double>&). In a file these stand in [reliability.source."95598"] and
// [reliability.group."TG-17"].
template <class Source, class Visitor>
void visit_told_source(Source& source, Visitor&& visitor) {
  visitor("call_false_factor", source.call_false_factor);
  visitor("unrelated", source.unrelated);
}
template <class Group, class Visitor>
void visit_told_group(Group& group, Visitor&& visitor) {
  visitor("last_gasp_reach", group.last_gasp_reach);
  visitor("last_gasp_false", group.last_gasp_false);
  visitor("ping_lost", group.ping_lost);
  visitor("ping_false", group.ping_false);
  visitor("group_down_if_live", group.group_down_if_live);
  visitor("group_down_if_dead", group.group_down_if_dead);
}

template <class Settings, class Visitor>
void visit_settings(Settings& settings, Visitor&& visitor) {
  settings_fields::visit_priors(settings.priors, visitor);
  settings_fields::visit_reliability(settings.reliability, visitor);
  settings_fields::visit_sources(settings.sources, visitor);
  settings_fields::visit_links(settings.links, visitor);
  settings_fields::visit_call_places(settings.call_places, visitor);
  settings_fields::visit_energisation(settings.energisation, visitor);
  settings_fields::visit_outages(settings.outages, visitor);
  settings_fields::visit_weights(settings.weights, visitor);
  settings_fields::visit_patrols(settings.patrols, visitor);
  settings_fields::visit_switching(settings.switching, visitor);
}

}  // namespace gridmend
