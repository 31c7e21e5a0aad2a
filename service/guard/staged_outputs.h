#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace gridmend {

// Files that appear whole or not at all: each is written in a folder of its own beside the place it
// is meant for, and moved there when it is finished. The folders go with this object.
class StagedOutputs {
 public:
  // Refuses what cannot be written: OUTPUT_FOLDER (there is no such folder, or nobody may write in
  // it), OUTPUT_NOT_A_FILE (something else is there already, a device or a folder).
  static Result<StagedOutputs> create(const std::vector<std::filesystem::path>& outputs);
  ~StagedOutputs();
  StagedOutputs(StagedOutputs&&) noexcept = default;
  StagedOutputs& operator=(StagedOutputs&&) = delete;

  // Where to write what shall be `output`, one of those given to create().
  std::filesystem::path staged(const std::filesystem::path& output) const;
  std::vector<std::filesystem::path> folders() const;

  // Moves what is there: for an output also what lies beside it under its name with other suffixes
  // (a .shp has a .dbf), nothing else. Refuses OUTPUT_NOT_MOVED.
  Result<void> publish() const;

 private:
  struct Output {
    std::filesystem::path asked;
    std::filesystem::path target;  // links followed
    std::filesystem::path folder;
  };
  explicit StagedOutputs(std::vector<Output> outputs) : outputs_(std::move(outputs)) {}

  std::vector<Output> outputs_;
};

}  // namespace gridmend
