#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/gis_writer.h"
#include "data/ingest/reading_progress.h"

namespace gridmend {

// Several layers in one file: those of a GeoPackage, or one of GeoJSON with the columns of all and
// a first column `layer` that says which one a feature is of.
class ExportLayers {
 public:
  // `progress` outlives it.
  ExportLayers(GisWriter writer, bool one_layer, const ReadingProgress& progress)
      : writer_(std::move(writer)), one_layer_(one_layer), progress_(progress) {}

  // All layers, numbered as they are added; then begin(), then the features.
  Result<void> add(const GisLayerDefinition& definition);
  Result<void> begin();
  // Values in the order of the layer's columns.
  Result<void> write(std::size_t layer, std::span<const GisValue> values,
                     std::span<const Position> geometry);
  Result<void> close();

  // How many features will come, for the progress.
  void expect(std::int64_t features) { all_ += features; }

 private:
  std::size_t merge(GisColumn column);

  GisWriter writer_;
  bool one_layer_;
  const ReadingProgress& progress_;
  std::int64_t written_ = 0;
  std::int64_t all_ = 0;
  std::vector<std::string> names_;
  std::vector<std::vector<std::size_t>> columns_;  // by layer: where its columns stand in merged_
  std::vector<GisColumn> merged_ = {{"layer"}};
  std::vector<GisValue> row_;
};

}  // namespace gridmend
