#include "service/cli/closure_sync.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/base/hash.h"

namespace gridmend {
namespace {

constexpr std::size_t kIdBytes = 64;
constexpr std::size_t kPartBytes = 5;   // "/1000"
constexpr std::size_t kHashBytes = 32;  // to_hex
// Of the hash at a server, so that a name of 31 bytes and a part have room beside it.
constexpr std::size_t kShortHashBytes = 27;

bool says_the_same(const RoadClosure& told, const RoadClosure& present) {
  return told.line == present.line && told.area == present.area && told.until == present.until &&
         told.reason == present.reason && (told.from == Time::min() || told.from == present.from);
}

bool is_digits(std::string_view text, std::string_view digits) {
  return !text.empty() && text.find_first_not_of(digits) == text.npos;
}

// "waze:12/3" -> "waze:12".
std::string_view without_part(std::string_view id) {
  const std::size_t slash = id.rfind('/');
  const bool is_part = slash != id.npos && id.size() - slash <= kPartBytes &&
                       is_digits(id.substr(slash + 1), "0123456789");
  return is_part ? id.substr(0, slash) : id;
}

// Of a feed's id at a server: a hash, be it of what an entry says or of a long id.
bool is_hashed(std::string_view id) {
  for (const std::string_view form : {"waze:", "wzdx:"}) {
    if (id.starts_with(form)) id.remove_prefix(form.size());
  }
  id = without_part(id);
  return (id.size() == kHashBytes || id.size() == kShortHashBytes) &&
         is_digits(id, "0123456789abcdef");
}

}  // namespace

std::string closure_id(std::string_view name, std::string_view feed_id) {
  const std::string_view entry = without_part(feed_id);
  const std::string of_entry = std::string{name} + "/" + std::string{entry};
  const std::string part{feed_id.substr(entry.size())};
  if (of_entry.size() + kPartBytes <= kIdBytes) return of_entry + part;
  return std::string{name} + "/" +
         to_hex(Hasher{}.add(of_entry).finish()).substr(0, kShortHashBytes) + part;
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
  // What an entry that cannot be read has closed, it and its parts, stays closed.
  std::set<std::string, std::less<>> unread;
  for (const std::string& id : feed.unread) unread.insert(closure_id(name, id));
  const auto may_still_hold = [&](std::string_view id) {
    return unread.contains(id) || unread.contains(without_part(id)) ||
           (feed.unread_by_content && is_hashed(id.substr(name.size() + 1)));
  };
  for (const auto& [id, closure] : here) {
    if (!told.contains(id) && !may_still_hold(id)) steps.reopen.push_back(id);
  }
  return steps;
}

}  // namespace gridmend
