#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "routing/road/lasting_changes.h"
#include "routing/road/pocket_search.h"

namespace gridmend {

class PocketChanges;

// What has been found out about sites on one FleetRoads, kept for the next question: how long ways
// into and out of pockets stay open, the ways themselves, and the last matrix. What is kept saves
// time and never changes an answer. One thread at a time; the roads must outlive it.
class FleetBook {
 public:
  explicit FleetBook(const FleetRoads& roads) : roads_(roads) {}
  // Takes over what holds of the book of other roads with the same index. Of its last matrix that
  // is every way shorter than any by a lasting road that differs, see LastingChanges.
  FleetBook(const FleetRoads& roads, FleetBook&& before);

  const FleetRoads& roads() const { return roads_; }
  // As fleet_travel(). Costs what was not asked before: of the matrix, rows and columns of sites
  // whose doors or span are new.
  FleetTravel travel(Time now, std::span<const FleetSite> sites, unsigned threads = 1);

 private:
  struct Question;
  struct StayGroup;
  // What PocketSearch said of the doors.
  struct Ways {
    std::optional<PocketSearch::WaysIn> in;
    std::optional<PocketSearch::WaysOut> out;
    std::optional<PocketSearch::Quickest> quickest_in, quickest_out;
  };
  struct Lasting {
    std::optional<std::uint32_t> until_in, until_out;
  };
  // From doors to doors, row by row, inside pockets.
  struct Inside {
    std::vector<std::uint32_t> doors;  // ascending
    std::vector<Weight> ms;
    bool has(std::span<const std::uint32_t> asked) const;  // ascending
    std::size_t place(std::uint32_t asked) const;          // of doors that it has
  };
  // All that a row or column of the matrix depends on.
  struct Key {
    std::uint32_t doors = 0;  // of doors_
    StepSpan span;            // kAlways, kCutOff, kNever or a pocket's
    bool only_left = false;
    bool stays = false;  // what it depends on else is found anew
    friend constexpr auto operator<=>(const Key&, const Key&) = default;
  };
  static constexpr StepSpan kAlways{0, 0};
  static constexpr StepSpan kCutOff{1, 0};
  static constexpr StepSpan kNever{2, 0};  // one does not get there on foot

  using Cell = std::pair<std::size_t, std::size_t>;  // from site to site
  // Of a matrix that is partly known: rows to be found as a whole, columns likewise, the rows that
  // these are found for, and where else something is missing.
  struct Lines {
    std::vector<std::size_t> rows, columns, rows_else, other_rows, other_columns;
  };
  static Lines lines_of(std::span<const char> fresh, std::span<const Cell> changed);

  std::uint32_t number_doors(std::span<const SearchStart> doors);
  static void keep_what_holds(Ways& ways, const PocketChanges& changes);
  static void keep_what_holds(Lasting& lasting, std::uint32_t first);
  void forget_places();
  PocketSearch& pockets();
  const PocketSearch::WaysIn& ways_in(std::uint32_t doors, StepSpan steps);
  const PocketSearch::WaysOut& ways_out(std::uint32_t doors, StepSpan steps);
  double quickest_in_s(std::uint32_t doors, StepSpan steps);
  double quickest_out_s(std::uint32_t doors, StepSpan steps);
  std::uint32_t until_in(std::uint32_t doors, std::uint32_t first);
  std::uint32_t until_out(std::uint32_t doors, std::uint32_t first);
  void find_spans(Question& question);
  bool take_span(Question& question, std::size_t s, StepSpan steps);
  bool take_walk(Question& question, std::size_t s) const;
  static bool has_room(const Question& question, std::size_t s, const RoadAccess::Span& span,
                       double in_s, double out_s);
  static void leave_alone(Question& question, std::size_t s);
  static bool is_a_pocket(StepSpan span);
  static bool may_be_own(const Question& question, std::size_t s);
  void find_cut_off(Question& question);
  bool is_shut_in(std::uint32_t doors);
  bool find_shut_in(std::span<const SearchStart> doors) const;
  void find_stays(Question& question, unsigned threads);
  void find_stay(Question& question, StayGroup& group, unsigned threads);
  void join_stops(const Question& question, StayGroup& group, unsigned threads) const;
  Time done_by(const Question& question, const StayGroup& group, std::size_t stop);
  void take_own(Question& question, const StayGroup& group, std::size_t stop, Time done_by) const;
  void add_cells(Question& question, const StayGroup& group, std::span<const char> stays) const;
  void fill_matrix(Question& question, unsigned threads);
  void keep_matrix(FleetBook& before);
  bool is_kept(const Question& question, std::size_t s, std::size_t kept) const;
  std::vector<Cell> fill_from_kept(Question& question, std::vector<char>& fresh) const;
  void fill_fresh(Question& question, std::span<const char> fresh, std::span<const Cell> changed,
                  unsigned threads) const;
  void fill_within(Question& question, unsigned threads);
  RoadConditions inside_pockets(StepSpan steps);
  Inside find_inside(std::vector<std::uint32_t> doors, const RoadMetric& metric,
                     unsigned threads) const;

  const FleetRoads& roads_;
  std::optional<PocketSearch> pockets_;
  PocketSearch::Bounds bounds_;  // for it
  std::vector<std::vector<SearchStart>> doors_;
  std::unordered_multimap<std::size_t, std::uint32_t> doors_by_hash_;
  std::map<std::pair<std::uint32_t, StepSpan>, Ways> ways_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Lasting> lasting_;  // by doors, first step
  std::map<StepSpan, Inside> inside_;
  std::optional<RoadMetric> in_span_;      // of the span last asked for
  std::vector<char> touching_;             // by edge: touches_pocket(); empty: not asked yet
  std::map<std::uint32_t, bool> shut_in_;  // by doors
  // Of the last matrix, over lasting roads alone.
  std::vector<Key> keys_;
  std::vector<std::vector<SearchStart>> starts_;
  std::vector<std::vector<SearchGoal>> goals_;
  std::vector<Weight> matrix_;
  std::optional<LastingChanges> changes_;  // of roads since then
  std::vector<Weight> spare_;              // memory of the one before it
};

}  // namespace gridmend
