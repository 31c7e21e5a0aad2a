#pragma once

#include "core/network/supply_forest.h"
#include "data/ingest/network_builder.h"

namespace gridmend {

// What only the whole network shows, under its normal switch positions: loops of closed switches,
// islands without supply and their usage points, devices whose declared feeder does not supply
// them, transformers without usage points behind them. Adds defects and completes the ledger.
// O(devices + usage points), and the length of each loop.
void check_network(const SupplyForest& forest, const SwitchState& switches, BuiltNetwork& built);

}  // namespace gridmend
