#pragma once

// The first layer of a source as texts and shapes, for tests of what formats say.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "data/ingest/vector_source.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend {

struct Read {
  std::vector<std::vector<std::string>> texts;  // by feature
  std::vector<std::vector<Position>> shapes;
  std::vector<bool> repaired;
  std::vector<std::string> findings;
  std::string refusal;
};

inline Read read(const VectorSource& source, const std::vector<ColumnRequest>& columns,
                 const GeometryColumns& geometry = {}) {
  Read result;
  const auto done =
      source.read_placed(0, columns, geometry, [&](const VectorFeature& feature) -> Result<void> {
        auto& texts = result.texts.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
          const auto number = feature.number(i);
          texts.push_back(columns[i].kind == ColumnKind::number && number
                              ? std::to_string(*number)
                              : std::string{feature.text(i)});
        }
        result.shapes.emplace_back(feature.geometry().begin(), feature.geometry().end());
        result.repaired.push_back(feature.repaired_column().has_value());
        return {};
      });
  if (!done) result.refusal = done.error().reason + ": " + done.error().message;
  for (const LayerFinding& finding : source.take_findings(0)) {
    result.findings.push_back(finding.message + "; " + finding.action);
  }
  return result;
}

inline VectorSource open(const TownSource& town, const std::string& file) {
  auto source = VectorSource::open(town.folder() / file);
  EXPECT_TRUE(source) << describe(source.error());
  return std::move(*source);
}

}  // namespace gridmend
