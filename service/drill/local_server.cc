#include "service/drill/drill.h"
#include "service/engine/engine.h"
#include "service/engine/manual_clock.h"
#include "service/handlers/server.h"
#include "service/store/memory_store.h"

namespace gridmend {

struct LocalServer::Implementation {
  std::shared_ptr<ManualClock> clock;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Server> server;
};

LocalServer::LocalServer(std::unique_ptr<Implementation> implementation)
    : impl_(std::move(implementation)) {}
LocalServer::~LocalServer() {
  impl_->server.reset();
  impl_->engine.reset();
}

Result<std::unique_ptr<LocalServer>> LocalServer::start(std::shared_ptr<const Region> region,
                                                        Time clock_start, PlanningPolicy policy,
                                                        const PlannerSettings& planner) {
  auto impl = std::make_unique<Implementation>();
  impl->clock = std::make_shared<ManualClock>(clock_start);
  EngineSettings settings;
  settings.policy = policy;
  settings.planner = planner;
  auto engine =
      Engine::open(std::move(region), std::make_unique<MemoryStore>(), impl->clock, settings);
  if (!engine) return unexpected(engine.error());
  impl->engine = std::move(*engine);
  ServerSettings server_settings;
  server_settings.listen = "127.0.0.1:0";
  auto server = Server::start(*impl->engine, *impl->clock, server_settings, impl->clock.get());
  if (!server) return unexpected(server.error());
  impl->server = std::move(*server);
  return std::unique_ptr<LocalServer>(new LocalServer(std::move(impl)));
}

std::shared_ptr<grpc::Channel> LocalServer::channel() {
  return impl_->server->in_process_channel();
}

}  // namespace gridmend
