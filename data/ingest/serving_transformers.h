#pragma once

#include "core/network/supply_forest.h"

namespace gridmend {

// The last power transformer on the way from the source to each connectivity node; none where
// there is none or no supply. Of units side by side the one that the forest goes through. O(nodes).
IdVector<ConnectivityNode, Id<Device>> serving_transformers(const SupplyForest& forest);

// Units between the same two nodes: the tanks of one bank.
bool are_one_bank(const NetworkModel& network, Id<Device> a, Id<Device> b);

}  // namespace gridmend
