// A region taken from a file, over the wire: what is offered, what is refused, what watchers hear.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/base/random.h"
#include "gridmend/v1/crew.grpc.pb.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "service/store/sqlite_store.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::region_calls_test {
namespace {

namespace fs = std::filesystem;
using server_desk::reason_of;
using Network = v1::NetworkService;
using Outages = v1::OutageService;
using testing::HasSubstr;

constexpr std::string_view kGrown = R"(
  S==B1--n0--F0--n9--T9(7)
         |
         n1--F1--n2--T1(6)
         |       |
         |       n3--T2(6)
         |
         n4--F2--n5--T3(6)
                 |
                 n6--T4(6)
)";
constexpr std::string_view kShrunk = "S==B1--n1--F1--n2--T1(6)";

// A server as `gridmend serve` makes it: state directory, regions folder, a clock of the test's.
class RegionDesk : public testing::Test {
 protected:
  RegionDesk() {
    std::string made = (fs::temp_directory_path() / "gridmend_region_desk_XXXXXX").string();
    EXPECT_NE(::mkdtemp(made.data()), nullptr);
    root = made;
    fs::create_directories(root / "imports" / "july");
    write("imports/street.gmr", server_desk::kStreet);
    write("imports/grown.gmr", kGrown);
    write("imports/july/shrunk.gmr", kShrunk);
    write("secret.gmr", kShrunk);
    start("imports/street.gmr");
  }
  ~RegionDesk() override {
    stop();
    fs::remove_all(root);
  }

  void write(const std::string& name, std::string_view drawing) const {
    ASSERT_TRUE(write_region(*control_room::drawn_region(drawing), root / name));
  }

  void start(const std::string& file) {
    SqliteStoreSettings store_settings;
    store_settings.ballast_bytes = 0;
    auto store = SqliteStore::open(root / "state", store_settings);
    ASSERT_TRUE(store) << describe(store.error());
    const auto kept = std::make_shared<RegionDirectory>(root / "state");
    std::shared_ptr<const Region> region;
    if (!file.empty()) region = kept->keep(root / file).value();
    auto opened = Engine::open(region, std::move(*store), clock, {}, kept);
    ASSERT_TRUE(opened) << describe(opened.error());
    engine = std::move(*opened);
    ServerSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.watches.coalesce = std::chrono::milliseconds{5};
    settings.regions = RegionIntake::open(root / "imports", kept).value();
    auto started = Server::start(*engine, *clock, settings);
    ASSERT_TRUE(started) << describe(started.error());
    server = std::move(*started);
    channel = server->in_process_channel();
  }
  void stop() {
    channel.reset();
    server.reset();
    engine.reset();
  }

  template <class Service, class Request, class Response>
  grpc::Status call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::time_point_cast<std::chrono::system_clock::duration>(
        SystemClock{}.now() + std::chrono::seconds{60}));
    return (Service::NewStub(channel).get()->*method)(&context, request, &response);
  }

  grpc::Status load(const std::string& file, v1::LoadRegionResponse* out = nullptr,
                    bool force = false) {
    v1::LoadRegionRequest request;
    request.set_file(file);
    request.set_force(force);
    request.set_operator_("li");
    v1::LoadRegionResponse response;
    const grpc::Status status = call<Network>(&Network::Stub::LoadRegion, request, response);
    if (out != nullptr) *out = response;
    return status;
  }

  v1::Region region() {
    v1::Region region;
    EXPECT_TRUE(call<Network>(&Network::Stub::GetRegion, v1::GetRegionRequest{}, region).ok());
    return region;
  }

  std::size_t kept_files() const {
    return static_cast<std::size_t>(std::distance(
        fs::directory_iterator(root / "state" / "regions"), fs::directory_iterator{}));
  }

  fs::path root;
  std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>(control_room::at_minute(0));
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
};

