#pragma once

#include "routing/tour/benchmark_reader.h"

namespace gridmend {

// The form of Solomon's vehicle routing problems with time windows, and of Gehring and Homberger's:
//
//   C101                                     a name
//   VEHICLE
//   NUMBER  CAPACITY                         any line
//     25      200
//   CUSTOMER
//   CUST NO.  XCOORD.  YCOORD.  DEMAND ...   any line
//     0  40  50  0  0  1236  0               the depot; then customers by number: place, demand,
//     1  45  68  10  912  967  90            ready time, due date, service time
//
// Service begins between ready time and due date; vehicles are back at the depot by its due date.
bool is_solomon(std::string_view text);

// Distances in the plane, unrounded when `real`. At most 12,000 places. Refuses BENCHMARK_FILE.
Result<Benchmark> read_solomon(std::string_view text, Distances distances);

}  // namespace gridmend
