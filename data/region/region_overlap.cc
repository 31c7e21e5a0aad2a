#include "data/region/region_overlap.h"

namespace gridmend {
namespace {

template <class Record>
std::size_t kept(const Table<Record>& before, const Table<Record>& after,
                 const IdVector<Record, Id<Record>>& match) {
  std::size_t count = 0;
  for (const Id<Record> id : before.ids()) {
    const Id<Record> now = match[id];
    if (!now.valid()) continue;
    if (distance_m(before[id].position, after[now].position) <= kFarthestMove_m) ++count;
  }
  return count;
}

bool reaches(std::size_t kept, std::size_t all) {
  return static_cast<double>(kept) >= kLeastRegionShare * static_cast<double>(all);
}

}  // namespace

bool RegionOverlap::enough() const {
  return reaches(devices_kept, devices) && reaches(usage_points_kept, usage_points);
}

RegionOverlap overlap_of(const NetworkModel& before, const NetworkModel& after,
                         const RegionMatch& match) {
  RegionOverlap overlap;
  overlap.devices = before.devices().size();
  overlap.devices_kept = kept(before.devices(), after.devices(), match.devices);
  overlap.usage_points = before.usage_points().size();
  overlap.usage_points_kept = kept(before.usage_points(), after.usage_points(), match.usage_points);
  return overlap;
}

}  // namespace gridmend
