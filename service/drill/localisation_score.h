#pragma once

#include <array>
#include <map>
#include <vector>

#include "core/base/clock.h"
#include "gridmend/v1/outage.pb.h"
#include "service/drill/true_storm.h"

namespace gridmend {

// Hits, false alarms and misses; ratios are 1 where there was nothing to find.
struct Confusion {
  double hits = 0;
  double false_alarms = 0;
  double misses = 0;

  double precision() const;
  double recall() const;
  double f1() const;
};

// How well outages named what was open and who was dark, over many looks at a storm.
class LocalisationScore {
 public:
  // What happened or was repaired less than `grace` ago counts neither for nor against.
  explicit LocalisationScore(Duration grace = std::chrono::minutes{10}) : grace_(grace) {}

  void look(const SupplyForest& forest, const TrueStorm& storm,
            const std::vector<v1::Outage>& outages, Time now);

  const Confusion& devices() const { return devices_; }
  const Confusion& households() const { return households_; }  // customers
  // Looks at which exactly the open devices were named, of those at which any was open or named.
  double exact_rate() const;
  // Expected calibration error of the named devices' probabilities, in ten bins.
  double calibration_error() const;
  int looks() const { return looks_; }

 private:
  struct Bin {
    double count = 0, probability = 0, right = 0;
  };

  Duration grace_;
  Confusion devices_;
  Confusion households_;
  std::array<Bin, 10> bins_{};
  int looks_ = 0;
  int telling_looks_ = 0;
  int exact_looks_ = 0;
  std::map<std::uint32_t, Time> last_open_;  // by device: when it was last seen open in truth
};

}  // namespace gridmend
