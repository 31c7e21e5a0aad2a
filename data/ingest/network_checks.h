#pragma once

#include "core/network/supply_forest.h"
#include "data/ingest/check_settings.h"
#include "data/ingest/network_builder.h"

namespace gridmend {

// What only the whole network shows, under its normal switch positions: one file a subject
// (check_loops.cc, check_phases.cc, ...), listed in check_context.h. Adds defects and completes the
// ledger. O(devices + usage points), and a logarithm where places are looked for.
void check_network(const SupplyForest& forest, const SwitchState& switches,
                   const CheckSettings& settings, BuiltNetwork& built);

// Loops of closed devices are cut where they most likely are in truth: opens, in the records'
// normal state, the likeliest switch of each until none is left that has one (a mesh stays as it
// is), and says so. `normal` is the forest of the records; true: they were changed. O(devices) a
// round, of which there are as many as loops share devices, at most 16.
bool open_loops(const SupplyForest& normal, const CheckSettings& settings, BuiltNetwork& built);

// Finds out whom the defects touch that the builder recorded by id alone: device or usage point of
// their layer, its feeder, customers behind it. O(defects log records).
void find_subjects(const SupplyForest& forest, BuiltNetwork& built);

}  // namespace gridmend
