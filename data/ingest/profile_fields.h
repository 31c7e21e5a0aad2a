#pragma once

// What a profile says of one layer's columns; profile.cc's business alone. What is refused is
// thrown as toml_values.h says.

#include <string>
#include <utility>
#include <vector>

#include "data/ingest/profile.h"
#include "data/ingest/toml_values.h"

namespace gridmend::profile_fields {

// NAME = "COLUMN" or NAME = { column = ..., ... }; not given where the key is missing, which
// `required` refuses.
FieldRule read_field(toml_values::Keys& keys, const std::string& name, bool required = false);

// The table of a field's `values`: exact texts before patterns, longer patterns before shorter
// ones.
std::vector<std::pair<std::string, std::string>> values_of(const toml::node& node);

// layer, required, where, and the columns of positions.
LayerRule read_layer(toml_values::Keys& keys);

// A list of tables: what else may say what the field NAME means.
std::vector<OverrideRule> read_overrides(toml_values::Keys& keys, const std::string& name);

}  // namespace gridmend::profile_fields
