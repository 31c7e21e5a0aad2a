#include "service/cli/left_out.h"

#include <cstdio>
#include <map>

#include "core/base/printable.h"

namespace gridmend {
namespace {

constexpr std::size_t kToldOfAFile = 10;

}  // namespace

std::size_t tell_left_out_water(const char* command, std::span<const Defect> defects) {
  std::map<std::string, std::size_t> by_file;
  for (const Defect& defect : defects) {
    if (++by_file[defect.place.file] > kToldOfAFile) continue;
    std::fprintf(stderr, "gridmend %s: %s, %s %s: %s: left out\n", command,
                 printable(defect.place.file).c_str(), printable(defect.place.layer).c_str(),
                 printable(defect.place.feature_id).c_str(), printable(defect.message).c_str());
  }
  for (const auto& [file, count] : by_file) {
    std::fprintf(stderr,
                 "gridmend %s: %zu %s of %s left out: the water there is not known, and the roads "
                 "count as dry\n",
                 command, count, count == 1 ? "feature" : "features",
                 (printable(file) + (count == 1 ? " was" : " were")).c_str());
  }
  return defects.size();
}

void tell_water_notes(const char* command, std::span<const Defect> notes) {
  for (const Defect& note : notes) {
    std::fprintf(stderr, "gridmend %s: %s: %s: %s\n", command, printable(note.place.file).c_str(),
                 printable(note.message).c_str(), note.action.c_str());
  }
}

}  // namespace gridmend
