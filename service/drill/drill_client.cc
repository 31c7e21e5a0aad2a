#include "service/drill/drill_client.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <thread>

#include "gridmend/drill/v1/drill_clock.grpc.pb.h"
#include "gridmend/v1/crew.grpc.pb.h"
#include "gridmend/v1/dispatch.grpc.pb.h"
#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/hazard.grpc.pb.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "gridmend/v1/switching.grpc.pb.h"
#include "service/converters/time_converter.h"

namespace gridmend {
namespace {

constexpr std::size_t kBatch = 5000;
constexpr std::chrono::seconds kDeadline{60};
constexpr std::chrono::milliseconds kPause{200};

ErrorCode code_of(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
      return ErrorCode::invalid_argument;
    case grpc::StatusCode::NOT_FOUND:
      return ErrorCode::not_found;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return ErrorCode::unavailable;
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::OUT_OF_RANGE:
      return ErrorCode::failed_precondition;
    case grpc::StatusCode::UNIMPLEMENTED:
      return ErrorCode::unimplemented;
    default:
      return ErrorCode::internal;
  }
}

// `call(context, response)` until it is answered, or `patience` is over.
template <class Response, class Call>
Result<Response> ask(const char* name, std::chrono::milliseconds patience, const Call& call) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (;;) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(
        SystemClock{}.now() + kDeadline));
    Response response;
    const grpc::Status status = call(&context, &response);
    if (status.ok()) return response;
    const bool again = status.error_code() == grpc::StatusCode::UNAVAILABLE;
    if (!again || std::chrono::steady_clock::now() >= give_up) {
      return refuse(code_of(status.error_code()), "SERVER_REFUSED",
                    std::string{name} + ": " + status.error_message());
    }
    std::this_thread::sleep_for(kPause);
  }
}

template <class Response>
Result<void> without_answer(const Result<Response>& response) {
  if (!response) return unexpected(response.error());
  return {};
}

}  // namespace

struct DrillClient::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : clock(drill::v1::DrillClockService::NewStub(channel)),
        evidence(v1::EvidenceService::NewStub(channel)),
        dispatch(v1::DispatchService::NewStub(channel)),
        crews(v1::CrewService::NewStub(channel)),
        hazard(v1::HazardService::NewStub(channel)),
        network(v1::NetworkService::NewStub(channel)),
        switching(v1::SwitchingService::NewStub(channel)),
        outages(v1::OutageService::NewStub(channel)) {}

  std::unique_ptr<drill::v1::DrillClockService::Stub> clock;
  std::unique_ptr<v1::EvidenceService::Stub> evidence;
  std::unique_ptr<v1::DispatchService::Stub> dispatch;
  std::unique_ptr<v1::CrewService::Stub> crews;
  std::unique_ptr<v1::HazardService::Stub> hazard;
  std::unique_ptr<v1::NetworkService::Stub> network;
  std::unique_ptr<v1::SwitchingService::Stub> switching;
  std::unique_ptr<v1::OutageService::Stub> outages;
};

DrillClient::DrillClient(std::shared_ptr<grpc::Channel> channel, std::chrono::milliseconds patience)
    : stubs_(std::make_unique<Stubs>(channel)), patience_(patience) {}
DrillClient::~DrillClient() = default;
DrillClient::DrillClient(DrillClient&&) noexcept = default;

Result<void> DrillClient::advance(Time to) {
  drill::v1::AdvanceRequest request;
  *request.mutable_to() = to_proto(to);
  return without_answer(
      ask<drill::v1::DrillTime>("Advance", patience_, [&](auto* context, auto* response) {
        return stubs_->clock->Advance(context, request, response);
      }));
}

Result<std::string> DrillClient::region_id() {
  const auto region = ask<v1::Region>("GetRegion", patience_, [&](auto* context, auto* response) {
    return stubs_->network->GetRegion(context, {}, response);
  });
  if (!region) return unexpected(region.error());
  return region->id();
}

Result<Time> DrillClient::server_time() {
  const auto time = ask<drill::v1::DrillTime>(
      "GetTime", patience_,
      [&](auto* context, auto* response) { return stubs_->clock->GetTime(context, {}, response); });
  if (!time) return unexpected(time.error());
  return to_domain(time->now(), "now");
}

Result<void> DrillClient::submit(const std::vector<v1::Evidence>& evidence) {
  for (std::size_t begin = 0; begin < evidence.size(); begin += kBatch) {
    v1::SubmitEvidenceRequest request;
    const std::size_t end = std::min(evidence.size(), begin + kBatch);
    for (std::size_t i = begin; i < end; ++i) *request.add_evidence() = evidence[i];
    const auto answer = ask<v1::SubmitEvidenceResponse>(
        "SubmitEvidence", patience_, [&](auto* context, auto* response) {
          return stubs_->evidence->SubmitEvidence(context, request, response);
        });
    if (!answer) return unexpected(answer.error());
    if (answer->refused_size() > 0) {
      return refuse(
          ErrorCode::internal, "EVIDENCE_REFUSED",
          "the server refused simulated evidence: " + answer->refused(0).error().message());
    }
  }
  return {};
}

