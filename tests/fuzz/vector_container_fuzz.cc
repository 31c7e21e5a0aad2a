// Data sets that VectorSource opens by the name GRIDMEND_FUZZ_FILE: a GeoPackage, a FlatGeobuf, or
// a .zip. The zips of the corpora are stored, not deflated, so that a changed byte reaches the
// reader of what lies in them: the parts of a Shapefile or of a MapInfo table, the tables of a File
// Geodatabase, the directory itself.
//
// Every layer can be read with every column as text and as a number, and no position that comes out
// is infinite or not a number.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "data/ingest/vector_source.h"
#include "tests/fuzz/fuzz_file.h"

namespace gridmend {
namespace {

constexpr std::size_t kMostLayers = 8;
constexpr std::size_t kMostColumns = 16;
constexpr int kMostFeatures = 200;

bool sound(const VectorFeature& feature, std::size_t columns) {
  const auto finite = [](const Position& p) {
    return std::isfinite(p.longitude_deg) && std::isfinite(p.latitude_deg);
  };
  for (std::size_t i = 0; i < columns; ++i) {
    if (repair_utf8(feature.text(i))) return false;
    if (const auto number = feature.number(i); number && !std::isfinite(*number)) return false;
  }
  return std::ranges::all_of(feature.geometry(), finite) &&
         std::ranges::all_of(feature.line_ends(),
                             [&](std::size_t end) { return end <= feature.geometry().size(); });
}

void read_all(const VectorSource& source, std::size_t layer, ColumnKind kind) {
  std::vector<ColumnRequest> columns;
  for (const std::string& name : source.layers()[layer].columns) {
    if (columns.size() < kMostColumns) columns.push_back({name, kind});
  }
  int features = 0;
  const auto read = source.read(layer, columns, [&](const VectorFeature& f) -> Result<void> {
    GRIDMEND_CHECK(sound(f, columns.size()), "a feature is UTF-8, finite, and its lines end in it");
    if (++features < kMostFeatures) return {};
    return refuse(ErrorCode::aborted, "ENOUGH", "enough");
  });
  GRIDMEND_CHECK(read || !read.error().reason.empty(), "a refusal has a reason");
}

}  // namespace
}  // namespace gridmend

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gridmend;
  static const FuzzFile file{GRIDMEND_FUZZ_FILE};
  file.close_left_open();
  file.write({data, size});
  // GDAL remembers what lies in an archive until its time changes, by the second.
  static auto time = std::filesystem::last_write_time(file.path());
  std::filesystem::last_write_time(file.path(), time += std::chrono::seconds{1});
  const auto source = VectorSource::open(file.path());
  if (!source) {
    GRIDMEND_CHECK(!source.error().reason.empty(), "a refusal has a reason");
    return 0;
  }
  for (std::size_t i = 0; i < std::min(source->layers().size(), kMostLayers); ++i) {
    read_all(*source, i, ColumnKind::text);
    read_all(*source, i, ColumnKind::number);
  }
  return 0;
}
