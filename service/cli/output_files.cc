#include "service/cli/output_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <string_view>

#include "data/ingest/gis_writer.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRegionMagic = "GRIDMEND";

tl::unexpected<Error> refused(const fs::path& output, const char* reason, std::string message) {
  return refuse_at({.file = output.string(), .layer = {}, .feature_id = {}, .column = {}},
                   ErrorCode::invalid_argument, reason, std::move(message));
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error) && !error) return true;
  return fs::weakly_canonical(a, error) == fs::weakly_canonical(b, error);
}

// Below this folder, whether it is there or will be. Pages are never read.
bool lies_in(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  if (lower_case_suffix(file) == ".html" || !fs::is_directory(folder, error)) return false;
  const fs::path inner = fs::weakly_canonical(file, error);
  const fs::path outer = fs::weakly_canonical(folder, error);
  return std::ranges::mismatch(outer, inner).in1 == outer.end();
}

}  // namespace

Result<void> check_outputs_apart(std::span<const fs::path> outputs,
                                 std::span<const fs::path> inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].empty()) continue;
    for (std::size_t j = 0; j < i; ++j) {
      if (!outputs[j].empty() && same_file(outputs[i], outputs[j])) {
        return refused(outputs[i], "OUTPUT_TWICE", "two outputs cannot be one file");
      }
    }
    for (const fs::path& input : inputs) {
      if (input.empty()) continue;
      std::error_code error;
      const bool there = fs::exists(outputs[i], error);
      if (same_file(outputs[i], input) || (there && lies_in(outputs[i], input))) {
        return refused(outputs[i], "OUTPUT_IS_INPUT",
                       "would be written over, and it is what is read; name another file");
      }
      if (lies_in(outputs[i], input)) {
        return refused(
            outputs[i], "OUTPUT_IS_INPUT",
            "would lie in the folder that is read, and be taken for a part of it the next "
            "time; name a file elsewhere");
      }
    }
  }
  return {};
}

Result<void> check_free(const fs::path& output, bool overwrite) {
  std::error_code error;
  if (!fs::exists(output, error)) return {};
  if (!fs::is_regular_file(output, error)) {
    return refused(output, "OUTPUT_EXISTS", "is there and is no file; name another one");
  }
  if (overwrite) return {};
  return refused(output, "OUTPUT_EXISTS", "is there already; --overwrite writes over it");
}

Result<void> check_may_become_region(const fs::path& output) {
  std::error_code error;
  if (!fs::is_regular_file(output, error) || fs::file_size(output, error) == 0) return {};
  std::array<char, kRegionMagic.size()> head{};
  std::ifstream{output, std::ios::binary}.read(head.data(), head.size());
  if (std::string_view{head.data(), head.size()} == kRegionMagic) return {};
  return refused(output, "OUTPUT_NOT_A_REGION",
                 "is there and is no region; it is not written over");
}

}  // namespace gridmend
