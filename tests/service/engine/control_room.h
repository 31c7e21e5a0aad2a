#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "service/engine/engine.h"
#include "service/engine/manual_clock.h"
#include "service/store/memory_store.h"
#include "service/store/region_store.h"

namespace gridmend::control_room {

// A storm's beginning; minutes count from here.
inline constexpr Time kStart = Time{std::chrono::hours{24 * 365 * 56}};
Time at_minute(double minute);

std::shared_ptr<const Region> drawn_region(std::string_view drawing);

v1::Evidence item(std::string key, std::string source, Time time);
Command evidence(std::vector<v1::Evidence> items);
Command gasps(const std::vector<std::string>& usage_points, Time time);
Command power_ups(const std::vector<std::string>& usage_points, Time time);
Command call(const std::string& usage_point, Time time);
Command crew(const std::string& id, Position position, std::string request_id = {});
Command tablet(const std::string& crew, v1::TabletOperation operation, std::string request_id = {});
v1::TabletOperation sign_on();
v1::TabletOperation acknowledge(const std::string& task);
v1::TabletOperation set_out(const std::string& task);
v1::TabletOperation arrive(const std::string& task);
v1::TabletOperation complete(const std::string& task, v1::FieldReport::Finding finding);

// An engine over a drawn network under a clock that the test moves.
class ControlRoom {
 public:
  explicit ControlRoom(std::string_view drawing, EngineSettings settings = {});
  explicit ControlRoom(std::shared_ptr<const Region> region, EngineSettings settings = {});

  ControlRoom& at(double minute);
  Answer ok(Command command);      // fails the test when it is refused
  Error refused(Command command);  // fails the test when it is accepted
  void restart();                  // a new engine on the same journal
  void reassess() { ok_answer(engine->reassess_now()); }
  void plan();
  // Goes on with another drawing of the network; fails the test when it is refused.
  v1::RegionCarryOver load(std::string_view drawing);
  // So that it can be loaded, or found again at a restart.
  std::shared_ptr<const Region> keep(std::string_view drawing);

  std::shared_ptr<const World> world() const { return engine->world(); }
  // "O-000001 predicted F1" one a line, those that have not ended.
  std::string outages() const;
  // "T-000001 repair waiting F1 -" one a line: id, kind, status, device, crew.
  std::string tasks() const;

  std::shared_ptr<const Region> region;  // the journal's first
  std::shared_ptr<MemoryRegions> regions = std::make_shared<MemoryRegions>();
  std::shared_ptr<ManualClock> clock;
  std::shared_ptr<MemoryStore::Contents> journal;
  EngineSettings settings;
  std::unique_ptr<Engine> engine;

 private:
  static void ok_answer(const Result<Answer>& answer);
};

}  // namespace gridmend::control_room
