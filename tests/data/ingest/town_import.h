#pragma once

// What tests of the import through the native profile ask of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "data/ingest/region_import.h"

namespace gridmend {

// Small sources are all defect or none; the part of severe ones is tested on its own.
inline constexpr double kAnySevere = 100;

inline Result<RegionImport> import(const std::filesystem::path& path,
                                   const std::string& profile = {},
                                   double most_severe_percent = kAnySevere) {
  RegionSpec spec;
  spec.sources.push_back({path, profile});
  return import_region(spec, {.most_severe_percent = most_severe_percent, .progress = {}});
}

inline Error refusal(const std::filesystem::path& path, const std::string& profile = {}) {
  auto imported = import(path, profile);
  EXPECT_FALSE(imported) << "was imported";
  return imported ? Error{} : imported.error();
}

inline const Defect* find_defect(const RegionImport& imported, DefectClass defect_class) {
  const auto& defects = imported.region.defects;
  const auto it = std::ranges::find(defects, defect_class, &Defect::defect_class);
  return it == defects.end() ? nullptr : &*it;
}

inline std::size_t count_defects(const RegionImport& imported, DefectClass defect_class) {
  return static_cast<std::size_t>(
      std::ranges::count(imported.region.defects, defect_class, &Defect::defect_class));
}

}  // namespace gridmend
