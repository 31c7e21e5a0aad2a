#include <gtest/gtest.h>

#include "gridmend/drill/v1/drill_clock.grpc.pb.h"
#include "service/converters/time_converter.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::server_test {
namespace {

using server_desk::reason_of;
using server_desk::ServerDesk;

TEST(DrillClockCalls, TheClockGoesForwardOnly) {
  ServerDesk desk;
  using DrillClock = drill::v1::DrillClockService;
  drill::v1::AdvanceRequest advance;
  EXPECT_EQ(desk.refused<DrillClock>(&DrillClock::Stub::Advance, advance).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  desk.room.ok(control_room::gasps({"T3.1", "T3.2", "T4.1", "T4.2"}, control_room::at_minute(0)));
  advance.mutable_by()->set_seconds(90);
  const Time before = desk.room.clock->now();
  const auto time = desk.ok<DrillClock>(&DrillClock::Stub::Advance, advance);
  EXPECT_EQ(to_domain(time.now(), {}).value(), before + std::chrono::seconds{90});
  EXPECT_FALSE(desk.room.world()->needs_reassessment());
  EXPECT_FALSE(desk.room.world()->outages->empty());
  *advance.mutable_to() = to_proto(before);
  EXPECT_EQ(reason_of(desk.refused<DrillClock>(&DrillClock::Stub::Advance, advance)),
            "TIME_IS_PAST");
  advance.mutable_by()->set_seconds(315'000'000'000);
  EXPECT_EQ(desk.refused<DrillClock>(&DrillClock::Stub::Advance, advance).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(Server, ListensOnLoopbackOnly) {
  control_room::ControlRoom room{server_desk::kStreet};
  ServerSettings settings;
  for (const char* listen : {"0.0.0.0:0", "10.1.2.3:7433", "example.org:1"}) {
    settings.listen = listen;
    const auto refused = Server::start(*room.engine, *room.clock, settings);
    ASSERT_FALSE(refused) << listen;
    EXPECT_EQ(refused.error().reason, "LISTEN_NOT_LOOPBACK");
  }
  for (const char* listen :
       {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", ":80"}) {
    settings.listen = listen;
    const auto refused = Server::start(*room.engine, *room.clock, settings);
    ASSERT_FALSE(refused) << listen;
    EXPECT_EQ(refused.error().reason, "LISTEN_INVALID") << listen;
  }
}

TEST(Server, APortThatIsTakenIsSaid) {
  ServerDesk desk;
  ServerSettings settings;
  settings.listen = desk.server->address();
  const auto refused = Server::start(*desk.room.engine, *desk.room.clock, settings);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "LISTEN_FAILED");
}

}  // namespace
}  // namespace gridmend::server_test