TEST_F(RegionDesk, ARegionIsLoadedAndStaysOverARestartWithoutItsFile) {
  EXPECT_EQ(region().usage_points(), 24U);
  EXPECT_EQ(region().since_revision(), 0U);
  EXPECT_EQ(region().format(), kRegionFormat);
  v1::LoadRegionResponse loaded;
  const grpc::Status status = load("grown.gmr", &loaded);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(loaded.region(), to_hex(control_room::drawn_region(kGrown)->id));
  EXPECT_FALSE(loaded.present_already());
  EXPECT_EQ(region().usage_points(), 31U);
  EXPECT_EQ(region().id(), loaded.region());
  EXPECT_EQ(region().since_revision(), loaded.revision());
  EXPECT_GT(region().since_time().seconds(), 0);

  v1::LoadRegionResponse again;
  ASSERT_TRUE(load((root / "imports" / "grown.gmr").string(), &again).ok());
  EXPECT_TRUE(again.present_already()) << "an absolute path in the folder is the same file";
  EXPECT_EQ(again.revision(), loaded.revision());

  v1::StateHash before;
  ASSERT_TRUE(call<Network>(&Network::Stub::GetStateHash, v1::GetStateHashRequest{}, before).ok());
  EXPECT_EQ(before.region(), loaded.region());
  stop();
  fs::remove_all(root / "imports");
  fs::create_directories(root / "imports");
  start("");
  v1::StateHash after;
  ASSERT_TRUE(call<Network>(&Network::Stub::GetStateHash, v1::GetStateHashRequest{}, after).ok());
  EXPECT_EQ(after.hash(), before.hash());
  EXPECT_EQ(region().id(), loaded.region());
  v1::ListRegionLoadsResponse loads;
  ASSERT_TRUE(
      call<Network>(&Network::Stub::ListRegionLoads, v1::ListRegionLoadsRequest{}, loads).ok());
  ASSERT_EQ(loads.loads_size(), 1);
  EXPECT_EQ(loads.loads(0).actor(), "operator/li");
  EXPECT_EQ(loads.loads(0).previous_region(),
            to_hex(control_room::drawn_region(server_desk::kStreet)->id));
}

TEST_F(RegionDesk, NoNameLeadsOutOfTheFolder) {
  fs::create_symlink(root / "secret.gmr", root / "imports" / "link.gmr");
  fs::create_directory_symlink(root, root / "imports" / "up");
  fs::create_directories(root / "imports2");
  write("imports2/other.gmr", kGrown);
  for (const std::string& name :
       {std::string("../secret.gmr"), (root / "secret.gmr").string(), std::string("link.gmr"),
        std::string("up/secret.gmr"), std::string("july/../../secret.gmr"),
        std::string("../imports2/other.gmr"), std::string("/etc/passwd"), std::string("/"),
        std::string("..")}) {
    const grpc::Status status = load(name);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED) << name;
    EXPECT_EQ(reason_of(status), "REGION_FILE_OUTSIDE") << name;
  }
  ASSERT_EQ(::mkfifo((root / "imports" / "pipe.gmr").c_str(), 0600), 0);
  std::ofstream(root / "imports" / "words.gmr") << "no region";
  for (const std::string& name :
       {std::string(), std::string("."), std::string("july"), std::string("pipe.gmr"),
        std::string("link.gmr/../link.gmr"), std::string("a\0b", 3), std::string(5000, 'a'),
        std::string("words.gmr")}) {
    const grpc::Status status = load(name);
    EXPECT_FALSE(status.ok()) << name;
    EXPECT_FALSE(reason_of(status).empty()) << name;
    EXPECT_THAT(status.error_message(), testing::Not(HasSubstr(root.string()))) << name;
  }
  EXPECT_EQ(reason_of(load("absent.gmr")), "REGION_FILE_NOT_FOUND");
  EXPECT_EQ(region().since_revision(), 0U);
  EXPECT_EQ(kept_files(), 1U) << "what is refused leaves nothing behind";
  ASSERT_TRUE(load("july/shrunk.gmr", nullptr, true).ok()) << "folders below it are in it";
}

// Names made of pieces that lead up, down, sideways and nowhere.
TEST_F(RegionDesk, WhateverTheNameTheFileThatIsTakenLiesInTheFolder) {
  constexpr std::uint64_t kSeed = 41;
  Random random{kSeed};
  const auto intake =
      RegionIntake::open(root / "imports", std::make_shared<RegionDirectory>(root / "state"));
  ASSERT_TRUE(intake);
  const fs::path folder = fs::canonical(root / "imports");
  fs::create_directory_symlink(root, root / "imports" / "july" / "out");
  fs::create_symlink("street.gmr", root / "imports" / "same.gmr");
  const std::vector<std::string> pieces = {
      "..", ".",          "july",        "out", "street.gmr", "secret.gmr", "same.gmr", "imports",
      "",   "shrunk.gmr", root.string(), "\n",  "状态",       "state",      "*"};
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string name;
    for (auto i = random.below(6); i > 0; --i) {
      name += pieces[random.below(pieces.size())];
      if (random.chance(.9)) name += "/";
    }
    if (random.chance(.7) && !name.empty()) name.pop_back();
    const auto path = (*intake)->resolve(name);
    if (!path) {
      ASSERT_FALSE(path.error().reason.empty()) << "seed " << kSeed << " '" << name << "'";
      continue;
    }
    ++taken;
    ASSERT_EQ(*path, fs::canonical(*path)) << "'" << name << "'";
    ASSERT_TRUE(path->string().starts_with(folder.string() + "/")) << "'" << name << "'";
  }
  EXPECT_GT(taken, 100);
}

