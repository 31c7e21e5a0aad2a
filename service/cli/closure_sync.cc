#include "service/cli/closure_sync.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/hash.h"

namespace gridmend {
namespace {

constexpr std::size_t kIdBytes = 64;

bool says_the_same(const RoadClosure& told, const RoadClosure& present) {
  return told.line == present.line && told.area == present.area && told.until == present.until &&
         told.reason == present.reason && (told.from == Time::min() || told.from == present.from);
}

}  // namespace

std::string closure_id(std::string_view name, std::string_view feed_id) {
  std::string id = std::string{name} + "/" + std::string{feed_id};
  if (id.size() <= kIdBytes) return id;
  return std::string{name} + "/" + to_hex(Hasher{}.add(id).finish());
}

ClosureSteps closure_steps(std::string_view name, const ClosureFeed& feed,
                           std::span<const RoadClosure> present, Time now) {
  ClosureSteps steps;
  std::map<std::string, const RoadClosure*, std::less<>> here;
  for (const RoadClosure& closure : present) {
    if (closure.id.starts_with(std::string{name} + "/")) here.emplace(closure.id, &closure);
  }
  std::set<std::string, std::less<>> told;
  for (const RoadClosure& entry : feed.closures) {
    if (entry.until && *entry.until <= now) {
      ++steps.over;
      continue;
    }
    RoadClosure closure = entry;
    closure.id = closure_id(name, entry.id);
    told.insert(closure.id);
    const auto found = here.find(closure.id);
    if (found != here.end() && says_the_same(closure, *found->second)) {
      ++steps.unchanged;
      continue;
    }
    if (found != here.end()) steps.reopen.push_back(closure.id);
    steps.close.push_back(std::move(closure));
  }
  for (const Defect& defect : feed.defects) {
    for (const char* form : {"waze:", "wzdx:"}) {
      told.insert(closure_id(name, form + defect.place.feature_id));
    }
  }
  // Parts of one entry ("ID/2") are told with it only as long as it can be read.
  const auto left_out_whole = [&](const std::string& id) {
    return std::ranges::any_of(feed.defects, [&](const Defect& defect) {
      return id.starts_with(std::string{name} + "/waze:" + defect.place.feature_id + "/") ||
             id.starts_with(std::string{name} + "/wzdx:" + defect.place.feature_id + "/");
    });
  };
  for (const auto& [id, closure] : here) {
    if (!told.contains(id) && !left_out_whole(id)) steps.reopen.push_back(id);
  }
  return steps;
}

}  // namespace gridmend
