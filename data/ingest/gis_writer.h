#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/geo/position.h"

namespace gridmend {

// ".gpkg" of "Town.GPKG": what formats are told by.
std::string lower_case_suffix(const std::filesystem::path& path);

enum class GisColumnType : std::uint8_t { text, integer, real, flag };
// `any`: points and lines in one layer, one position being a point.
enum class GisGeometryType : std::uint8_t { none, point, line_string, polygon, any };

struct GisColumn {
  std::string name;
  GisColumnType type = GisColumnType::text;
};

struct GisLayerDefinition {
  std::string name;
  GisGeometryType geometry = GisGeometryType::none;
  std::vector<GisColumn> columns;
};

// A value of a column; monostate writes null. A number is converted between integer and real.
using GisValue = std::variant<std::monostate, std::string_view, std::int64_t, double, bool>;

// Writes features for any GIS to open: WGS 84, typed columns, in transactions. The suffix of the
// path says the format: .gpkg (any number of layers), .geojson, .fgb, .csv, .shp (one layer; .csv
// carries positions as X and Y, lines as WKT). An existing file is replaced. Equal calls write
// equal files. About 200,000 features a second into a GeoPackage.
class GisWriter {
 public:
  struct Options {
    bool spatial_index =
        false;  // GeoPackage: costs as much as writing; worth it for what people open
  };

  static Result<GisWriter> create(const std::filesystem::path& path, Options options);
  static Result<GisWriter> create(const std::filesystem::path& path) { return create(path, {}); }
  ~GisWriter();
  GisWriter(GisWriter&&) noexcept;
  GisWriter& operator=(GisWriter&&) noexcept;

  // The number of the layer, for write(). Refuses a second layer where the format has only one.
  Result<std::size_t> add_layer(const GisLayerDefinition& definition);

  // `values` are in the order of the layer's columns, `geometry` has one position for a point, two
  // or more for a line, a closed ring for a polygon; empty writes no geometry.
  Result<void> write(std::size_t layer, std::span<const GisValue> values,
                     std::span<const Position> geometry);

  // Makes everything durable. Without it the file's content is undefined.
  Result<void> close();

 private:
  struct State;
  explicit GisWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gridmend
