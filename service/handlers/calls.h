#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "core/base/clock.h"
#include "service/engine/engine.h"
#include "service/handlers/rpc_service.h"
#include "service/handlers/worker_pool.h"

namespace gridmend {

class RegionIntake;
class WatchHub;

// What calls are answered from. All of it outlives the server.
struct CallContext {
  Engine& engine;
  const Clock& clock;
  WorkerPool& workers;
  WatchHub& watches;
  RegionIntake* regions = nullptr;  // null: no region can be loaded
};

// The most a request may hold, by kind of call.
inline constexpr std::size_t kOrdinaryBytes = 1 << 20;
inline constexpr std::size_t kCrewBytes = 256 << 10;
inline constexpr std::size_t kEvidenceBytes = 4 << 20;
inline constexpr std::size_t kWaterBytes = 8 << 20;

// Three shapes of unary calls.
//
// A read answers from the newest World, on gRPC's thread: it must be quick.
template <class Request, class Response>
void add_read(RpcService& service, std::string_view call,
              std::function<Result<Response>(const Request&)> read,
              std::size_t most_bytes = kOrdinaryBytes) {
  service.set_unary(call, [read = std::move(read), most_bytes](const grpc::ByteBuffer& bytes,
                                                               UnaryExchange exchange) {
    Request request;
    if (auto parsed = parse_request(bytes, most_bytes, request); !parsed) {
      return exchange.refuse(parsed.error());
    }
    auto response = read(request);
    if (!response) return exchange.refuse(response.error());
    exchange.answer(*response);
  });
}

// A slow read (or anything that blocks) runs on a worker.
template <class Request, class Response>
void add_slow_read(RpcService& service, std::string_view call, WorkerPool& workers,
                   std::function<Result<Response>(const Request&)> read,
                   std::size_t most_bytes = kOrdinaryBytes) {
  service.set_unary(call, [read = std::move(read), &workers, most_bytes](
                              const grpc::ByteBuffer& bytes, UnaryExchange exchange) {
    auto request = std::make_shared<Request>();
    if (auto parsed = parse_request(bytes, most_bytes, *request); !parsed) {
      return exchange.refuse(parsed.error());
    }
    workers.post([&read, request, exchange] {
      auto response = read(*request);
      if (!response) return exchange.refuse(response.error());
      exchange.answer(*response);
    });
  });
}

// A change becomes a command; the answer is made on a worker once it is durable and visible.
template <class Request, class Response>
struct ChangeCall {
  std::function<Result<Command>(const Request&)> command;
  std::function<Result<Response>(const Request&, const Answer&)> answer;
};

template <class Request, class Response>
void add_change(RpcService& service, std::string_view call, const CallContext& context,
                ChangeCall<Request, Response> change, std::size_t most_bytes = kOrdinaryBytes) {
  Engine& engine = context.engine;
  WorkerPool& workers = context.workers;
  service.set_unary(call, [change = std::move(change), &engine, &workers, most_bytes](
                              const grpc::ByteBuffer& bytes, UnaryExchange exchange) {
    auto request = std::make_shared<Request>();
    if (auto parsed = parse_request(bytes, most_bytes, *request); !parsed) {
      return exchange.refuse(parsed.error());
    }
    auto command = change.command(*request);
    if (!command) return exchange.refuse(command.error());
    engine.submit(std::move(*command), [&change, &workers, request, exchange](Result<Answer> done) {
      workers.post([&change, request, exchange, done = std::move(done)] {
        if (!done) return exchange.refuse(done.error());
        auto response = change.answer(*request, *done);
        if (!response) return exchange.refuse(response.error());
        exchange.answer(*response);
      });
    });
  });
}

// The groups of the vocabulary, one file each.
void add_network_calls(RpcService& service, const CallContext& context);
void add_region_calls(RpcService& service, const CallContext& context);  // of NetworkService too
void add_evidence_calls(RpcService& service, const CallContext& context);
void add_outage_calls(RpcService& service, const CallContext& context);
void add_suggestion_calls(RpcService& service, const CallContext& context);  // of OutageService too
void add_dispatch_calls(RpcService& service, const CallContext& context);
void add_crew_calls(RpcService& service, const CallContext& context);
void add_hazard_calls(RpcService& service, const CallContext& context);
void add_switching_calls(RpcService& service, const CallContext& context);
void add_report_calls(RpcService& service, const CallContext& context);

}  // namespace gridmend