TEST_F(RegionDesk, APreviewTellsNetworkAndLiveStateAndTheWayToLoadJustThat) {
  ASSERT_TRUE(engine->execute(
      control_room::gasps({"T3.1", "T3.2", "T4.1", "T4.2", "T4.3"}, control_room::at_minute(0))));
  clock->set(control_room::at_minute(1));
  ASSERT_TRUE(engine->reassess_now());
  v1::PreviewRegionRequest request;
  request.set_file("july/shrunk.gmr");
  v1::PreviewRegionResponse preview;
  ASSERT_TRUE(call<Network>(&Network::Stub::PreviewRegion, request, preview).ok());
  EXPECT_EQ(preview.changes().usage_points().removed(), 18U);
  EXPECT_EQ(preview.changes().devices().added(), 0U);
  EXPECT_GT(preview.changes().devices().removed(), 5U);
  EXPECT_FALSE(preview.changes().devices().removed_ids().empty());
  EXPECT_EQ(preview.carry_over().meters_lost(), 5U);
  EXPECT_EQ(preview.carry_over().outages_withdrawn(), 1U);
  EXPECT_EQ(kept_files(), 1U);
  EXPECT_EQ(region().usage_points(), 24U);

  v1::LoadRegionRequest load_request;
  load_request.set_file("july/shrunk.gmr");
  load_request.set_region(std::string(32, '0'));
  v1::LoadRegionResponse loaded;
  grpc::Status status = call<Network>(&Network::Stub::LoadRegion, load_request, loaded);
  EXPECT_EQ(reason_of(status), "REGION_ID_WRONG");
  load_request.set_region(preview.region());
  load_request.set_present_region(std::string(32, '0'));
  status = call<Network>(&Network::Stub::LoadRegion, load_request, loaded);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_EQ(reason_of(status), "REGION_CHANGED");
  load_request.set_present_region(preview.present_region());
  load_request.set_force(true);
  status = call<Network>(&Network::Stub::LoadRegion, load_request, loaded);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(loaded.carry_over().SerializeAsString(), preview.carry_over().SerializeAsString());
}

TEST_F(RegionDesk, ARegionWithNextToNothingOfThePresentOneIsTakenOnlyWhenForced) {
  write("imports/elsewhere.gmr", "  S9==B9--m1--F9--m2--T9(30)");
  ASSERT_TRUE(engine->execute(
      control_room::gasps({"T3.1", "T3.2", "T4.1", "T4.2", "T4.3"}, control_room::at_minute(0))));
  clock->set(control_room::at_minute(1));
  ASSERT_TRUE(engine->reassess_now());
  const auto before = engine->state_hash();

  v1::PreviewRegionRequest request;
  request.set_file("elsewhere.gmr");
  v1::PreviewRegionResponse preview;
  ASSERT_TRUE(call<Network>(&Network::Stub::PreviewRegion, request, preview).ok());
  EXPECT_TRUE(preview.overlap().needs_force());
  EXPECT_EQ(preview.overlap().usage_points(), 24U);
  EXPECT_EQ(preview.overlap().usage_points_kept(), 0U);
  EXPECT_EQ(preview.overlap().devices_kept(), 0U);

  const grpc::Status refused = load("elsewhere.gmr");
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(reason_of(refused), "REGION_UNLIKE");
  EXPECT_THAT(refused.error_message(), HasSubstr("0 of 24 usage points"));
  EXPECT_EQ(kept_files(), 1U) << "what is refused leaves nothing behind";
  EXPECT_EQ(to_hex(engine->state_hash().hash), to_hex(before.hash));
  EXPECT_EQ(region().since_revision(), 0U);

  v1::LoadRegionResponse loaded;
  ASSERT_TRUE(load("elsewhere.gmr", &loaded, true).ok());
  EXPECT_EQ(region().id(), preview.region());
  EXPECT_EQ(loaded.carry_over().outages_withdrawn(), 1U);
  const auto forced = engine->state_hash();
  stop();
  start("");
  EXPECT_EQ(to_hex(engine->state_hash().hash), to_hex(forced.hash)) << "the journal replays it";
}

