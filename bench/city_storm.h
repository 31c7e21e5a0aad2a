#pragma once

#include <cstdint>
#include <vector>

#include "core/base/random.h"
#include "core/base/table.h"
#include "core/network/network_model.h"

namespace gridmend {

struct CityStormSettings {
  double seconds = 30;
  double dark_share = .05;  // of the transformers; of fuses and breakers a tenth of that
};

// What goes dark when, in seconds from the beginning, what comes back, and what is heard of it as
// it comes over a city's meters and telephones.
class CityStorm {
 public:
  CityStorm(const NetworkModel& network, const CityStormSettings& settings, Random random);

  struct Failed {
    Id<Device> device;
    bool returns = false;
  };
  const std::vector<Failed>& failed() const { return failed_; }
  std::size_t customers_dark() const { return dark_.size(); }

  enum class Kind : std::uint8_t {
    ping_answered,
    ping_unanswered,
    reading,
    zero_reading,
    last_gasp,
    power_up,
    call,
    call_from_place,  // that does not name the usage point
  };
  struct Item {
    Kind kind = Kind::ping_answered;
    Id<UsagePoint> usage_point;
    double happened = 0;  // seconds from the beginning
  };
  // One item as it may come `at` seconds after the beginning, which must not fall from one to the
  // next: pings anywhere, last gasps, calls and power-ups where they belong, now and then a false
  // last gasp or a call from a place only.
  Item next(double at, Random& random);

 private:
  static constexpr float kNever = 1e9F;
  bool is_live(Id<UsagePoint> id, double at) const {
    return at < static_cast<double>(dark_at_[id]) || at >= static_cast<double>(back_at_[id]);
  }
  Kind kind_of_dark(Id<UsagePoint> id, double at, double draw) const;

  std::size_t usage_points_;
  std::vector<Failed> failed_;
  IdVector<UsagePoint, float> dark_at_, back_at_;
  std::vector<Id<UsagePoint>> dark_;  // by when
  std::size_t gone_ = 0;
};

}  // namespace gridmend
