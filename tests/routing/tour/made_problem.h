#pragma once

#include <string>
#include <vector>

#include "core/base/random.h"
#include "routing/tour/dispatch_problem.h"

namespace gridmend::testing {

// Written out by hand: sites on a line (kilometre posts), one second a unit, all crews one class.
class ProblemOnALine {
 public:
  explicit ProblemOnALine(std::vector<double> posts);
  DispatchCrew& crew(std::string id, int start_site);
  DispatchTask& task(std::string id, int site, double duration = 0, double weight = 1);
  const DispatchProblem& problem() const { return problem_; }
  DispatchProblem& problem() { return problem_; }

 private:
  DispatchProblem problem_;
};

// What a random problem may contain.
struct MadeProblem {
  int tasks = 5;
  int crews = 2;
  bool soft = false;
  bool hard = false;
  bool windows = false;
  bool skills = false;
  bool together = false;  // some tasks need two crews
  bool shifts = false;    // shift ends, ways home, capacities
  bool bound = false;     // pins, vetoes, started tasks, crews on their way, change penalties
  bool late = false;      // weights that rise
  bool rests = false;     // breaks
  bool depots = false;    // loads that do not suffice, and where there is more
  bool closes = false;    // places where a break must not last too long
};
DispatchProblem make_problem(const MadeProblem& what, Random& random);

// "t0[2 1 0] ..." enough of a problem to see what a failing case was.
std::string describe_problem(const DispatchProblem& problem);

}  // namespace gridmend::testing
