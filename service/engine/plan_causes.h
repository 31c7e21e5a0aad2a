#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "service/engine/dispatch_builder.h"

namespace gridmend {

// What happened in `world` since the plan in force was found, and which of it made a change of the
// new plan. The first of these that applies:
//   1. an operator's word about the task itself;
//   2. the task is new;
//   3. the crew that had it (by the plan, or by hand), or has it now, signed on or off, handed
//   something back or was changed;
//   4. what the task asks for was estimated anew;
//   5. a task left out: water or roads;
//   6. new work, then work that ended, in a tour that the task left or came to;
//   7. whatever happened last of all that happened, arrivals of crews included;
//   8. nothing but time.
// A closure that closes no road is none of it.
class PlanCauses {
 public:
  // `tours`: the new plan's, by crew of the case. All are kept by reference.
  PlanCauses(const World& world, const DispatchCase& dispatch, const CrewSequences& tours);

  PlanCause of(const PlanChange& change) const;
  // All that happened, newest first, each once; closures that close nothing too.
  std::vector<PlanCause> all() const;

 private:
  struct Event {
    std::uint64_t revision = 0;
    PlanCause cause;
  };

  const WorkTaskRecord& record(Id<DispatchTask> task) const;
  bool is_new(std::string_view task) const;
  bool has_changed_duty(std::string_view crew) const;
  bool can_be_blamed(const PlanCause& cause) const;
  // The newest that can be blamed, of water and roads alone or of everything; nullptr: none.
  enum class Among { water_and_roads, everything };
  const Event* newest(Among among) const;
  const Event* find_newest(Among among) const;
  // Of the work of one crew, in the new plan and in the one before.
  const Event* in_tour(Id<DispatchCrew> crew) const;
  void look_at_tasks();
  void look_at_crews();
  void look_at_hazards();

  const World& world_;
  const DispatchCase& dispatch_;
  const CrewSequences& tours_;
  std::uint64_t since_ = 0;
  std::vector<Event> events_;            // everything, newest first
  std::vector<Event> by_crew_;           // newest in the tours of each crew; revision 0: none
  std::vector<std::string_view> known_;  // tasks that the plan in force names, in order
  std::multimap<std::string_view, std::string_view> former_crews_;  // by task, in the plan in force
  mutable std::map<Among, const Event*> newest_;                    // as far as was asked for
};

// The running plan as the case's crews and tasks have it: what a crew is on its way to or at, then
// the plan's order, then what was given to it since. Tasks that are over are left out.
CrewSequences running_sequences(const DispatchCase& dispatch, const World& world);

// Writes into the plan what it does other than the running one, why, and for what gain.
void describe_changes(const DispatchCase& dispatch, const CrewSequences& running,
                      const DispatchPlan& plan, const World& world, v1::Plan& message);

}  // namespace gridmend
