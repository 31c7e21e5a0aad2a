#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "data/ingest/closure_feed.h"
#include "routing/road/road_closure.h"

namespace gridmend {

// What brings a server's closures to what a feed says now.
struct ClosureSteps {
  std::vector<RoadClosure> close;   // new, or changed: those are reopened first
  std::vector<std::string> reopen;  // ids: gone from the feed, over, or changed
  std::size_t unchanged = 0;
  std::size_t over = 0;  // of the feed: they have ended before `now`
};

// The id a feed's closure has at a server: "NAME/waze:ID", so that feeds do not touch each other's.
// Where that, with the number of a part behind it, may have more than 64 bytes, its hash stands for
// the entry's id. `name` has at most 31 bytes.
std::string closure_id(std::string_view name, std::string_view feed_id);

// `present` are the server's closures of any origin; only those whose id begins with "NAME/" are
// touched. An entry that cannot be read says nothing: what is closed by its id stays closed, with
// its parts; where it had none of its own, all that is named by a hash does. A closure without a
// beginning holds from when the server hears of it.
ClosureSteps closure_steps(std::string_view name, const ClosureFeed& feed,
                           std::span<const RoadClosure> present, Time now);

}  // namespace gridmend
