#pragma once

// Networks drawn as text, so that a test shows what it is about:
//
//   S==B1--n1--F1--T1(3)            S, S2 ...  source: a feeder of that name
//          |                        B breaker, R recloser, Z sectionaliser, F fuse,
//          n2--F2[A]--T2[A](2)      L load-break switch, D disconnector,
//          |                        T transformer, V voltage regulator
//          n3--L1/--n4--B2==S2      A line segment as a device of its own, H service drop,
//                                   lower case or '+': connectivity node
//
//   --  |    a line segment; its mRID is the names at its ends, "n1-F1"
//   ==       joined directly: one connectivity node
//   L1/      normally open
//   F2[A]    phases of a device (ABC when not said); T2[A>s1s2] at its second terminal others
//   T1(3)    three usage points behind the transformer, "T1.1" to "T1.3"; n2(1) at a node
//   T1(2,hospital)   categories by name count one each; T1(2:A,hospital:?BC) on these phases
//
// What stands left of a device or above it meets its first terminal, what stands right or below
// its second. A lower-case name used twice is one connectivity node; other names are unique.
// A column is 10 m, a row 50 m, from 120 E 30 N eastward and southward. Usage points of which
// nothing is said have the phases at their device's second terminal when those are a single phase
// or legs, else one unknown phase.

#include <string_view>

#include "core/base/error.h"
#include "core/network/network_model.h"

namespace gridmend::drawing {

// Refuses by row and column what it cannot read.
Result<NetworkRecords> read_feeders(std::string_view drawing);

// The same for tests that trust their drawing: a mistake in it stops the test program.
NetworkModel draw(std::string_view drawing);

// By mRID; a name that the network does not have stops the test program.
Id<Device> device(const NetworkModel& network, std::string_view mrid);
Id<Feeder> feeder(const NetworkModel& network, std::string_view mrid);
Id<UsagePoint> usage_point(const NetworkModel& network, std::string_view mrid);
// A connectivity node by its lower-case name, or a device's terminal: "F1.1", "F1.2", "S".
Id<ConnectivityNode> node(const NetworkModel& network, std::string_view name);

}  // namespace gridmend::drawing
