#pragma once

#include <optional>
#include <span>

#include "core/hazard/water.h"
#include "core/outage/device_priors.h"

namespace gridmend {

// Where the water of this moment may lie at all: most of a network is dry, and is not asked for
// depths. O(slices in memory * boxes).
std::optional<Box> wet_extent(const Water& water, Time at, const DevicePriorSettings& settings);

// When the water first stood so deep at what heads some zone of the tree that it has probably
// failed (ZonePrior::flood from OutageSettings::predict_at on), if it still counts at `at`. Nobody
// has to be heard from for that: where a last gasp cannot get out, water is the only sign there is.
// `reports` are the tree's, by zone: a device found sound has stood the water of that moment.
// To the second. O(zones * slices in memory).
std::optional<Time> water_onset(const InferenceForest& forest, Id<InferenceZone> root,
                                const Water& water, const Box& wet, Time at,
                                std::span<const ZoneReport> reports,
                                const LocaliserSettings& settings);

}  // namespace gridmend
