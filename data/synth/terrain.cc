#include "data/synth/terrain.h"

#include <algorithm>
#include <cmath>

namespace gridmend {

Terrain::Terrain(const River& river, double reach_m, std::uint64_t seed)
    : river_(river),
      noise_(seed),
      reach_m_(reach_m),
      rise_m_(std::clamp(0.013 * reach_m, 6.0, 34.0)),
      north_is_low_((seed & 1) != 0) {}

double Terrain::height_m(PlanePoint point) const {
  const double away = river_.distance_to_bank_m(point);
  if (away <= 0) return 0;
  const double share = 1 - std::exp(-away / (0.6 * reach_m_));
  const double bank = river_.north_of(point) == north_is_low_ ? 0.7 : 1.0;
  const double swell = noise_.layered(point, 0.55 * reach_m_) * 0.3 * rise_m_ * (0.15 + share);
  return 0.4 + bank * rise_m_ * share + swell;
}

}  // namespace gridmend
