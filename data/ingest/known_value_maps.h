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

// Words that need no map, without regard to the case of ASCII letters. nullopt: it is none.
// Yes (true) and no in several languages: yes, y, true, t, 1, 是, sim, ...
std::optional<bool> read_yes_no(std::string_view text);
// How a switch stands, true: open. Without those of a map that elsewhere mean something else (o,
// on, 开).
std::optional<bool> read_open_position(std::string_view text);

}  // namespace gridmend
