#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/network/records.h"
#include "core/work/crew.h"

namespace gridmend {

// A storm to play: how much breaks and when, what is heard of it, who is there to repair. What
// exactly happens is drawn from a seed (storm_truth.h). Its file form, STORM.toml, is described in
// data/samples/README.md; every key is optional and has the default given here.

struct FloodSource {
  std::filesystem::path file;  // a flood.toml; empty: no file
  bool made = true;            // without a file: make a flood across the region (made_flood.h)
  double peak_depth_m = 1.6;   // of a made flood, in its middle
  double peak_h = 8;           // hours after the start
  double width_m = 0;          // of a made flood; 0: a fifth of the region's extent
  double forecast_h = 1;       // a slice becomes known so long before it is true
};

// Chances over the whole storm, in calm water.
struct FaultRates {
  double overhead_per_km = .02;
  double underground_per_km = .004;
  double service_drop = .0005;
  double transformer = .005;
  double fuse = .004;
  double recloser = .004;
  double breaker = .01;
  double peak_h = 5;    // faults crowd around this hour
  double spread_h = 3;  // standard deviation
  double flood_sigma_m = .3;
};

// A fault that is certain: `device` opens at `at_min` minutes and takes `repair_min` to repair.
struct NamedFault {
  std::string device;
  double at_min = 0;
  double repair_min = 60;
};

// Assets that water would trip and that somebody switches off before it does.
struct DeliberateSettings {
  double share = .6;
  double before_share_of_height = .7;  // when the water stands so high against the live parts
  double dry_h = 1;                    // supply comes back so long after the water has gone
};

struct EvidenceRates {
  double last_gasp_reach = .8;
  double last_gasp_false_per_day = .002;  // a meter
  double power_up_reach = .9;
  double meter_delay_s = 8;  // mean
  double call_rate = .1;
  double call_delay_min = 25;  // median
  double call_late_rate = .7;  // of those who did not: they do after hours without light
  double call_late_h = 3;      // median
  double call_false_per_day = .0005;
  double call_without_meter = .1;  // of the calls: only a position is known
  double concentrator_down = .1;   // dies with its transformer and says nothing
  double clock_error_s = 2;        // standard deviation
  double wrong_links = 0;          // usage points that hang on another transformer than recorded
  double scada_reach = .98;        // breakers and reclosers report their position
  double ping_lost = .05;
  int pings_a_visit = 20;  // meters asked after a crew reports supply restored
};

struct CrewGroup {
  int count = 4;
  std::vector<Skill> skills = {Skill::line, Skill::cable, Skill::meter};
  VehicleClass vehicle_class = VehicleClass::truck;
  double capacity = 4;  // units of material on board, at the start as much
  double arrive_h = 0;  // on duty from this hour on
  double shift_h = 0;   // 0: until the end
};

// Minutes on site, median; the spread is log-normal.
struct RepairTimes {
  std::array<double, kDeviceKinds> median_min = {110, 40, 80, 70, 60, 35, 60, 60, 150, 120, 30};
  double flooded_min = 200;
  double sigma = .4;
  double look_min = 12;  // to see that a device is sound
};

struct Storm {
  std::string name = "flood";
  Time start{};
  double duration_h = 16;  // new damage ends then
  double until_h = 72;     // the drill ends then, whatever is still dark
  double step_s = 60;      // simulated seconds between two looks
  FloodSource flood;
  FaultRates faults;
  std::vector<NamedFault> named_faults;
  DeliberateSettings deliberate;
  EvidenceRates evidence;
  std::vector<CrewGroup> crews = {CrewGroup{}};
  RepairTimes repair;
};

// Refuses (STORM_INVALID, with the line): what is not TOML, unknown keys, wrong types, chances
// outside [0, 1], negative or non-finite numbers, no crew group of at least one.
Result<Storm> read_storm(const std::filesystem::path& path);
Result<Storm> parse_storm(std::string_view text, const std::string& file_name);

}  // namespace gridmend
