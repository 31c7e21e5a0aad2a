#include "tests/service/handlers/server_desk.h"

#include "service/handlers/status.h"

namespace gridmend::server_desk {

namespace {

constexpr std::chrono::seconds kPatience{60};

ServerSettings on_a_free_port(ServerSettings settings) {
  settings.listen = "127.0.0.1:0";
  return settings;
}

}  // namespace

ServerDesk::ServerDesk(std::string_view drawing, ServerSettings settings,
                       EngineSettings engine_settings)
    : room(drawing, std::move(engine_settings)), settings_(on_a_free_port(std::move(settings))) {
  start();
}

ServerDesk::ServerDesk(std::shared_ptr<const Region> region, EngineSettings engine_settings)
    : room(std::move(region), std::move(engine_settings)), settings_(on_a_free_port({})) {
  start();
}

void ServerDesk::restart() {
  channel.reset();
  server.reset();
  room.restart();
  start();
}

void ServerDesk::start() {
  auto started = Server::start(*room.engine, *room.clock, settings_, room.clock.get());
  if (!started) throw std::runtime_error(started.error().message);
  server = std::move(*started);
  channel = server->in_process_channel();
}

void ServerDesk::set_deadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(
      SystemClock{}.now() + kPatience));
}

void ServerDesk::blow_f2(double minute) {
  std::vector<std::string> meters;
  for (const char* transformer : {"T3", "T4"}) {
    for (int i = 1; i <= 6; ++i)
      meters.push_back(std::string{transformer} + "." + std::to_string(i));
  }
  room.at(minute).ok(control_room::gasps(meters, control_room::at_minute(minute)));
  room.at(minute + 1).reassess();
}

std::string reason_of(const grpc::Status& status) { return to_error(status).reason; }
std::string field_of(const grpc::Status& status) { return to_error(status).field; }

}  // namespace gridmend::server_desk
