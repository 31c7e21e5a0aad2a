#pragma once

#include "core/network/network_model.h"
#include "core/outage/outage.h"

namespace gridmend {

// Writes the outage's one sentence in English and in Chinese from its other fields: which device,
// how sure, on whose word, how many are dark. An operator can read it out as it stands.
void explain(const NetworkModel& network, Outage& outage);

}  // namespace gridmend
