#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace gridmend {

using KnownValues = std::span<const std::pair<std::string_view, std::string_view>>;

// Value maps that any profile can name without writing them down, `values = "phases_bits_cba"`:
// the codes of systems that many utilities use; data/profiles/README.md lists them. nullopt: there
// is none of that name.
std::optional<KnownValues> known_values(std::string_view name);

// All names, with commas.
std::string known_value_maps();

}  // namespace gridmend
