#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/geo/position.h"
#include "data/ingest/geometry_columns.h"
#include "data/ingest/layer_coordinates.h"
#include "data/ingest/source_limits.h"

namespace gridmend {

// What a profile wants from a column; `optional` columns may be missing.
enum class ColumnKind : std::uint8_t {
  text,    // text or integer
  number,  // real, integer, or text that numbers are written in
  flag,    // boolean, integer, or text that a value map or yes/no, true/false, 1/0 explains
};

std::string_view to_string(ColumnKind kind);

struct ColumnRequest {
  std::string name;
  ColumnKind kind = ColumnKind::text;
  bool optional = false;
  bool coded_domain = false;  // codes of a File Geodatabase's domain are read as what they mean
};

// One feature while it is visited: views live until the visitor returns.
class VectorFeature {
 public:
  virtual ~VectorFeature() = default;

  virtual std::int64_t number() const = 0;
  // By the place of the column in the request. Empty: null, missing, or blanks only.
  virtual std::string_view text(std::size_t column) const = 0;
  // nullopt: null, missing, not finite, or (in sources that have only text) not a number.
  virtual std::optional<double> number(std::size_t column) const = 0;
  // WGS 84. A point is one position, a line all of its vertices (a MultiLineString's parts one
  // after another), a polygon its centroid; of a collection all lines, else its first area or
  // point. Empty: no geometry.
  virtual std::span<const Position> geometry() const = 0;
  // Where the lines of geometry() end, ascending: one entry for a line, more for the parts of a
  // MultiLineString; empty for points and polygons.
  virtual std::span<const std::size_t> line_ends() const = 0;
  // The vertices of a polygon's outer ring, of a multipolygon's first; empty for anything else.
  virtual std::span<const Position> outline() const { return {}; }
  // Something in the geometry is not finite or cannot be brought to WGS 84; it is then empty.
  virtual bool geometry_invalid() const = 0;
  // Of several points the first is the geometry; how many others there are.
  virtual std::size_t points_left_out() const { return 0; }
  // A column of the request whose text was not UTF-8 and has been repaired by U+FFFD; nullopt:
  // none.
  virtual std::optional<std::size_t> repaired_column() const = 0;
};

struct VectorLayer {
  std::string name;
  std::string file;           // the file it lies in, from the source's own name on
  std::int64_t features = 0;  // -1 unknown without reading it
  bool has_geometry = false;
  std::string geometry;  // as GDAL names it: "Line String", "Point", "None"
  std::string crs;       // the reference system's name; empty: it does not say
  std::vector<std::string> columns;
  std::vector<std::string> column_types;  // "String", "Integer", "Real", ...
  // The last column is the number of the row: fid, OBJECTID, an integer primary key.
  std::optional<std::size_t> key_column;
  bool short_names = false;  // columns of more than ten letters are cut to ten (Shapefile)
  // Of a Shapefile's parts one is not there: the .dbf with its columns, the .shp with its shapes.
  bool without_table = false;
  bool without_shapes = false;

  // The column of that name, cut where the format cuts it, without regard to case.
  std::optional<std::size_t> find_column(std::string_view column) const;
};

// Layers of features, wherever they come from.
class FeatureSource {
 public:
  virtual ~FeatureSource() = default;

  // The file's name as errors and defects say it.
  virtual const std::string& name() const = 0;
  virtual const std::vector<VectorLayer>& layers() const = 0;
  // Names are matched without regard to case.
  virtual std::optional<std::size_t> find_layer(std::string_view name) const = 0;
  // Calls `visit` for every feature in the order of the file.
  virtual Result<void> read(
      std::size_t layer, std::span<const ColumnRequest> columns,
      const std::function<Result<void>(const VectorFeature&)>& visit) const = 0;
  // The same with positions from columns, in sources that are tables; others pass the columns over.
  virtual Result<void> read_placed(
      std::size_t layer, std::span<const ColumnRequest> columns,
      const GeometryColumns& /*geometry*/,
      const std::function<Result<void>(const VectorFeature&)>& visit) const {
    return read(layer, columns, visit);
  }
  // What the last reading found out about the layer as a whole; once.
  virtual std::vector<LayerFinding> take_findings(std::size_t /*layer*/) const { return {}; }
};

// Refuses (LAYER_AMBIGUOUS) a layer when others of the source are called as it is: which one is
// meant nobody said, and the others would be left out without a word.
Result<void> check_only_one(const FeatureSource& source, std::size_t layer);

// A vector data set opened for reading through GDAL: a file, a folder of files (one layer each), a
// .gdb folder, a .zip with any of these inside, or a folder with one such folder or .zip. Only
// local files in formats of an explicit list are opened; nothing a file contains makes GDAL fetch
// or run anything.
class VectorSource final : public FeatureSource {
 public:
  // A PostGIS database in words of libpq ("PG:...") is opened too (database_opening.h). Refuses by
  // name: SOURCE_NOT_FOUND, SOURCE_EMPTY, SOURCE_FORMAT (no driver of the list can read it, or it
  // is damaged), SOURCE_NETWORK, IMPORT_LAYER_LIMIT, DATABASE_WORDS, DATABASE_UNAVAILABLE.
  static Result<VectorSource> open(const std::filesystem::path& path, SourceLimits limits = {});
  ~VectorSource() override;
  VectorSource(VectorSource&&) noexcept;
  VectorSource& operator=(VectorSource&&) noexcept;

  const std::string& name() const override;
  const std::vector<VectorLayer>& layers() const override;
  std::optional<std::size_t> find_layer(std::string_view name) const override;

  // What is known of all layers better than by the files: their coordinates, the encoding of their
  // texts (only formats that do not fix it heed this).
  void declare(const SourceCoordinates& coordinates, std::string encoding);

  // What is read from now on is a first look: texts in columns of numbers are looked for in the
  // first `rows` of a layer, where whole tables are gone through otherwise, and told as findings.
  void look_at_first(std::int64_t rows);

  // Refuses: a missing column (COLUMN_MISSING), one of another type (COLUMN_TYPE), a layer that
  // breaks off (LAYER_DAMAGED), a CSV whose quotes take rows into values (CSV_BROKEN), a CRS that
  // PROJ cannot bring to WGS 84 or numbers that could mean several things (LAYER_CRS), an encoding
  // nobody knows (ENCODING_UNKNOWN), a database that does what none may (SOURCE_UNSAFE), a server
  // that does not answer to the end (DATABASE_UNAVAILABLE), more than the limits allow
  // (IMPORT_FEATURE_LIMIT, IMPORT_VERTEX_LIMIT); and whatever `visit` refuses.
  Result<void> read(std::size_t layer, std::span<const ColumnRequest> columns,
                    const std::function<Result<void>(const VectorFeature&)>& visit) const override;
  Result<void> read_placed(
      std::size_t layer, std::span<const ColumnRequest> columns, const GeometryColumns& geometry,
      const std::function<Result<void>(const VectorFeature&)>& visit) const override;
  std::vector<LayerFinding> take_findings(std::size_t layer) const override;

 private:
  struct State;
  explicit VectorSource(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// `text` with every byte that is not part of a UTF-8 sequence replaced by U+FFFD; nullopt when it
// is UTF-8 already.
std::optional<std::string> repair_utf8(std::string_view text);

}  // namespace gridmend