TEST_F(RegionDesk, ARegionThatLosesAnOrderToOpenIsTakenOnlyWhenForced) {
  std::string renamed{server_desk::kStreet};
  renamed.replace(renamed.find("F2"), 2, "F8");
  write("imports/renamed.gmr", renamed);
  Command command;
  command.set_actor("operator/li");
  command.mutable_de_energise_for_safety()->set_device("F2");
  ASSERT_TRUE(engine->execute(std::move(command)));
  v1::PreviewRegionRequest request;
  request.set_file("renamed.gmr");
  v1::PreviewRegionResponse preview;
  ASSERT_TRUE(call<Network>(&Network::Stub::PreviewRegion, request, preview).ok());
  ASSERT_EQ(preview.orders_lost_size(), 1);
  EXPECT_EQ(preview.orders_lost(0), "F2");
  const grpc::Status refused = load("renamed.gmr");
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(reason_of(refused), "REGION_LOSES_ORDERS");
  EXPECT_THAT(refused.error_message(), HasSubstr("F2 stands open by order"));
  EXPECT_TRUE(load("renamed.gmr", nullptr, true).ok());
}

TEST_F(RegionDesk, ARegionThatGrewOrMovedAWireIsTakenWithoutForce) {
  v1::PreviewRegionRequest request;
  request.set_file("grown.gmr");
  v1::PreviewRegionResponse preview;
  ASSERT_TRUE(call<Network>(&Network::Stub::PreviewRegion, request, preview).ok());
  EXPECT_FALSE(preview.overlap().needs_force());
  EXPECT_EQ(preview.overlap().usage_points_kept(), 24U);
  EXPECT_TRUE(load("grown.gmr").ok());
}

TEST_F(RegionDesk, WatchersHearOfTheNewRegionWithItsChangesInOneMessage) {
  ASSERT_TRUE(engine->execute(control_room::crew("C1", {120, 30})));
  ASSERT_TRUE(engine->execute(control_room::gasps({"T3.1", "T3.2", "T3.3", "T4.1", "T4.2", "T4.3"},
                                                  control_room::at_minute(0))));
  clock->set(control_room::at_minute(1));
  ASSERT_TRUE(engine->reassess_now());
  grpc::ClientContext outage_context;
  const auto outages = Outages::NewStub(channel);
  v1::WatchOutagesRequest by_feeder;
  by_feeder.mutable_filter()->set_feeder("S");
  const auto stream = outages->WatchOutages(&outage_context, by_feeder);
  v1::WatchOutagesResponse message;
  ASSERT_TRUE(stream->Read(&message));
  EXPECT_EQ(message.region_change().region(), region().id());
  ASSERT_EQ(message.full_state().outages_size(), 1);
  grpc::ClientContext crew_context;
  const auto crews = v1::CrewService::NewStub(channel);
  v1::WatchAssignmentsRequest assignments;
  assignments.set_crew("C1");
  const auto tablet = crews->WatchAssignments(&crew_context, assignments);
  v1::WatchAssignmentsResponse assigned;
  ASSERT_TRUE(tablet->Read(&assigned));
  EXPECT_TRUE(assigned.has_full_state());

  v1::LoadRegionResponse loaded;
  ASSERT_TRUE(load("grown.gmr", &loaded).ok());
  do {
    ASSERT_TRUE(stream->Read(&message));
    EXPECT_LE(message.revision(), loaded.revision());
  } while (!message.has_region_change());
  EXPECT_EQ(message.revision(), loaded.revision());
  EXPECT_EQ(message.region_change().region(), loaded.region());
  ASSERT_TRUE(message.has_delta());
  ASSERT_EQ(message.delta().changed_size(), 1) << "the feeder's filter means the new region's S";
  EXPECT_EQ(message.delta().changed(0).probable().device(), "F2");
  do {
    ASSERT_TRUE(tablet->Read(&assigned));
  } while (!assigned.has_region_change());
  EXPECT_EQ(assigned.region_change().revision(), loaded.revision());
  outage_context.TryCancel();
  crew_context.TryCancel();
}

TEST_F(RegionDesk, APageTokenOfTheOldRegionIsRefused) {
  v1::TraceDownstreamRequest request;
  request.set_device("B1");
  request.set_page_size(2);
  v1::TraceDownstreamResponse page;
  ASSERT_TRUE(call<Network>(&Network::Stub::TraceDownstream, request, page).ok());
  ASSERT_TRUE(load("grown.gmr").ok());
  request.set_page_token(page.next_page_token());
  const grpc::Status status = call<Network>(&Network::Stub::TraceDownstream, request, page);
  EXPECT_EQ(reason_of(status), "PAGE_TOKEN_INVALID");
}

TEST(RegionCalls, AServerWithoutAFolderTakesNoRegion) {
  server_desk::ServerDesk desk;
  v1::LoadRegionRequest request;
  request.set_file("x.gmr");
  const auto status = desk.refused<Network>(&Network::Stub::LoadRegion, request);
  EXPECT_EQ(reason_of(status), "REGION_LOADING_OFF");
  EXPECT_NE(status.error_message().find("--regions DIR"), std::string::npos)
      << status.error_message();
}

}  // namespace
}  // namespace gridmend::region_calls_test
