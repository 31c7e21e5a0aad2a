#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace gridmend {

// What a command of OpenDSS means to a reader of networks.
enum class DssCommand : std::uint8_t {
  create,  // New
  edit,
  more,
  select,
  enable,
  disable,
  compile,
  redirect,
  set,
  open,
  close,
  clear,
  bus_coordinates,
  lat_long_coordinates,
  set_bus_position,
  change_folder,
  variable,
  batch_edit,
  ignored,   // computes, shows or writes something
  not_read,  // changes the network in a way that is not followed
};

// The command of this name, else the first of OpenDSS's list that begins so ("calcv"); nullopt for
// what OpenDSS does not know either.
std::optional<DssCommand> parse_dss_command(std::string_view text);

}  // namespace gridmend
