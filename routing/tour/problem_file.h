#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "routing/tour/dispatch_plan.h"
#include "routing/tour/site_place.h"

namespace gridmend {

// A stand-alone problem as JSON text, so that anyone can try the planner on known benchmarks:
//
//   {"sites":[{"id":"s0","x":30.0,"y":40.0}, ...],
//    "metric":"euclid" | "euclid_rounded",          seconds between sites from their coordinates
//    "travelTimes":{"rows":51,"seconds":[...]},      row-major, instead of x, y and metric
//    "crews":[{"id":"c1","startSite":"s0","endSite":"s0","startTime":0,"shiftEnd":1e9,
//              "skills":["line"],"vehicleClass":"truck","capacity":160,"returnWeight":0,
//              "load":null,"restLength":0,"restEarliest":0,"restLatest":null}],
//    "tasks":[{"id":"t1","site":"s1","duration":0,"weight":1,"demand":7,"skills":[],"after":[],
//              "hardAfter":[],"earliest":0,"deadline":null,"crewsNeeded":1,
//              "pinnedTo":"c1","vetoed":["c2"],"heldBy":"c1","changePenalty":0,"turnPenalty":0,
//              "started":false,"due":null,"lateWeight":0,"kind":"repair"}],
//    "depots":[{"id":"yard","site":"s0","duration":600,"earliest":0,"leaveBy":null}]}
//
// Only `id`s, `site` and `startSite` are required; without `sites`, the rows of the matrix are
// named s0, s1, ... Where infinity makes sense (matrix, shiftEnd, capacity, load, deadline,
// earliest, due, restLatest), null, "Infinity" and anything from 1e9 on mean it; a crew that would
// start from there on is refused. "euclid_rounded" is TSPLIB's nearest integer. What the fields
// mean: dispatch_problem.h, docs/planning.md.
struct ProblemFile {
  DispatchProblem problem;            // has passed validate()
  std::vector<std::string> warnings;  // fields nobody knows: probably misspelt
  std::vector<SitePlace> places;      // by site; empty: the file says none
};

// Refuses, with the path of the field in Error::field ("tasks[3].duration"), anything malformed or
// unknown to the rest of the file, and whatever validate() refuses. At most 12,000 sites.
Result<ProblemFile> read_problem_file(std::string_view json);

// {"objective":..., "tours":[{"crew","stops":[{"task","arrival","start","completion"}],
// "returnArrival"}], "unserved":[{"task","reason","details"}], "unservedWeight", "secondsToBest"}.
// A stop has "rest" (when the break on the way there begins) and "depot" where there is one. Crews
// without stops are left out.
std::string write_plan_json(const DispatchProblem& problem, const DispatchPlan& plan);

}  // namespace gridmend
