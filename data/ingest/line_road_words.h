#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gridmend {

// What the texts in the columns of a layer of roads say. All take any case.

// Empty, or what programs write where there is nothing: "nan", "None", "NULL", "n/a", "<NA>", "-".
bool says_nothing(std::string_view text);

enum class RoadWord : std::uint8_t { nothing, no, yes, ford, unknown };

// Is the road on a bridge? yes/no in several languages, 1/0, T/F, or OSM's kinds of bridges. A
// culvert is no bridge, since its road lies on the ground; a low-water crossing is a ford, made to
// be flooded. Of a list ("['yes', 'viaduct']", as tools write merged roads) all have to agree.
RoadWord read_bridge_word(std::string_view text);

// The same of a tunnel. A passage through a house and a culvert are none.
RoadWord read_tunnel_word(std::string_view text);

struct OnewayWord {
  bool forward = true;
  bool backward = true;
  bool known = true;
};

// yes/no/-1, 1/0, F/T/B, FT/TF. What is not known leaves both directions open.
OnewayWord read_oneway_word(std::string_view text);

// A number or as OSM writes it ("30 mph", "DE:urban"); of a list the slowest. nullopt: nothing is
// said, or nothing that is understood.
std::optional<double> read_speed_word_kmh(std::string_view text);

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& values) {
  return std::ranges::find(values, text) != values.end();
}

}  // namespace gridmend
