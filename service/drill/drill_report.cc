#include "service/drill/drill_report.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/base/printable.h"

namespace gridmend {
namespace {

std::string rounded(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// 12345 -> "12,345".
std::string grouped(double value) {
  std::string text = rounded(value, 0);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

double hours_after(Time time, Time start) { return seconds(time - start) / 3600; }

// Hours from the peak until at most this share of it is dark for good; negative: never.
double hours_to_share(const DrillOutcome& outcome, double share) {
  const auto when = restored_to_share(outcome.customers_dark, share);
  return when ? hours_after(*when, outcome.start) : -1;
}

std::string hours_text(double hours) {
  return hours < 0 ? "not reached" : rounded(hours, 1) + " h";
}

void describe_one(const DrillOutcome& o, std::string& text) {
  const auto line = [&text](const std::string& name, const std::string& value) {
    text += "  " + name + std::string(name.size() < 34 ? 34 - name.size() : 1, ' ') + value + "\n";
  };
  text += o.policy + " dispatcher\n";
  line("households ever out",
       grouped(o.customers_ever_dark) + " of " + grouped(o.customers_served));
  line("most at one time", grouped(o.peak_dark));
  line("half of the peak restored after", hours_text(hours_to_share(o, .5)));
  line("nine tenths restored after", hours_text(hours_to_share(o, .1)));
  line("all restored", o.all_restored ? "yes, after " + hours_text(hours_to_share(o, 0)) : "no");
  line("customer-minutes lost", grouped(o.customer_minutes));
  line("weighted customer-minutes lost", grouped(o.weighted_customer_minutes));
  line("SAIDI",
       rounded(o.customers_served > 0 ? o.customer_minutes / o.customers_served : 0, 1) + " min");
  const auto& score = o.localisation;
  line("devices named: F1", rounded(score.devices().f1(), 3) + "  (precision " +
                                rounded(score.devices().precision(), 3) + ", recall " +
                                rounded(score.devices().recall(), 3) + ")");
  line("exactly the open devices", rounded(100 * score.exact_rate(), 0) + " % of looks");
  line("households: precision, recall",
       rounded(score.households().precision(), 3) + ", " + rounded(score.households().recall(), 3));
  line("calibration error", rounded(score.calibration_error(), 3));
  line("visits (in vain)",
       std::to_string(o.crews.visits.size()) + " (" + std::to_string(o.crews.visits_in_vain) + ")");
  line("visits to what was switched off", std::to_string(o.crews.visits_to_switched_off));
  line("drained, dried, inspected", std::to_string(o.crews.water_works));
  line("done by several crews", std::to_string(o.crews.by_several.size()));
  line("material loaded", std::to_string(o.crews.loads));
  line("waits for water", std::to_string(o.crews.waits_for_water));
  line("ways planned (unsafe)",
       std::to_string(o.safety.ways) + " (" + std::to_string(o.safety.unsafe.size()) + ")");
  for (const UnsafeWay& way : o.safety.unsafe) {
    line("  " + to_rfc3339(way.planned),
         way.crew + " to " + way.task + ": " + std::string{to_string(way.reason)});
  }
  line("evidence items", grouped(static_cast<double>(o.evidence_items)));
}

nlohmann::ordered_json json_of(const DrillOutcome& o) {
  nlohmann::ordered_json json;
  json["policy"] = o.policy;
  json["start"] = to_rfc3339(o.start);
  json["end"] = to_rfc3339(o.end);
  json["allRestored"] = o.all_restored;
  json["customersServed"] = o.customers_served;
  json["customersEverOut"] = o.customers_ever_dark;
  json["peakCustomersOut"] = o.peak_dark;
  json["customerMinutesLost"] = o.customer_minutes;
  json["weightedCustomerMinutesLost"] = o.weighted_customer_minutes;
  json["saidiMinutes"] = o.customers_served > 0 ? o.customer_minutes / o.customers_served : 0;
  json["hoursToHalfRestored"] = hours_to_share(o, .5);
  json["hoursToNineTenthsRestored"] = hours_to_share(o, .1);
  const auto& score = o.localisation;
  json["localisation"] = {{"looks", score.looks()},
                          {"deviceF1", score.devices().f1()},
                          {"devicePrecision", score.devices().precision()},
                          {"deviceRecall", score.devices().recall()},
                          {"exactRate", score.exact_rate()},
                          {"householdPrecision", score.households().precision()},
                          {"householdRecall", score.households().recall()},
                          {"calibrationError", score.calibration_error()}};
  json["crews"] = {{"visits", o.crews.visits.size()},
                   {"visitsInVain", o.crews.visits_in_vain},
                   {"visitsToSwitchedOff", o.crews.visits_to_switched_off},
                   {"waterWorks", o.crews.water_works},
                   {"tasksBySeveralCrews", o.crews.by_several.size()},
                   {"loads", o.crews.loads},
                   {"waitsForWater", o.crews.waits_for_water}};
  auto& unsafe = json["unsafeWays"] = nlohmann::ordered_json::array();
  for (const UnsafeWay& way : o.safety.unsafe) {
    unsafe.push_back({{"planned", to_rfc3339(way.planned)},
                      {"crew", way.crew},
                      {"workTask", way.task},
                      {"reason", to_string(way.reason)}});
  }
  json["plansJudged"] = o.safety.plans;
  json["waysJudged"] = o.safety.ways;
  json["evidenceItems"] = o.evidence_items;
  json["damage"] = o.events.size();
  auto& curve = json["customersOut"] = nlohmann::ordered_json::array();
  for (const CurvePoint& point : o.customers_dark) {
    curve.push_back({to_rfc3339(point.time), point.customers_out});
  }
  return json;
}

Result<void> write_text(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file{path, std::ios::binary};
  file << text;
  if (file.flush()) return {};
  return refuse_at({path.string(), {}, {}, {}}, ErrorCode::failed_precondition, "FILE_NOT_WRITABLE",
                   "cannot be written");
}

}  // namespace

std::string describe_drill(const Region& region, const std::vector<DrillOutcome>& outcomes) {
  std::string text = "storm over " + printable(region.provenance.name) + ": " +
                     grouped(static_cast<double>(region.network.usage_points().size())) +
                     " usage points\n";
  for (const DrillOutcome& outcome : outcomes) describe_one(outcome, text);
  if (outcomes.size() > 1 && outcomes[1].weighted_customer_minutes > 0) {
    const auto change = [](double of, double against) {
      return rounded(100 * (of / against - 1), 1) + " %";
    };
    text += "against the " + outcomes[1].policy + " dispatcher: customer-minutes " +
            change(outcomes[0].customer_minutes, std::max(1., outcomes[1].customer_minutes)) +
            ", weighted " +
            change(outcomes[0].weighted_customer_minutes, outcomes[1].weighted_customer_minutes) +
            "\n";
  }
  return text;
}

std::string drill_json(const Region& region, const std::vector<DrillOutcome>& outcomes) {
  nlohmann::ordered_json json;
  json["region"] = region.provenance.name;
  json["usagePoints"] = region.network.usage_points().size();
  json["policies"] = nlohmann::ordered_json::array();
  for (const DrillOutcome& outcome : outcomes) json["policies"].push_back(json_of(outcome));
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Result<void> write_drill_report(const std::filesystem::path& folder, const Region& region,
                                const Water& water, const std::vector<DrillOutcome>& outcomes) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return refuse_at({folder.string(), {}, {}, {}}, ErrorCode::failed_precondition,
                     "FOLDER_NOT_WRITABLE", error.message());
  }
  if (auto done = write_text(folder / "summary.json", drill_json(region, outcomes)); !done)
    return done;
  if (auto done = write_text(folder / "restoration.svg", restoration_curve_svg(outcomes)); !done)
    return done;
  return write_text(folder / "map.html", drill_map_html(region, water, outcomes));
}

}  // namespace gridmend
