#include "service/handlers/server.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/compression.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <charconv>
#include <mutex>
#include <vector>

#include "gridmend/drill/v1/drill_clock.pb.h"
#include "gridmend/v1/crew.pb.h"
#include "gridmend/v1/dispatch.pb.h"
#include "gridmend/v1/evidence.pb.h"
#include "gridmend/v1/hazard.pb.h"
#include "gridmend/v1/network.pb.h"
#include "gridmend/v1/outage.pb.h"
#include "gridmend/v1/report.pb.h"
#include "gridmend/v1/switching.pb.h"
#include "service/handlers/calls.h"
#include "service/handlers/rpc_service.h"
#include "service/handlers/worker_pool.h"

namespace gridmend {

void add_drill_clock_calls(RpcService& service, const CallContext& context, ManualClock& clock);

namespace {

// Bytes beyond the largest request's own, so that its size is told by us and not cut off by gRPC.
constexpr int kReceiveBytes = static_cast<int>(kWaterBytes) + (1 << 20);
constexpr int kMostStreamsAConnection = 1000;

struct Listen {
  std::string host;
  int port = 0;
};

tl::unexpected<Error> listen_invalid(const std::string& listen) {
  return refuse(ErrorCode::invalid_argument, "LISTEN_INVALID",
                "'" + listen + "' is not an address and a port, like 127.0.0.1:7433", "listen");
}

Result<Listen> read_listen(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos || colon == 0) return listen_invalid(listen);
  Listen result{listen.substr(0, colon), -1};
  const char* end = listen.data() + listen.size();
  const auto read = std::from_chars(listen.data() + colon + 1, end, result.port);
  if (read.ec != std::errc{} || read.ptr != end || result.port < 0 || result.port > 65535) {
    return listen_invalid(listen);
  }
  if (result.host != "127.0.0.1" && result.host != "localhost" && result.host != "[::1]") {
    return refuse(
        ErrorCode::failed_precondition, "LISTEN_NOT_LOOPBACK",
        "without TLS the server listens on loopback only (127.0.0.1, [::1], localhost), not on '" +
            result.host + "'",
        "listen");
  }
  return result;
}

using AddCalls = void (*)(RpcService&, const CallContext&);

struct ServiceRow {
  const google::protobuf::FileDescriptor* file;
  AddCalls add;
};

// Each of these files defines one service.
std::vector<ServiceRow> service_rows() {
  return {
      {v1::Region::descriptor()->file(), add_network_calls},
      {v1::Evidence::descriptor()->file(), add_evidence_calls},
      {v1::Outage::descriptor()->file(), add_outage_calls},
      {v1::CreateCrewRequest::descriptor()->file(), add_dispatch_calls},
      {v1::SyncRequest::descriptor()->file(), add_crew_calls},
      {v1::WaterLayer::descriptor()->file(), add_hazard_calls},
      {v1::SwitchingStep::descriptor()->file(), add_switching_calls},
      {v1::ReliabilityIndices::descriptor()->file(), add_report_calls},
  };
}

void configure(grpc::ServerBuilder& builder) {
  // A megabyte of gzip inflates to a gigabyte before its size is looked at.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetMaxReceiveMessageSize(kReceiveBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostStreamsAConnection);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Mobile networks drop silent connections: clients ping every 60 s, and may no more often than 30
  // s.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Only reflection uses threads of its own.
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 1);
}

}  // namespace

struct Server::Implementation {
  Implementation(Engine& engine, const Clock& clock, const ServerSettings& chosen)
      : settings(chosen),
        workers(chosen.worker_threads),
        watches(engine, chosen.watches),
        context{engine, clock, workers, watches, chosen.regions.get()} {}

  void make_services(ManualClock* drill_clock) {
    for (const ServiceRow& row : service_rows()) {
      services.push_back(std::make_unique<RpcService>(*row.file->service(0)));
      row.add(*services.back(), context);
    }
    if (drill_clock == nullptr) return;
    const auto* file = drill::v1::AdvanceRequest::descriptor()->file();
    services.push_back(std::make_unique<RpcService>(*file->service(0)));
    add_drill_clock_calls(*services.back(), context, *drill_clock);
  }

  void set_serving(bool serving) {
    auto* health = server->GetHealthCheckService();
    if (health == nullptr) return;
    health->SetServingStatus(serving);
    for (const auto& service : services) {
      health->SetServingStatus(std::string{service->full_name()}, serving);
    }
  }

  // Destroyed from the bottom up: the server first, then what its calls used.
  const ServerSettings settings;
  WorkerPool workers;
  WatchHub watches;
  const CallContext context;
  std::vector<std::unique_ptr<RpcService>> services;
  std::unique_ptr<grpc::Server> server;
  std::string address;
  std::once_flag drained;
};

Server::Server(std::unique_ptr<Implementation> implementation) : impl_(std::move(implementation)) {}

Server::~Server() { drain(); }

Result<std::unique_ptr<Server>> Server::start(Engine& engine, const Clock& clock,
                                              ServerSettings settings, ManualClock* drill_clock) {
  auto listen = read_listen(settings.listen);
  if (!listen) return unexpected(listen.error());
  // protobuf writes a line for every text that is not UTF-8: a caller could fill the disk with it.
  google::protobuf::SetLogHandler(nullptr);
  auto impl = std::make_unique<Implementation>(engine, clock, settings);
  impl->make_services(drill_clock);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  configure(builder);
  int port = 0;
  builder.AddListeningPort(settings.listen, grpc::InsecureServerCredentials(), &port);
  for (const auto& service : impl->services) builder.RegisterService(service.get());
  impl->server = builder.BuildAndStart();
  if (impl->server == nullptr || port == 0) {
    return refuse(ErrorCode::unavailable, "LISTEN_FAILED",
                  "cannot listen on " + settings.listen + "; is the port in use?", "listen");
  }
  impl->address = listen->host + ":" + std::to_string(port);
  impl->set_serving(true);
  return std::unique_ptr<Server>{new Server{std::move(impl)}};
}

const std::string& Server::address() const { return impl_->address; }

std::shared_ptr<grpc::Channel> Server::in_process_channel() {
  return impl_->server->InProcessChannel({});
}

void Server::drain() {
  std::call_once(impl_->drained, [this] {
    impl_->set_serving(false);
    // Before the connections close, so that readers see why their streams end.
    impl_->watches.drain(impl_->settings.drain_deadline / 2);
    impl_->server->Shutdown(std::chrono::time_point_cast<std::chrono::system_clock::duration>(
        SystemClock{}.now() + impl_->settings.drain_deadline));
    impl_->server->Wait();
  });
}

}  // namespace gridmend
