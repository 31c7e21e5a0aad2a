#pragma once

#include <cstdint>
#include <filesystem>

namespace gridmend {

// A file of nothing beside the journal. On a disk without room even opening a journal may need
// some: then the ballast goes overboard. It is laid again when there is plenty of room.
//
// Lays it when it is missing; a disk without room for it goes without.
void lay_ballast(const std::filesystem::path& directory, std::uint64_t bytes);
// True when there was some.
bool drop_ballast(const std::filesystem::path& directory);

}  // namespace gridmend
