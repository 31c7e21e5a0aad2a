#pragma once

// The rules of the house that a program can check. Each takes the tree and answers what departs
// from it, one sentence a departure, naming file and line.

#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"

namespace gridmend::architecture {

using Departures = std::vector<std::string>;
using Tree = std::vector<SourceFile>;

// core <- routing <- data <- service: a file includes nothing of a later library.
Departures against_direction(const Tree& tree);
// The second-level folders include each other without a cycle.
Departures in_cycles(const Tree& tree);
// routing/tour and routing/road meet in TravelMatrix only.
Departures tour_on_road(const Tree& tree);
// Headers of a package of the distribution stay in the folder that owns the package.
Departures packages_astray(const Tree& tree);
// Generated messages are the business of service.
Departures messages_below_service(const Tree& tree);
// Quoted includes are paths from the root of files that exist, or generated ones.
Departures includes_not_from_root(const Tree& tree);
Departures headers_without_pragma_once(const Tree& tree);
// Only core/base reads the clock and only core/base draws random numbers.
Departures hidden_time_or_chance(const Tree& tree);
// Folders of the four libraries explain themselves.
Departures folders_without_readme(const Tree& tree, const std::vector<std::string>& folders);
// utils, common, helpers, manager: names that say nothing.
Departures folders_that_say_nothing(const std::vector<std::string>& folders);
// Pages that name a file or folder of the tree which is not there, by a link or by its path.
Departures pages_that_lead_nowhere(const Tree& tree, const std::vector<std::string>& folders);
// Paths of the machine somebody worked on.
Departures paths_of_a_machine(const Tree& tree);

}  // namespace gridmend::architecture
