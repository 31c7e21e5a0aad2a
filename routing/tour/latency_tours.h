#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "routing/tour/objective.h"
#include "routing/tour/problem_index.h"

namespace gridmend {

// The tours of a plain problem, prepared so that any concatenation of their stretches is priced in
// constant time. Places of a tour: 0 is the crew's start, 1..stops its stops, stops + 1 the way
// home.
//
// A stretch is known by (time, harm, weight): how long it takes, what it adds if its first stop is
// complete at zero, and what an hour's delay costs it. Two of them in a row are again such a
// triple; prefix sums give it for every stretch, in both directions.
class LatencyTours {
 public:
  // Places first..last of a present tour, the last one first if turned.
  struct Stretch {
    Id<DispatchCrew> crew;
    std::uint32_t first;
    std::uint32_t last;
    bool turned;
  };

  static constexpr std::size_t kMostStretches = 4;

  // A tour laid anew: the head of the present one up to a place, then stretches of any tours.
  class NewTour {
   public:
    NewTour() {}  // of no crew; the stretches beyond count_ are never read
    NewTour(Id<DispatchCrew> crew, std::uint32_t kept) : crew_(crew), kept_(kept) {}
    NewTour& then(Id<DispatchCrew> crew, std::uint32_t first, std::uint32_t last,
                  bool turned = false) {
      if (first > last) return *this;
      stretches_[count_++] = Stretch{crew, first, last, turned && first < last};
      return *this;
    }
    Id<DispatchCrew> crew() const { return crew_; }
    std::uint32_t kept() const { return kept_; }
    std::span<const Stretch> stretches() const { return {stretches_.data(), count_}; }

   private:
    Id<DispatchCrew> crew_;
    std::uint32_t kept_ = 0;
    std::uint32_t count_ = 0;
    std::array<Stretch, kMostStretches> stretches_;
  };

  // What a move makes of one tour, or of two. Together they hold the stops the tours hold now.
  struct Recombination {
    Recombination() {}
    Recombination(Id<DispatchCrew> crew, std::uint32_t kept) : one(crew, kept) {}
    Recombination(Id<DispatchCrew> crew, std::uint32_t kept, Id<DispatchCrew> other_crew,
                  std::uint32_t other_kept)
        : one(crew, kept), other(other_crew, other_kept) {}
    double change = 0;
    NewTour one;
    NewTour other;  // of no crew: only one tour changes
  };

  explicit LatencyTours(const ProblemIndex& index);

  const ProblemIndex& index() const { return index_; }
  std::uint32_t stops(Id<DispatchCrew> crew) const { return tours_[crew.index].stops; }
  Id<DispatchTask> task_at(Id<DispatchCrew> crew, std::uint32_t place) const {
    return Id<DispatchTask>{tours_[crew.index].places[place].node};
  }
  bool is_present(Id<DispatchTask> task) const { return crew_of_[task.index].valid(); }
  Id<DispatchCrew> crew_of(Id<DispatchTask> task) const { return crew_of_[task.index]; }
  std::uint32_t place_of(Id<DispatchTask> task) const { return place_of_[task.index]; }
  std::size_t absent_tasks() const { return absent_; }
  double objective() const;
  PlanValue value() const;
  CrewSequences sequences() const;

  // Lays out a whole plan in the place of the present one and remembers it. False: some skill,
  // shift or capacity would not hold; the plan is as last remembered then.
  bool lay_out(const CrewSequences& sequences);

  // What the recombination costs more than the present tours (less: negative); infinite where a
  // skill, a way, a shift or a capacity forbids it. O(1) for tours of crews that are alike and
  // stretches between them; else O(stops of foreign stretches).
  double price(const Recombination& change) const;
  void apply(const Recombination& change);

  // What it adds to put an absent task before `place` (1..stops + 1); infinite: it cannot be. O(1).
  double price(Id<DispatchTask> task, Id<DispatchCrew> crew, std::uint32_t place) const;
  // The cheapest slot of a tour and its price, infinite without one. `is_skipped` is asked before
  // each slot. O(stops).
  template <class IsSkipped>
  std::pair<double, std::uint32_t> cheapest(Id<DispatchTask> task, Id<DispatchCrew> crew,
                                            IsSkipped is_skipped) const {
    std::pair<double, std::uint32_t> best{kNever, 0};
    if (!has_room(task, crew)) return best;
    for (std::uint32_t place = 1; place <= stops(crew) + 1; ++place) {
      if (is_skipped()) continue;
      const double cost = slot_price(task, crew, place);
      if (cost < best.first) best = {cost, place};
    }
    return best;
  }
  void insert(Id<DispatchTask> task, Id<DispatchCrew> crew, std::uint32_t place);
  // False: what stays is not feasible (travel times off the triangle); roll back then.
  bool remove(std::span<const Id<DispatchTask>> tasks);

  // Remembers this state; roll_back() returns to the latest one remembered. O(what is touched).
  void remember();
  void roll_back();

 private:
  struct Place {
    std::uint32_t node = 0;  // task; from the number of tasks on, a crew's start, then its home
    double time = 0;         // completion
    double weight = 0;       // sum up to the place
    double harm = 0;         // sum of weight x completion up to the place
    double load = 0;         // sum up to the place
    double back_time = 0;    // way and work from the place back to the first one
    double back_harm = 0;    // sum of weight x back_time up to the place
  };
  struct Tour {
    std::vector<Place> places;
    std::uint32_t stops = 0;
    double home = 0;       // arrival there
    double harm = 0;       // with the return
    double surcharge = 0;  // penalties for tasks taken from others
  };
  class Walk;

  // Way and work.
  double leg(Id<DispatchCrew> crew, std::uint32_t from, std::uint32_t to) const {
    if (has_way_[to] == 0) return 0;
    return (*travel_[crew.index])(site_[from], site_[to]) + duration_[to];
  }
  double surcharge(Id<DispatchCrew> crew, std::uint32_t task) const;  // infinite: it cannot
  bool has_room(Id<DispatchTask> task, Id<DispatchCrew> crew) const;
  double slot_price(Id<DispatchTask> task, Id<DispatchCrew> crew, std::uint32_t place) const;
  double price(const NewTour& tour) const;
  bool is_feasible(const Tour& tour, Id<DispatchCrew> crew) const;
  void touch(Id<DispatchCrew> crew);
  void lay(Id<DispatchCrew> crew, std::span<const std::uint32_t> nodes, std::uint32_t kept);
  void gather(const NewTour& tour, std::vector<std::uint32_t>& nodes) const;

  const ProblemIndex& index_;
  std::uint32_t tasks_;
  std::vector<Tour> tours_;
  std::vector<Id<DispatchCrew>> crew_of_;
  std::vector<std::uint32_t> place_of_;
  std::size_t absent_;
  std::vector<const TravelMatrix*> travel_;  // by crew
  // By node: tasks, starts, homes.
  std::vector<std::uint32_t> site_;
  std::vector<double> duration_;
  std::vector<char> has_way_;  // no: a tour that ends where its last task is
  // Crews of one kind have the same travel times and the same tasks open to them.
  std::vector<std::uint32_t> kind_;
  std::vector<char> is_able_;  // by kind and task
  bool has_penalties_ = false;

  std::vector<Id<DispatchCrew>> touched_;
  std::vector<char> is_touched_;
  std::vector<std::vector<std::uint32_t>> former_;
  std::vector<std::uint32_t> scratch_;
  std::vector<std::uint32_t> other_scratch_;
};

}  // namespace gridmend
