#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "service/engine/dispatch_builder.h"
#include "service/engine/travel_matrices.h"

// The inside of build_dispatch(): what its parts share.

namespace gridmend {

// Sites are numbered as they are met: crews' starts first, each its own, then depots, then tasks'
// places, equal ones once.
struct CaseSites {
  std::vector<TravelSite> all;
  std::map<std::pair<double, double>, Id<Site>> of_tasks;

  Id<Site> add(TravelSite site) {
    all.push_back(site);
    return Id<Site>{all.size() - 1};
  }
  Id<Site> of_task(const TravelSite& site) {
    const auto [place, fresh] =
        of_tasks.try_emplace({site.position.longitude_deg, site.position.latitude_deg});
    if (fresh) {
      place->second = add(site);
    } else {
      TravelSite& known = all[place->second.index];
      known.ready = std::min(known.ready, site.ready);
      known.work = std::min(known.work, site.work);
      known.crews_needed = std::min(known.crews_needed, site.crews_needed);
    }
    return place->second;
  }
};

// A case in the making; its functions run in the order in which they stand here.
struct CaseBuilder {
  const World& world;
  Time now;
  const EngineSettings& settings;
  DispatchCase dispatch{};
  CaseSites sites{};
  std::vector<const WorkTaskRecord*> tasks{};
  std::map<std::string, Id<DispatchCrew>, std::less<>> crew_ids{};
  std::map<std::string, Id<DispatchTask>, std::less<>> task_ids{};
  std::vector<VehicleClass> classes{};
  std::map<std::string, Id<Site>, std::less<>> depot_sites{};

  double seconds_from_now(Time time) const { return std::max(0.0, seconds(time - now)); }

  // dispatch_builder.cc: who there is, where material is, how everybody gets about.
  void add_crews();
  void plan_rest(const Crew& crew, DispatchCrew& made) const;

  // dispatch_tasks.cc: what there is to do.
  void choose_tasks();
  const UnsafeToEnergise* water_at(const WorkTask& task) const;
  bool has_crew(const WorkTask& task) const;

  void add_depots();

  void add_tasks();
  DispatchTask describe(const WorkTaskRecord& record);
  double expected_s(const WorkTask& task) const;
  void mark_holders(const WorkTaskRecord& record, DispatchTask& made);
  void rule_out_others(const WorkTask& task, DispatchTask& made) const;
  void mark_under_way(const WorkTaskRecord& record, DispatchTask& made) const;
  bool waits_for_others(const WorkTask& task) const;
  void link(const WorkTask& task, DispatchTask& made) const;
  void add_partners();

  void find_able_crews();
  void travel();
  bool stand_still();
  Time latest_end() const;
  void open_depots(std::span<const std::optional<SiteSpan>> entries);
  void go_home(std::size_t crew, const TravelMatrix& matrix,
               std::span<const std::optional<SiteSpan>> entries);
  void set_out(DispatchCrew& crew, const ClassTravel& by_class) const;

  // work_under_way.cc: those who are at work, or on their way for good.
  void keep_started(std::size_t task, std::span<const ClassTravel> travel);
  void wait_for_way_in(const DispatchTask& task, const ClassTravel& travel,
                       DispatchCrew& crew) const;
  double cut_by_shift(const DispatchTask& task, const TravelMatrix& matrix, double there) const;
  void work_together();
  void leave_the_rest(std::size_t task, double seconds_left);
};

}  // namespace gridmend
