#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gridmend {

// Texts where a column is declared to hold numbers ("12,x", "n/a"). GDAL gives out the number they
// begin with, or 0: 12 and 0 here, and an id "12a" as 12. What stands there is asked of the file
// itself, a GeoPackage or the .dbf of a Shapefile; other formats cannot hold it, but for a CSV
// whose .csvt promises too much.
class MisreadNumbers {
 public:
  // `layer` is a GDAL handle, `fields` those of its columns that matter.
  MisreadNumbers(void* layer, std::span<const int> fields);

  // Before the layer is read, in its first `rows`: O(rows). Nothing is found in views of a
  // GeoPackage.
  void look_through(void* dataset, void* layer, std::int64_t rows);
  // What GDAL warned of when it fetched a feature.
  void heed(std::span<const std::string> warnings);

  // The text of a feature's field; null when its number is a number.
  const std::string* text(std::int64_t feature, int field) const;
  // What was found in a field: how many, and the first of them.
  struct Found {
    std::size_t count = 0;
    std::string first = {};
  };
  std::map<std::string, Found> by_field() const;
  // Of a .dbf: whole numbers of a field that are written with zeros before them ("0042").
  Found padded(int field) const;
  // The CSV's type file promises numbers and the table breaks it: GDAL says so once, and gives out
  // all such values as empty. The column's name.
  const std::optional<std::string>& broken_promise() const { return broken_promise_; }

 private:
  struct Field {
    int number;
    std::string name;
  };
  void look_through_table(void* dataset, void* layer, std::int64_t rows);
  void look_through_dbf(const std::string& path, std::int64_t rows);

  std::string layer_;
  std::vector<Field> fields_;
  std::map<std::pair<std::int64_t, int>, std::string> texts_;
  std::map<int, Found> padded_;
  std::optional<std::string> broken_promise_;
};

}  // namespace gridmend
