#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/vector_source.h"
#include "tests/data/ingest/hostile_files.h"
#include "tests/data/ingest/town_source.h"

namespace gridmend {

namespace fs = std::filesystem;

inline std::string bytes_of(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct ReadLayer {
  std::size_t features = 0;
  std::size_t invalid = 0;
  std::size_t placed = 0;  // with a geometry, every vertex of it finite
  std::string refusal;     // a reason, empty: read to the end
  std::string message;
};

inline ReadLayer read_layer(const VectorSource& source, std::string_view name) {
  ReadLayer result;
  const auto layer = source.find_layer(name);
  if (!layer) {
    result.refusal = "NO_SUCH_LAYER";
    return result;
  }
  const auto read = source.read(*layer, {}, [&](const VectorFeature& feature) -> Result<void> {
    ++result.features;
    if (feature.geometry_invalid()) ++result.invalid;
    if (!feature.geometry().empty()) ++result.placed;
    for (const Position& p : feature.geometry()) {
      EXPECT_TRUE(std::isfinite(p.longitude_deg) && std::isfinite(p.latitude_deg));
    }
    return {};
  });
  if (!read) result.refusal = read.error().reason;
  if (!read) result.message = read.error().message;
  return result;
}

// Tests of what must not take for ever say so themselves, long before CTest does.
class HostileSource : public ::testing::Test {
 protected:
  ~HostileSource() override {
    EXPECT_LT(std::chrono::steady_clock::now() - begin_, std::chrono::seconds{45});
  }
  fs::path file(const std::string& name) const { return town.folder() / name; }
  fs::path geopackage(const std::vector<std::string>& sql) const {
    write_geopackage(file("hostile.gpkg"), sql);
    return file("hostile.gpkg");
  }

  TownSource town;

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace gridmend
