#include "service/cli/import_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/printable.h"
#include "data/ingest/defect_catalogue.h"
#include "data/ingest/defect_report.h"
#include "service/cli/region_summary.h"
#include "service/cli/text_table.h"

namespace gridmend {
namespace {

constexpr std::array<DefectSeverity, 3> kGravestFirst = {
    DefectSeverity::severe, DefectSeverity::warning, DefectSeverity::note};

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// The file beside each layer only where there are several.
std::string layers_text(const RegionImport& import) {
  const bool one_file = std::ranges::all_of(import.layers, [&](const LayerCount& layer) {
    return layer.file == import.layers.front().file;
  });
  TextTable table{{"layer", "devices", "usage points", one_file ? "" : "file"}};
  for (const LayerCount& layer : import.layers) {
    table.add({layer.layer, with_commas(layer.devices), with_commas(layer.usage_points),
               one_file ? "" : layer.file});
  }
  return table.to_string("no layer brought anything");
}

std::string ledger_text(const UsagePointLedger& ledger) {
  std::string text = fmt::format(
      "usage points: {} = {} supplied + {} unsupplied + {} refused ({} inactive, counted among "
      "them)\n",
      with_commas(ledger.total), with_commas(ledger.supplied), with_commas(ledger.unsupplied),
      with_commas(ledger.refused), with_commas(ledger.inactive));
  if (ledger.unsupplied > 0) {
    text += fmt::format(
        "  NO PATH FROM A FEEDER leads to {:.3g} % of them: outages cannot be located there; see "
        "unsupplied_island below\n",
        100 * static_cast<double>(ledger.unsupplied) / static_cast<double>(ledger.total));
  }
  for (const auto& [reason, count] : ledger.refused_by_reason) {
    text += fmt::format("  refused: {} ({})\n", reason, with_commas(count));
  }
  return text;
}

// By class, the gravest first.
struct ClassLine {
  DefectClass defect_class = DefectClass::duplicate_id;
  std::array<std::size_t, 3> counts{};  // as kGravestFirst
  std::uint64_t customers = 0;          // of the largest finding
};

std::vector<ClassLine> class_lines(const RegionImport& import) {
  std::array<std::uint64_t, kDefectClasses> customers{};
  for (const Defect& defect : import.region.defects) {
    auto& most = customers.at(static_cast<std::size_t>(defect.defect_class));
    most = std::max<std::uint64_t>(most, defect.subject.customers);
  }
  std::vector<ClassLine> lines;
  for (std::size_t i = 0; i < kDefectClasses; ++i) {
    const auto defect_class = static_cast<DefectClass>(i);
    if (import.defect_tally.of(defect_class) == 0) continue;
    ClassLine line{defect_class, {}, customers[i]};
    for (std::size_t s = 0; s < kGravestFirst.size(); ++s) {
      line.counts[s] = import.defect_tally.of(defect_class, kGravestFirst[s]);
    }
    lines.push_back(line);
  }
  std::ranges::stable_sort(lines, [](const ClassLine& a, const ClassLine& b) {
    const auto key = [](const ClassLine& line) {
      return std::tuple{line.counts[0] > 0, line.counts[1] > 0, line.customers, line.counts};
    };
    return key(a) > key(b);
  });
  return lines;
}

std::string classes_text(const RegionImport& import) {
  const DefectTally& tally = import.defect_tally;
  if (tally.total() == 0) return "no defects\n";
  std::string text = fmt::format("{}: {} severe, {}, {}\n\n", counted(tally.total(), "defect"),
                                 with_commas(tally.of(DefectSeverity::severe)),
                                 counted(tally.of(DefectSeverity::warning), "warning"),
                                 counted(tally.of(DefectSeverity::note), "note"));
  TextTable table{{"class", "severe", "warning", "note", "customers at most", "meaning"}};
  const auto number = [](std::uint64_t n) { return n == 0 ? std::string{"-"} : with_commas(n); };
  for (const ClassLine& line : class_lines(import)) {
    table.add({std::string{to_string(line.defect_class)}, number(line.counts[0]),
               number(line.counts[1]), number(line.counts[2]), number(line.customers),
               std::string{explain(line.defect_class).meaning}});
  }
  return text + table.to_string();
}

std::string first_text(const RegionImport& import) {
  const auto first = first_to_mend(import.region.defects);
  if (first.empty()) return {};
  std::string text = "\nfirst to mend:\n";
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Defect& defect = import.region.defects[first[i]];
    Error error;
    error.place = defect.place;
    error.message = defect.message;
    const std::string touched = defect.subject.customers == 0
                                    ? ""
                                    : " (" + counted(defect.subject.customers, "customer") + ")";
    text += fmt::format("{:>2}. {} {}{}: {}\n    {}. {}\n", i + 1, to_string(defect.severity),
                        to_string(defect.defect_class), touched, describe(error),
                        printable(defect.action), explain(defect.defect_class).remedy);
  }
  return text;
}

std::string groups_text(const RegionImport& import) {
  std::string text;
  for (const FindingGroup& group : import.finding_groups.groups) {
    text += fmt::format("{}{} {}: {}; {}\n", text.empty() ? "\nof many features at once:\n" : "",
                        to_string(group.severity), to_string(group.defect_class),
                        printable(group.statement), group.action);
  }
  return text;
}

Json groups_json(const RegionImport& import) {
  Json json = Json::array();
  for (const FindingGroup& group : import.finding_groups.groups) {
    json.push_back({{"class", to_string(group.defect_class)},
                    {"severity", to_string(group.severity)},
                    {"features", group.size()},
                    {"message", group.statement},
                    {"action", group.action}});
  }
  return json;
}

Json defect_json(const RegionImport& import, const Defect& defect) {
  Json json;
  json["class"] = to_string(defect.defect_class);
  json["severity"] = to_string(defect.severity);
  json["file"] = defect.place.file;
  json["layer"] = defect.place.layer;
  json["feature_id"] = defect.place.feature_id;
  json["message"] = defect.message;
  json["action"] = defect.action;
  json["customers"] = defect.subject.customers;
  json["feeder"] = defect.subject.feeder.valid()
                       ? Json(import.region.network.mrid(defect.subject.feeder))
                       : Json(nullptr);
  if (defect.position) {
    json["longitude_deg"] = defect.position->longitude_deg;
    json["latitude_deg"] = defect.position->latitude_deg;
  }
  return json;
}

Json defects_json(const RegionImport& import) {
  Json json;
  json["total"] = import.defect_tally.total();
  for (const DefectSeverity severity : kGravestFirst) {
    json[std::string{to_string(severity)}] = import.defect_tally.of(severity);
  }
  json["by_class"] = Json::object();
  for (const ClassLine& line : class_lines(import)) {
    Json& of_class = json["by_class"][std::string{to_string(line.defect_class)}];
    for (std::size_t s = 0; s < kGravestFirst.size(); ++s) {
      of_class[std::string{to_string(kGravestFirst[s])}] = line.counts[s];
    }
  }
  json["first_to_mend"] = Json::array();
  for (const std::uint32_t i : first_to_mend(import.region.defects)) {
    json["first_to_mend"].push_back(defect_json(import, import.region.defects[i]));
  }
  json["of_many_features"] = groups_json(import);
  return json;
}

Json refusal_object(const Error& error) {
  return {{"reason", error.reason}, {"message", describe(error)}};
}

}  // namespace

