#include "data/ingest/source_description.h"

#include <algorithm>
#include <functional>
#include <set>

#include "core/base/printable.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/profile_detection.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

constexpr std::size_t kLookedAt = 500;
constexpr std::size_t kExamples = 4;
constexpr std::size_t kLongestExample = 24;
constexpr const char* kEnough = "ENOUGH";

bool can_be_read(const std::string& type) {
  return type == "String" || type == "Integer" || type == "Integer64" || type == "Real";
}

// At most `most` letters, never half of one.
std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string{text};
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string{text.substr(0, end)} + "...";
}

void look_at(const VectorFeature& feature, const std::vector<ColumnRequest>& requests,
             const std::vector<std::size_t>& columns, DescribedLayer& layer,
             std::vector<std::set<std::size_t>>& seen) {
  ++layer.looked_at;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    DescribedColumn& column = layer.columns[columns[i]];
    std::string value{feature.text(i)};
    if (value.empty() && feature.number(i)) value = number_text(*feature.number(i));
    if (value.empty()) continue;
    ++column.filled;
    if (seen[i].insert(std::hash<std::string>{}(value)).second) ++column.different;
    value = shortened(value, kLongestExample);
    if (column.examples.size() < kExamples &&
        std::ranges::find(column.examples, value) == column.examples.end()) {
      column.examples.push_back(std::move(value));
    }
  }
  const auto positions = feature.geometry();
  if (positions.empty() || !std::ranges::all_of(positions, is_on_earth)) return;
  const Box box = box_of(positions);
  if (!layer.area) layer.area = box;
  layer.area->west_deg = std::min(layer.area->west_deg, box.west_deg);
  layer.area->south_deg = std::min(layer.area->south_deg, box.south_deg);
  layer.area->east_deg = std::max(layer.area->east_deg, box.east_deg);
  layer.area->north_deg = std::max(layer.area->north_deg, box.north_deg);
}

DescribedLayer describe_layer(const VectorSource& source, std::size_t number) {
  const VectorLayer& there = source.layers()[number];
  DescribedLayer layer{.name = there.name,
                       .file = there.file,
                       .features = there.features,
                       .geometry = there.geometry,
                       .crs = there.crs};
  std::vector<ColumnRequest> requests;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < there.columns.size(); ++i) {
    layer.columns.push_back({.name = there.columns[i],
                             .type = there.column_types[i],
                             .can_be_read = can_be_read(there.column_types[i]),
                             .examples = {}});
    if (!layer.columns.back().can_be_read) continue;
    const bool real = there.column_types[i] == "Real";
    requests.push_back({there.columns[i], real ? ColumnKind::number : ColumnKind::text});
    columns.push_back(i);
  }
  std::vector<std::set<std::size_t>> seen(requests.size());
  const auto read =
      source.read(number, requests, [&](const VectorFeature& feature) -> Result<void> {
        if (layer.looked_at == kLookedAt) return refuse(ErrorCode::aborted, kEnough, {});
        look_at(feature, requests, columns, layer, seen);
        return {};
      });
  layer.crs = there.crs;  // a database says it when it is read
  if (!read && read.error().reason != kEnough) layer.refusal = read.error().message;
  for (const LayerFinding& finding : source.take_findings(number)) {
    layer.remarks.push_back(finding.message + "; " + finding.action);
  }
  return layer;
}

std::string empty_columns_text(const std::vector<std::string_view>& names) {
  constexpr std::size_t kNamed = 20;
  if (names.empty()) return {};
  std::string text = "  empty:";
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i)
    text += " " + printable(names[i]);
  if (names.size() > kNamed) text += " and " + std::to_string(names.size() - kNamed) + " more";
  return text + "\n";
}

}  // namespace

SourceDescription describe_source(VectorSource& source) {
  source.look_at_first(kFirstLookRows);
  SourceDescription description{source.name(), {}};
  if (const auto known = recognise_profile(source); known && *known) {
    description.shipped_profile = (*known)->name;
  }
  for (std::size_t i = 0; i < source.layers().size(); ++i) {
    description.layers.push_back(describe_layer(source, i));
  }
  return description;
}

std::string description_text(const SourceDescription& description) {
  std::string text = printable(description.name);
  if (!description.shipped_profile.empty()) {
    text += ", read through the shipped profile " + description.shipped_profile;
  }
  text += "\n";
  for (const DescribedLayer& layer : description.layers) {
    text += "\n" + printable(layer.name) + ": " +
            (layer.features < 0 ? "an unknown number of" : std::to_string(layer.features)) +
            " features, " + layer.geometry + ", " +
            (layer.crs.empty() ? "no reference system" : printable(layer.crs));
    if (layer.area) {
      char area[128];
      std::snprintf(area, sizeof area, ", around %.4f..%.4f east, %.4f..%.4f north",
                    layer.area->west_deg, layer.area->east_deg, layer.area->south_deg,
                    layer.area->north_deg);
      text += area;
    }
    if (layer.looked_at == kLookedAt && layer.features != static_cast<std::int64_t>(kLookedAt)) {
      text += "; examples of the first " + std::to_string(kLookedAt);
    }
    text += "\n";
    if (!layer.refusal.empty()) text += "  ! " + printable(layer.refusal) + "\n";
    for (const std::string& remark : layer.remarks) text += "  ! " + printable(remark) + "\n";
    std::vector<std::string_view> empty;
    for (const DescribedColumn& column : layer.columns) {
      if (column.can_be_read && column.filled == 0) {
        empty.push_back(column.name);
        continue;
      }
      text += "  " + printable(column.name) + " (" + lower_case(column.type) + "): ";
      if (!column.can_be_read) text += "of a type that is not read";
      for (std::size_t i = 0; i < column.examples.size(); ++i) {
        text += (i == 0 ? "" : " | ") + printable(column.examples[i]);
      }
      if (column.filled > 0 && column.filled < layer.looked_at) {
        text +=
            "  [" + std::to_string(column.filled) + " of " + std::to_string(layer.looked_at) + "]";
      }
      text += "\n";
    }
    if (layer.looked_at > 0) text += empty_columns_text(empty);
  }
  return text;
}

std::string description_text(const ModelDescription& description) {
  std::string text = printable(description.name) + ", a model of " + description.format +
                     ", read without a profile\n\n";
  for (const DescribedClass& one : description.classes) {
    std::string count = std::to_string(one.objects);
    count.insert(0, std::max<std::size_t>(count.size(), 10) - count.size(), ' ');
    text += count + "  " + printable(one.name) +
            (one.remark.empty() ? "" : " (" + one.remark + ")") + "\n";
  }
  if (description.classes.empty()) text += "nothing in it is an object\n";
  text += "\nfiles:\n";
  for (const std::string& file : description.files) text += "  " + printable(file) + "\n";
  return text;
}

}  // namespace gridmend
