#pragma once

// One feature of a GDAL layer at a time, as the readers see it; vector_source.cc's business alone.

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/layer_coordinates.h"
#include "data/ingest/misread_numbers.h"
#include "data/ingest/source_name.h"
#include "data/ingest/text_decoding.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// Most processor time that a database may take to its next row.
inline constexpr std::chrono::seconds kMostTimeOfARow{60};

// Without ASCII blanks around it.
std::string_view trimmed_text(std::string_view text);
// As it, of UTF-8, which has more blanks: no-break, ideographic, of no width.
std::string_view without_blanks(std::string_view text);

// What is known of a layer before its features are read.
struct LayerReading {
  const VectorLayer* layer = nullptr;
  ErrorPlace place;
  bool text_only = false;     // numbers are written as text (CSV)
  bool may_be_coded = false;  // texts may be in any encoding (CSV, Shapefile, MapInfo)
  // Of a database, in which what fails in the first features fails altogether; null: a file.
  const DatabaseWords* database = nullptr;
  bool chinese = false;  // where no encoding is said: the source's other texts are GB18030
  std::string encoding;  // declared or said by the file; empty: UTF-8, or guessed where it is not
  // Of a first look: misread numbers are looked for in so many rows and told as findings.
  std::optional<std::int64_t> first_look_rows = {};
};

// Finds the columns of a request in a layer, settles its coordinates and encoding by its first
// features, and then holds the values of one feature.
class FeatureReader final : public VectorFeature {
 public:
  // `dataset` and `layer` are GDAL handles.
  static Result<FeatureReader> create(void* dataset, void* layer, const LayerReading& reading,
                                      std::span<const ColumnRequest> request,
                                      const GeometryColumns& geometry,
                                      const SourceCoordinates& coordinates);

  // `warnings` are GDAL's about it.
  void load(void* feature, std::span<const std::string> warnings);
  // About the layer as a whole; complete when all is read.
  std::vector<LayerFinding> findings() const;

  std::int64_t number() const override { return number_; }
  std::string_view text(std::size_t column) const override { return columns_.at(column).text; }
  std::optional<double> number(std::size_t column) const override {
    return columns_.at(column).number;
  }
  std::span<const Position> geometry() const override { return vertices_; }
  std::span<const std::size_t> line_ends() const override { return line_ends_; }
  std::span<const Position> outline() const override { return outline_; }
  bool geometry_invalid() const override { return geometry_invalid_; }
  std::size_t points_left_out() const override { return points_left_out_; }
  std::optional<std::size_t> repaired_column() const override { return repaired_column_; }

 private:
  struct Column {
    int field = -1;
    int type = 0;                                                   // OGRFieldType
    bool numeric = false;                                           // wanted as a number or a flag
    bool key = false;                                               // the number of the row
    std::map<std::string, std::string, std::less<>> meanings = {};  // of a coded domain
    std::string_view text = {};
    std::optional<double> number = {};
    std::string storage = {};
    bool written_numbers = false;  // numbers are wanted of a column of texts
    bool real_ids = false;         // texts are wanted of a column of real numbers
    std::size_t values_seen = 0;   // among the first features
    std::size_t values_taken = 0;  // of them, as what is wanted
    std::size_t cut = 0;           // values that were longer than any id or address
    std::int64_t first_cut = -1;
  };

  FeatureReader(LayerReading reading, std::size_t columns)
      : reading_(std::move(reading)), columns_(columns) {}
  Result<void> bind(void* dataset, void* layer, std::span<const ColumnRequest> request,
                    const GeometryColumns& geometry);
  Result<void> bind_column(void* dataset, void* layer, const ColumnRequest& request,
                           Column& column) const;
  Result<void> check_first_values() const;
  Result<void> settle(void* layer, const SourceCoordinates& coordinates);
  void ignore_other_fields(void* layer) const;
  void look_for_misread_numbers(void* dataset, void* layer);
  bool load_misread(Column& column);
  void load_column(void* feature, Column& column, std::size_t index);
  void load_text(void* feature, Column& column, std::size_t index);
  void load_whole_number(void* feature, Column& column);
  void load_real(void* feature, Column& column);
  void cut_text(Column& column) const;
  void decode_text(Column& column, std::size_t index);
  void look_at_columns();
  void find_position_texts(const GeometryColumns& geometry);
  bool is_chinese(std::string_view text) const;
  bool position_is_written(void* feature);
  void load_geometry(void* feature);
  void to_wgs84();
  bool take_geometry(void* geometry);
  bool geometry_of_columns(void* feature);

  LayerReading reading_;
  std::vector<Column> columns_;
  std::optional<Column> x_, y_, wkt_;
  std::vector<Column> position_texts_;  // of a CSV: what GDAL makes its geometry of
  std::optional<MisreadNumbers> misread_;
  std::optional<CoordinateConversion> conversion_;
  bool zero_is_a_place_ = false;
  std::vector<LayerFinding> coordinate_findings_;
  std::vector<LayerFinding> column_findings_;
  std::optional<int> beyond_64_bits_;  // a field with numbers that are lost
  std::optional<int> no_id_;           // the same of real numbers that were to be texts
  std::optional<TextDecoder> decoder_;
  EncodingGuess guess_;
  bool guessed_ = false;

  std::int64_t number_ = -1;
  std::vector<Position> vertices_;
  std::vector<std::size_t> line_ends_;
  std::vector<Position> outline_;
  bool geometry_invalid_ = false;
  std::size_t points_left_out_ = 0;
  std::optional<std::size_t> repaired_column_;
};

}  // namespace gridmend
