#include "data/ingest/export_layers.h"

#include <string_view>
#include <utility>

namespace gridmend {
namespace {

constexpr std::int64_t kTold = 20'000;  // features between two calls of the progress

}  // namespace

Result<void> ExportLayers::add(const GisLayerDefinition& definition) {
  if (one_layer_) {
    names_.emplace_back(definition.name);
    columns_.emplace_back();
    for (const GisColumn& column : definition.columns) columns_.back().push_back(merge(column));
    return {};
  }
  const auto number = writer_.add_layer(definition);
  if (!number) return unexpected(number.error());
  return {};
}

Result<void> ExportLayers::begin() {
  if (!one_layer_) return {};
  const auto number = writer_.add_layer({"network", GisGeometryType::any, merged_});
  if (!number) return unexpected(number.error());
  return {};
}

Result<void> ExportLayers::write(std::size_t layer, std::span<const GisValue> values,
                                 std::span<const Position> geometry) {
  ++written_;
  if (progress_ && written_ % kTold == 0) progress_("writing features", written_, all_);
  if (!one_layer_) return writer_.write(layer, values, geometry);
  row_.assign(merged_.size(), GisValue{});
  row_.front() = std::string_view{names_[layer]};
  for (std::size_t i = 0; i < values.size(); ++i) row_[columns_[layer][i]] = values[i];
  return writer_.write(0, row_, geometry);
}

Result<void> ExportLayers::close() {
  if (progress_) progress_("writing features", written_, written_);
  return writer_.close();
}

// `layer` says what a feature is; that of roads, how high they lie, has another name there.
std::size_t ExportLayers::merge(GisColumn column) {
  if (column.name == "layer") column.name = "road_layer";
  for (std::size_t i = 1; i < merged_.size(); ++i) {
    if (merged_[i].name == column.name) return i;
  }
  merged_.push_back(std::move(column));
  return merged_.size() - 1;
}

}  // namespace gridmend
