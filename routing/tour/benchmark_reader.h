#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "routing/tour/dispatch_problem.h"
#include "routing/tour/site_place.h"

namespace gridmend {

struct TimeWindow {
  double from = 0;
  double until = kNever;
};

// A TSPLIB or VRPLIB instance: place 0 is the depot.
struct Benchmark {
  std::string name;
  std::string type;  // "TSP", "CVRP", ...; as the file says
  int crews = 0;     // VEHICLES, or the 5 of a name like A-n32-k5; 0: the file does not say
  TravelMatrix travel;
  double capacity = kNever;
  std::vector<double> demand;      // one a place; empty: none
  std::vector<double> duration;    // of the service, one a place; empty: none
  std::vector<TimeWindow> window;  // of its start, one a place; of the depot: a crew is out in it
  std::vector<SitePlace> places;   // coordinates as they stand; empty: the file has none
  std::vector<std::string> left_out;  // limits the file sets that no problem here knows
  std::vector<std::string> notes;     // what was read otherwise than it is written
};

enum class Distances { as_the_format_rounds, real };

// Reads the text of an instance: NODE_COORD_SECTION with EUC_2D, EXACT_2D, CEIL_2D, MAN_2D, MAX_2D,
// ATT or GEO, or an EDGE_WEIGHT_SECTION (FULL_MATRIX; UPPER_ROW, LOWER_ROW, UPPER_DIAG_ROW,
// LOWER_DIAG_ROW, and the same by COL); SERVICE_TIME_SECTION, TIME_WINDOW_SECTION. `real` keeps
// EUC_2D unrounded, as vehicle routing benchmarks are quoted; EXACT_2D always is. At most 12,000
// places. Matrices of Eilon say LOWER_ROW and are written by columns: read so, with a note. Refuses
// another depot than place 1, and SOP, HCP and TOUR files by their type. Reads Solomon's form too,
// see solomon_reader.h. A byte order mark is passed over.
Result<Benchmark> read_benchmark(std::string_view text, Distances distances);

// The travelling repairman with a way home that counts: one crew, circuit latency.
DispatchProblem repairman_problem(const Benchmark& benchmark);

// Cumulative vehicle routing: so many crews from the depot, arrivals count, ways home do not. Where
// the depot has a window crews have to be home in it.
DispatchProblem fleet_problem(const Benchmark& benchmark, int crews);

// Whether the text looks like such a file: a keyword, not JSON.
bool is_benchmark(std::string_view text);

// Unrounded for vehicle routing, rounded for the rest: how their values are quoted.
Distances customary_distances(std::string_view text);

// What the file asks for: with demands fleet_problem(), of as many crews as it says, else as few as
// can carry it all; without, repairman_problem(). `crews` > 0: so many crews, ways home free.
DispatchProblem benchmark_problem(const Benchmark& benchmark, int crews);

}  // namespace gridmend
