#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/geo/spatial_index.h"
#include "data/ingest/vector_source.h"

namespace gridmend {

// What somebody who writes a profile wants to know of a source, from the first features of each
// layer.

struct DescribedColumn {
  std::string name;
  std::string type;
  bool can_be_read = true;            // its type is one that profiles take
  std::size_t filled = 0;             // of the features looked at
  std::size_t different = 0;          // values among them
  std::vector<std::string> examples;  // a few different values
};

struct DescribedLayer {
  std::string name;
  std::string file;
  std::int64_t features = 0;  // -1: unknown
  std::string geometry;
  std::string crs;               // empty: it does not say
  std::optional<Box> area = {};  // in WGS 84
  std::size_t looked_at = 0;
  std::vector<DescribedColumn> columns = {};
  std::vector<std::string> remarks = {};  // what was found out about its coordinates and texts
  std::string refusal = {};               // why it cannot be read as it is; empty: it can
};

struct SourceDescription {
  std::string name;
  std::vector<DescribedLayer> layers;
  std::string shipped_profile = {};  // that reads it when none is named; empty: none knows it
};

// Texts in columns of numbers are looked for in so many rows of a layer; an import looks at all.
inline constexpr std::int64_t kFirstLookRows = 100'000;

// Looks at the first 500 features of each layer. One that is refused says so in its description.
// The source is for first looks then (VectorSource::look_at_first).
SourceDescription describe_source(VectorSource& source);

// For a terminal.
std::string description_text(const SourceDescription& description);

// What a model in a format of its own holds: its files and its classes with their objects.
struct DescribedClass {
  std::string name;
  std::size_t objects = 0;
  std::string remark;  // what becomes of them, where that is not plain
};
struct ModelDescription {
  std::string name;
  std::string format;
  std::vector<std::string> files;
  std::vector<DescribedClass> classes;  // the most objects first
};
std::string description_text(const ModelDescription& description);

// A profile to be filled in: a rule for each layer whose name tells what it is, the
// columns guessed where a name tells them, FILL_IN elsewhere. TOML that parse_profile understands.
std::string profile_skeleton(const SourceDescription& description);

}  // namespace gridmend
