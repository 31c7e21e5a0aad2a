#include "data/ingest/import_verdict.h"

#include <algorithm>
#include <cstdio>

namespace gridmend {
namespace {

std::string plain_figures(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

Error refused(const std::string& file, std::string reason, std::string message) {
  Error error;
  error.code = ErrorCode::failed_precondition;
  error.reason = std::move(reason);
  error.message = std::move(message);
  error.place.file = file;
  return error;
}

// A feature may have several defects: all of a hundred are no limit.
bool above_percent(std::size_t count, std::size_t all, double percent) {
  return percent < 100 && static_cast<double>(count) * 100 > percent * static_cast<double>(all);
}

std::optional<std::string> above_limit(const DefectRule& rule, std::size_t count,
                                       std::size_t features) {
  if (rule.most && static_cast<double>(count) > *rule.most) return plain_figures(*rule.most);
  if (rule.most_percent && above_percent(count, features, *rule.most_percent)) {
    return plain_figures(*rule.most_percent) + " % of " + std::to_string(features) + " features";
  }
  return std::nullopt;
}

// A whole network in the dark before any storm is a source that lacks something.
std::string nobody_supplied(const NetworkModel& network, std::size_t total) {
  const auto none_of = [&network](auto is_wanted) {
    return std::ranges::none_of(network.devices(),
                                [&](const Device& d) { return is_wanted(d.kind); });
  };
  std::string message =
      "no path leads from a feeder to any of " + std::to_string(total) + " usage points";
  if (none_of([](DeviceKind kind) { return is_switch(kind); })) {
    message += "; the source has no layer of switches, or an empty one";
  }
  if (none_of([](DeviceKind kind) { return kind == DeviceKind::power_transformer; })) {
    message += "; the source has no layer of transformers, or an empty one";
  }
  return message;
}

}  // namespace

std::optional<Error> refusal_of(const CheckSettings& settings, const DefectTally& tally,
                                const UsagePointLedger& ledger, std::size_t features,
                                const NetworkModel& network, const std::string& file) {
  for (std::size_t i = 0; i < kDefectClasses; ++i) {
    const auto defect_class = static_cast<DefectClass>(i);
    const std::size_t count = tally.of(defect_class);
    const auto limit = above_limit(settings.rule(defect_class), count, features);
    if (!limit) continue;
    return refused(file, "DEFECT_LIMIT",
                   "defects of class " + std::string{to_string(defect_class)} + ": " +
                       std::to_string(count) + ", more than " + *limit);
  }
  const std::size_t severe = tally.of(DefectSeverity::severe);
  if (above_percent(severe, features, settings.most_severe_percent)) {
    return refused(file, "TOO_MANY_SEVERE_DEFECTS",
                   "severe defects: " + std::to_string(severe) + " in " + std::to_string(features) +
                       " features, more than " + plain_figures(settings.most_severe_percent) +
                       " %");
  }
  if (ledger.total > 0 && ledger.supplied == 0) {
    return refused(file, "NOBODY_SUPPLIED", nobody_supplied(network, ledger.total));
  }
  if (above_percent(ledger.total - ledger.supplied, ledger.total,
                    settings.most_unsupplied_percent)) {
    return refused(
        file, "TOO_MANY_UNSUPPLIED",
        "usage points without supply: " + std::to_string(ledger.total - ledger.supplied) + " of " +
            std::to_string(ledger.total) + ", more than " +
            plain_figures(settings.most_unsupplied_percent) +
            " % (most_unsupplied_percent, --max-unsupplied-percent); the findings "
            "unsupplied_island say where they are cut off");
  }
  return std::nullopt;
}

}  // namespace gridmend
