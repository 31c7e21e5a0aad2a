#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "gridmend/v1/crew.pb.h"
#include "gridmend/v1/dispatch.pb.h"
#include "gridmend/v1/evidence.pb.h"
#include "gridmend/v1/hazard.pb.h"
#include "gridmend/v1/outage.pb.h"
#include "gridmend/v1/switching.pb.h"

namespace grpc {
class Channel;
}

namespace gridmend {

// What a drill says to a server, over gRPC like everybody else. A call the server does not answer
// (UNAVAILABLE: it is being restarted) is repeated until `patience` is over; every change carries
// its request id, so that a repeat is done once.
class DrillClient {
 public:
  explicit DrillClient(std::shared_ptr<grpc::Channel> channel,
                       std::chrono::milliseconds patience = std::chrono::seconds{60});
  ~DrillClient();
  DrillClient(DrillClient&&) noexcept;

  // Moves the server's clock and lets it localise and plan.
  Result<void> advance(Time to);
  Result<Time> server_time();
  // Of the region the server holds.
  Result<std::string> region_id();
  // In batches of at most 5,000. Items the server refuses are an error: a drill sends none.
  Result<void> submit(const std::vector<v1::Evidence>& evidence);
  Result<v1::WorkTask> work_task(const std::string& id);
  Result<void> create_depot(const v1::CreateDepotRequest& request);
  Result<void> put_task_rules(const v1::PutTaskRulesRequest& request);
  Result<void> create_crew(const v1::CreateCrewRequest& request);
  Result<v1::SyncResponse> sync(const v1::SyncRequest& request);
  Result<void> put_water(const v1::PutWaterRequest& request);
  Result<void> de_energise(const v1::DeEnergiseForSafetyRequest& request);
  Result<void> record_step(const v1::RecordStepRequest& request);
  Result<v1::Outage> outage(const std::string& id);
  Result<v1::Plan> plan();
  Result<std::vector<v1::Crew>> crews();
  Result<std::vector<v1::RoadClosure>> road_closures();
  // Those neither closed nor withdrawn.
  Result<std::vector<v1::Outage>> open_outages();

 private:
  struct Stubs;
  std::unique_ptr<Stubs> stubs_;
  std::chrono::milliseconds patience_;
};

}  // namespace gridmend
