#pragma once

#include <filesystem>
#include <span>

#include "core/base/error.h"

namespace gridmend {

// Asked before long work: nothing is written over what is read. Refuses (OUTPUT_IS_INPUT) an output
// that is one of the inputs or lies in a folder of them, (OUTPUT_TWICE) two outputs in one
// file. Empty paths and inputs that are no files are passed over.
Result<void> check_outputs_apart(std::span<const std::filesystem::path> outputs,
                                 std::span<const std::filesystem::path> inputs);

// A file for a GIS is made where none is: one that is there may be somebody's network
// (OUTPUT_EXISTS) and is written over only when that was asked for; anything but a file never is.
Result<void> check_free(const std::filesystem::path& output, bool overwrite);

// A region is written over a region or where nothing is: any other file may be somebody's network
// (OUTPUT_NOT_A_REGION).
Result<void> check_may_become_region(const std::filesystem::path& output);

}  // namespace gridmend