Result<void> DrillClient::create_crew(const v1::CreateCrewRequest& request) {
  return without_answer(ask<v1::Crew>("CreateCrew", patience_, [&](auto* context, auto* response) {
    return stubs_->dispatch->CreateCrew(context, request, response);
  }));
}

Result<v1::WorkTask> DrillClient::work_task(const std::string& id) {
  v1::GetWorkTaskRequest request;
  request.set_id(id);
  return ask<v1::WorkTask>("GetWorkTask", patience_, [&](auto* context, auto* response) {
    return stubs_->dispatch->GetWorkTask(context, request, response);
  });
}

Result<void> DrillClient::create_depot(const v1::CreateDepotRequest& request) {
  return without_answer(
      ask<v1::Depot>("CreateDepot", patience_, [&](auto* context, auto* response) {
        return stubs_->dispatch->CreateDepot(context, request, response);
      }));
}

Result<void> DrillClient::put_task_rules(const v1::PutTaskRulesRequest& request) {
  return without_answer(
      ask<v1::TaskRules>("PutTaskRules", patience_, [&](auto* context, auto* response) {
        return stubs_->dispatch->PutTaskRules(context, request, response);
      }));
}

Result<v1::SyncResponse> DrillClient::sync(const v1::SyncRequest& request) {
  return ask<v1::SyncResponse>("Sync", patience_, [&](auto* context, auto* response) {
    return stubs_->crews->Sync(context, request, response);
  });
}

Result<void> DrillClient::put_water(const v1::PutWaterRequest& request) {
  return without_answer(
      ask<v1::PutWaterResponse>("PutWater", patience_, [&](auto* context, auto* response) {
        return stubs_->hazard->PutWater(context, request, response);
      }));
}

Result<void> DrillClient::de_energise(const v1::DeEnergiseForSafetyRequest& request) {
  return without_answer(ask<v1::DeEnergiseForSafetyResponse>(
      "DeEnergiseForSafety", patience_, [&](auto* context, auto* response) {
        return stubs_->switching->DeEnergiseForSafety(context, request, response);
      }));
}

Result<void> DrillClient::record_step(const v1::RecordStepRequest& request) {
  return without_answer(
      ask<v1::RecordStepResponse>("RecordStep", patience_, [&](auto* context, auto* response) {
        return stubs_->switching->RecordStep(context, request, response);
      }));
}

Result<v1::Outage> DrillClient::outage(const std::string& id) {
  v1::GetOutageRequest request;
  request.set_id(id);
  return ask<v1::Outage>("GetOutage", patience_, [&](auto* context, auto* response) {
    return stubs_->outages->GetOutage(context, request, response);
  });
}

Result<v1::Plan> DrillClient::plan() {
  return ask<v1::Plan>("GetPlan", patience_, [&](auto* context, auto* response) {
    return stubs_->dispatch->GetPlan(context, {}, response);
  });
}

Result<std::vector<v1::Crew>> DrillClient::crews() {
  std::vector<v1::Crew> crews;
  v1::ListCrewsRequest request;
  request.set_page_size(1000);
  do {
    auto page =
        ask<v1::ListCrewsResponse>("ListCrews", patience_, [&](auto* context, auto* response) {
          return stubs_->dispatch->ListCrews(context, request, response);
        });
    if (!page) return unexpected(page.error());
    for (v1::Crew& crew : *page->mutable_crews()) crews.push_back(std::move(crew));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return crews;
}

Result<std::vector<v1::RoadClosure>> DrillClient::road_closures() {
  std::vector<v1::RoadClosure> closures;
  v1::ListRoadClosuresRequest request;
  request.set_page_size(1000);
  do {
    auto page = ask<v1::ListRoadClosuresResponse>(
        "ListRoadClosures", patience_, [&](auto* context, auto* response) {
          return stubs_->hazard->ListRoadClosures(context, request, response);
        });
    if (!page) return unexpected(page.error());
    for (v1::RoadClosure& closure : *page->mutable_closures())
      closures.push_back(std::move(closure));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return closures;
}

Result<std::vector<v1::Outage>> DrillClient::open_outages() {
  std::vector<v1::Outage> outages;
  v1::ListOutagesRequest request;
  request.set_page_size(1000);
  do {
    auto page =
        ask<v1::ListOutagesResponse>("ListOutages", patience_, [&](auto* context, auto* response) {
          return stubs_->outages->ListOutages(context, request, response);
        });
    if (!page) return unexpected(page.error());
    for (v1::Outage& outage : *page->mutable_outages()) outages.push_back(std::move(outage));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return outages;
}

}  // namespace gridmend
