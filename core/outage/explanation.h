#pragma once

#include <string>

#include "core/network/network_model.h"
#include "core/outage/outage.h"

namespace gridmend {

// What a device is called in a sentence: its kind and its mRID.
struct DeviceName {
  std::string en;
  std::string zh;
};
DeviceName name_of(const NetworkModel& network, Id<Device> device);

// "97%"; nothing short of certainty is "100%".
std::string percent(double p);

// Writes the outage's one sentence in English and in Chinese from its other fields: which device,
// how sure, on whose word, how many are dark. An operator can read it out as it stands.
void explain(const NetworkModel& network, Outage& outage);

// The same for the one thing that tells the outage's suspects apart: `tell.usage_point` is to be
// asked, with the likeliest suspects then, or `tell.device` (none: the feeder's source) to be
// looked at, with the likeliest one if it is closed. A source is called by `feeder`.
void explain_ping(const NetworkModel& network, Id<Feeder> feeder, const SuspectDevice& if_answered,
                  const SuspectDevice& if_not, TellApart& tell);
void explain_look(const NetworkModel& network, Id<Feeder> feeder, const SuspectDevice& if_closed,
                  TellApart& tell);

}  // namespace gridmend
