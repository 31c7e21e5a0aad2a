#pragma once

#include <span>
#include <string_view>

namespace gridmend {

// The .toml files of data/profiles, compiled into the binary; in order of name.
struct ShippedProfile {
  std::string_view name;
  std::string_view toml;
};

std::span<const ShippedProfile> shipped_profiles();

}  // namespace gridmend