std::string import_text(const RegionImport& import, const std::string& output) {
  const SwitchState switches{import.region.network};
  const SupplyForest forest = SupplyForest::derive(import.region.network, switches);
  const RegionSummary summary = summarise(import.region, forest, switches);
  std::string text =
      fmt::format("{}: {}, {}, {}, {}, {}\n\n", output, counted(summary.substations, "substation"),
                  counted(summary.feeders, "feeder"), counted(summary.switches, "switch"),
                  counted(summary.transformers, "transformer"),
                  counted(summary.line_segments + summary.service_drops, "line"));
  text += layers_text(import) + "\n" + ledger_text(import.usage_points);
  text += "roads: " + import.roads + "\n";
  if (const auto links = import.region.suspected_links.rows(); !links.empty()) {
    text +=
        counted(links.size(), "link") + " of usage points to other transformers kept as possible\n";
  }
  return text + classes_text(import) + groups_text(import) + first_text(import);
}

std::string import_json(const RegionImport& import, const std::string& output, bool written,
                        const std::string& changes_json) {
  const SwitchState switches{import.region.network};
  const SupplyForest forest = SupplyForest::derive(import.region.network, switches);
  const RegionSummary summary = summarise(import.region, forest, switches);
  Json json;
  json["output"] = output;
  json["written"] = written;
  json["region_id"] = to_hex(import.region.id);
  json["region"] = Json::parse(summary_json(import.region, summary));
  json["features"] = import.features;
  json["layers"] = Json::array();
  for (const LayerCount& layer : import.layers) {
    json["layers"].push_back({{"file", layer.file},
                              {"layer", layer.layer},
                              {"devices", layer.devices},
                              {"usage_points", layer.usage_points}});
  }
  const UsagePointLedger& ledger = import.usage_points;
  json["usage_points"] = {
      {"total", ledger.total},           {"supplied", ledger.supplied},
      {"unsupplied", ledger.unsupplied}, {"refused", ledger.refused},
      {"inactive", ledger.inactive},     {"refused_by_reason", ledger.refused_by_reason}};
  json["roads"] = import.roads;
  json["defects"] = defects_json(import);
  json["suspected_links"] = import.region.suspected_links.rows().size();
  json["refusal"] = import.refusal ? refusal_object(*import.refusal) : Json(nullptr);
  json["changes"] = changes_json.empty() ? Json(nullptr) : Json::parse(changes_json);
  return dump(json);
}

std::string import_json(const Error& error, const std::string& output) {
  return dump({{"output", output}, {"written", false}, {"refusal", refusal_object(error)}});
}

}  // namespace gridmend
