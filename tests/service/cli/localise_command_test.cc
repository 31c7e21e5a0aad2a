#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <vector>

#include "core/base/random.h"
#include "data/ingest/road_graph_builder.h"
#include "data/region/region.h"
#include "tests/drawing/feeder_drawing.h"
#include "tests/service/cli/program.h"

namespace gridmend::localise_command_test {
namespace {

namespace fs = std::filesystem;
using Row = std::map<std::string, std::string>;

std::vector<Row> read_csv(const fs::path& file) {
  std::ifstream in{file};
  std::vector<std::string> header;
  std::vector<Row> rows;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> cells;
    std::istringstream parts{line};
    for (std::string cell; std::getline(parts, cell, ',');) cells.push_back(cell);
    if (header.empty()) {
      header = cells;
      continue;
    }
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < header.size() && i < cells.size(); ++i) row[header[i]] = cells[i];
  }
  return rows;
}

class LocaliseCommand : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path{testing::TempDir()} /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
    auto roads = RoadGraph::from_records(RoadGraphBuilder{}.finish(RoadOrigin::synthetic));
    ASSERT_TRUE(roads);
    const Region region{drawing::draw(R"(
      S==B1--n1--F1--n2--T1(6)
             |       |
             |       n3--T2(4)
             |
             n4--F2--n5--T3(5)
    )"),
                        std::move(*roads),
                        {},
                        {},
                        {}};
    const auto written = write_region(region, folder_ / "r.gmr");
    ASSERT_TRUE(written) << describe(written.error());
  }
  void TearDown() override { fs::remove_all(folder_); }

  void hear(const std::vector<std::string>& dead) const {
    std::ofstream out{folder_ / "e.jsonl"};
    for (const std::string& id : dead) {
      out << R"({"idempotencyKey":")" << id
          << R"(","eventTime":"2026-07-20T02:00:01Z","source":"ami","lastGasp":{"usagePoint":")"
          << id << "\"}}\n";
    }
  }

  int run(const std::string& arguments) {
    const Ran ran = run_in_shell("cd '" + folder_.string() + "' && '" GRIDMEND_PROGRAM "' " +
                                 arguments + " 2>&1");
    output_ = ran.output;
    return ran.exit_code;
  }

  fs::path folder_;
  std::string output_;
};

TEST_F(LocaliseCommand, NamesTheFuseAndWhoIsDark) {
  hear({"T1.1", "T1.2", "T1.4", "T1.5", "T1.6", "T2.1", "T2.2", "T2.3", "T2.4"});
  ASSERT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:05:01Z -o o.jsonl"), 0) << output_;
  std::ifstream in{folder_ / "o.jsonl"};
  std::string line;
  ASSERT_TRUE(std::getline(in, line));
  const auto json = nlohmann::json::parse(line, nullptr, false);
  ASSERT_FALSE(json.is_discarded()) << line;
  EXPECT_EQ(json["probable"]["device"], "F1");
  EXPECT_EQ(json["customersAffected"], 10);
  EXPECT_FALSE(std::getline(in, line));
}

TEST_F(LocaliseCommand, BelievesWhatTheSettingsSay) {
  hear({"T1.1"});
  ASSERT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:05:01Z --devices d1.csv -o o.jsonl"), 0);
  std::ofstream{folder_ / "s.toml"} << "[reliability]\nlast_gasp_false = 0.3\n";
  ASSERT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:05:01Z --devices d2.csv -o o.jsonl "
                "--settings s.toml"),
            0)
      << output_;
  const auto p_open = [&](const char* file) {
    for (const Row& row : read_csv(folder_ / file)) {
      if (row.at("id") == "T1") return std::stod(row.at("p_open"));
    }
    return -1.0;
  };
  EXPECT_LT(p_open("d2.csv"), p_open("d1.csv"));
  std::ofstream{folder_ / "s.toml"} << "[reliability]\nlast_gasp_false = 3\n";
  EXPECT_EQ(run("localise r.gmr e.jsonl --settings s.toml"), 1);
}

TEST_F(LocaliseCommand, WeighsASwitchNobodyIsSureOfWhereverItIsAskedAbout) {
  hear({"T1.1"});
  std::ofstream{folder_ / "e.jsonl", std::ios::app}
      << R"({"eventTime":"2026-07-20T02:00:00Z","source":"operator/li",)"
      << R"("switchPosition":{"device":"F2","position":"UNKNOWN","origin":"OPERATOR"}})"
      << "\n";
  ASSERT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:05:01Z -o o.jsonl --devices d.csv"
                " --usage-points u.csv"),
            0)
      << output_;
  double open = 0, out = 0;
  for (const Row& row : read_csv(folder_ / "d.csv")) {
    if (row.at("id") == "F2") open = std::stod(row.at("p_open"));
  }
  for (const Row& row : read_csv(folder_ / "u.csv")) {
    if (row.at("id") == "T3.1") out = std::stod(row.at("p_out"));
  }
  // Two ways to stand, and silence does not rule one out.
  EXPECT_GT(open, .1);
  EXPECT_LT(open, .9);
  EXPECT_GT(out, .1);
}

TEST_F(LocaliseCommand, WritesThePosteriorsThatItsOutagesAreOf) {
  // The fuse blows, and half an hour later the breaker above it trips: two outages, told over time.
  std::ofstream out{folder_ / "e.jsonl"};
  const auto gasp = [&out](const std::string& transformer, int meters, const char* time) {
    for (int i = 1; i <= meters; ++i) {
      out << R"({"eventTime":"2026-07-20T)" << time << R"(Z","source":"ami","lastGasp":)"
          << R"({"usagePoint":")" << transformer << "." << i << "\"}}\n";
    }
  };
  gasp("T1", 6, "02:00:00");
  gasp("T2", 4, "02:00:00");
  gasp("T3", 5, "02:30:00");
  out.close();
  ASSERT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:40:00Z -o o.jsonl --devices d.csv "
                "--usage-points u.csv"),
            0)
      << output_;
  std::map<std::string, double> active;
  for (const Row& row : read_csv(folder_ / "d.csv"))
    active[row.at("id")] = std::stod(row.at("p_active"));
  std::set<std::string> named;
  std::ifstream in{folder_ / "o.jsonl"};
  for (std::string line; std::getline(in, line);) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    const std::string device = json["probable"]["device"];
    named.insert(device);
    EXPECT_NEAR(active.at(device), json["probable"]["probability"], 1e-9) << device;
  }
  EXPECT_TRUE(named.contains("F1")) << "what went first is known over time only";
  EXPECT_EQ(named.size(), 2U);
}

TEST_F(LocaliseCommand, HearsCallsThatOnlyHaveAPositionAndCountsThoseFromNowhere) {
  const auto region = open_region(folder_ / "r.gmr");
  ASSERT_TRUE(region);
  const NetworkModel& network = region->network;
  const Position there = network.usage_points()[drawing::usage_point(network, "T3.1")].position;
  std::ofstream out{folder_ / "e.jsonl"};
  const auto call = [&out](int number, Position from) {
    out << R"({"idempotencyKey":"c)" << number << R"(","eventTime":"2026-07-20T02:0)" << number
        << R"(:00Z","source":"95598","troubleCall":{"position":{"longitudeDeg":)"
        << std::to_string(from.longitude_deg) << R"(,"latitudeDeg":)"
        << std::to_string(from.latitude_deg) << "}}}\n";
  };
  for (int i = 0; i < 5; ++i) call(i, LocalPlane{there}.to_position({1.0 * i, -3.0}));
  call(5, {121, 31});
  out.close();
  ASSERT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:10:00Z -o o.jsonl"), 0) << output_;
  EXPECT_THAT(output_, testing::HasSubstr("6 items heard"));
  EXPECT_THAT(output_, testing::HasSubstr("1 of no use"));
  std::ifstream in{folder_ / "o.jsonl"};
  std::string line;
  ASSERT_TRUE(std::getline(in, line)) << output_;
  const auto json = nlohmann::json::parse(line, nullptr, false);
  EXPECT_THAT(json["probable"]["device"].get<std::string>(), testing::AnyOf("T3", "F2")) << line;
  EXPECT_EQ(json["customersAffected"], 5);
}

// One clock that is years ahead must not move "now" there: nothing would be fresh any more.
TEST_F(LocaliseCommand, AnItemDatedYearsAheadMovesNothing) {
  const std::vector<std::string> dark{"T1.1", "T1.2", "T1.4", "T1.5", "T1.6",
                                      "T2.1", "T2.2", "T2.3", "T2.4"};
  hear(dark);
  ASSERT_EQ(run("localise r.gmr e.jsonl -o plain.jsonl"), 0) << output_;
  for (const char* year : {"2030-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    hear(dark);
    std::ofstream{folder_ / "e.jsonl", std::ios::app}
        << R"({"eventTime":")" << year << R"(","source":"ami","powerUp":{"usagePoint":"T3.1"}})"
        << "\n";
    ASSERT_EQ(run("localise r.gmr e.jsonl -o ahead.jsonl"), 0) << output_;
    EXPECT_NE(output_.find("until 2026-07-20T02:00:01"), std::string::npos) << output_;
    EXPECT_NE(output_.find("9 items heard"), std::string::npos) << output_;
    EXPECT_NE(output_.find("1 items are dated ahead"), std::string::npos) << output_;
    std::ifstream plain{folder_ / "plain.jsonl"}, ahead{folder_ / "ahead.jsonl"};
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(plain), {}),
              std::string(std::istreambuf_iterator<char>(ahead), {}));
  }
  // Where receipts are told they say what can be meant.
  hear(dark);
  std::ofstream{folder_ / "e.jsonl", std::ios::app}
      << R"({"eventTime":"2026-07-20T08:00:00Z","receiveTime":"2026-07-20T02:01:00Z",)"
      << R"("source":"ami","powerUp":{"usagePoint":"T3.1"}})"
      << "\n";
  ASSERT_EQ(run("localise r.gmr e.jsonl -o ahead.jsonl"), 0) << output_;
  EXPECT_NE(output_.find("until 2026-07-20T02:00:01"), std::string::npos) << output_;
}

TEST_F(LocaliseCommand, RefusesByNameAndExitCode) {
  hear({"T1.1"});
  EXPECT_EQ(run("localise none.gmr e.jsonl"), 1);
  EXPECT_THAT(output_, testing::HasSubstr("none.gmr"));
  EXPECT_EQ(run("localise r.gmr none.jsonl"), 1);
  EXPECT_THAT(output_, testing::HasSubstr("none.jsonl"));
  EXPECT_EQ(run("localise r.gmr e.jsonl --at yesterday"), 2);
  EXPECT_EQ(run("localise r.gmr"), 2);
  std::ofstream{folder_ / "e.jsonl"} << "rubbish\n{}\n[1]\n";
  EXPECT_EQ(run("localise r.gmr e.jsonl"), 1);
  EXPECT_THAT(output_, testing::HasSubstr("e.jsonl, line 1"));
}

TEST_F(LocaliseCommand, SkipsWhatItCannotReadAndSaysWhere) {
  hear({"T3.1", "T3.2", "T3.3", "T3.5", "nobody"});
  std::ofstream{folder_ / "e.jsonl", std::ios::app} << "\n\xff\xfe{\"eventTime\":7}\n";
  EXPECT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:05:01Z -o o.jsonl"), 0);
  EXPECT_THAT(output_, testing::HasSubstr("line 5"));
  EXPECT_THAT(output_, testing::HasSubstr("2 lines refused"));
}

TEST_F(LocaliseCommand, SurvivesMutatedEvidence) {
  hear({"T1.1", "T1.2", "T2.1", "T3.1", "T3.2"});
  std::ifstream in{folder_ / "e.jsonl"};
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  Random random{12};
  for (int round = 0; round < 25; ++round) {
    std::string bad = good;
    for (int i = 0; i < 12; ++i)
      bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    std::ofstream{folder_ / "e.jsonl", std::ios::binary} << bad;
    const int code = run("localise r.gmr e.jsonl -o o.jsonl");
    EXPECT_TRUE(code == 0 || code == 1) << "seed 12, round " << round << ": " << output_;
  }
}

double log_sum(double a, double b) {
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

// From the files alone, with the documented defaults written out: nothing of the localiser is used.
struct Recomputed {
  std::vector<std::string> id;
  std::vector<double> p_active, p_open;
};

Recomputed recompute(const std::vector<Row>& rows, const std::set<std::string>& gasped,
                     double seconds) {
  const double eps = .002, calls_false = .0005;
  const double rho = .8, rho_heard = rho * (1 - std::exp2(-seconds / 10));
  const double calls = .1 * (1 - std::exp2(-seconds / 1800));
  std::map<std::string, std::size_t> place;
  Recomputed all;
  std::vector<std::size_t> parent;
  std::vector<double> q, up_live, up_dead, down_live, down_dead;
  std::vector<bool> silent;
  for (const Row& row : rows) {
    if (row.at("kind") == "usage_point") {
      const std::size_t z = place.at(row.at("parent"));
      const bool gasp = gasped.contains(row.at("id"));
      const double p = std::stod(row.at("prior"));
      const double live = std::log(1 - calls_false), dead = std::log(1 - calls);
      const double link_live = std::log(gasp ? eps : 1 - eps);
      const double link_dead = std::log(gasp ? rho : 1 - rho_heard);
      up_live[z] += log_sum(std::log(1 - p) + live + link_live, std::log(p) + dead + link_dead);
      up_dead[z] += dead + link_dead;
      down_live[z] += log_sum(std::log(1 - p) + live, std::log(p) + dead);
      down_dead[z] += dead;
      if (gasp) silent[z] = false;
      continue;
    }
    place[row.at("id")] = all.id.size();
    all.id.push_back(row.at("id"));
    parent.push_back(row.at("parent").empty() ? SIZE_MAX : place.at(row.at("parent")));
    q.push_back(std::stod(row.at("prior")));
    for (auto* column : {&up_live, &up_dead, &down_live, &down_dead}) column->push_back(0);
    silent.push_back(true);
  }
  const std::size_t n = all.id.size();
  std::vector<double> s(n), r(n), live(n);
  for (std::size_t v = n; v-- > 0;) {
    double if_live = std::log(.99) + up_live[v], if_dead = std::log(.7) + up_dead[v];
    if (silent[v]) {
      if_live = log_sum(if_live, std::log(.01) + down_live[v]);
      if_dead = log_sum(if_dead, std::log(.3) + down_dead[v]);
    }
    s[v] += if_live - if_dead;
    r[v] = log_sum(std::log(1 - q[v]) + s[v], std::log(q[v]));
    if (parent[v] != SIZE_MAX) s[parent[v]] += r[v];
  }
  for (std::size_t v = 0; v < n; ++v) {
    const double fed = parent[v] == SIZE_MAX ? 1 : live[parent[v]];
    all.p_active.push_back(fed * q[v] * std::exp(-r[v]));
    all.p_open.push_back(all.p_active.back() + (1 - fed) * q[v]);
    live[v] = fed * std::exp(std::log(1 - q[v]) + s[v] - r[v]);
  }
  return all;
}

TEST_F(LocaliseCommand, AnyoneCanRecomputeItFromTheFiles) {
  const std::vector<std::string> dead{"T1.1", "T1.3", "T1.4", "T2.2", "T2.3", "T3.4"};
  hear(dead);
  ASSERT_EQ(run("inspect r.gmr --supply-tree t.csv"), 0) << output_;
  ASSERT_EQ(run("localise r.gmr e.jsonl --at 2026-07-20T02:05:01Z -o o.jsonl --devices d.csv "
                "--usage-points u.csv"),
            0)
      << output_;
  const Recomputed all = recompute(read_csv(folder_ / "t.csv"), {dead.begin(), dead.end()}, 300);
  const std::vector<Row> devices = read_csv(folder_ / "d.csv");
  ASSERT_EQ(devices.size(), 6u);
  ASSERT_EQ(all.id.size(), devices.size());
  for (std::size_t v = 0; v < devices.size(); ++v) {
    EXPECT_EQ(devices[v].at("id"), all.id[v]);
    EXPECT_NEAR(std::stod(devices[v].at("p_active")), all.p_active[v], 1e-9) << all.id[v];
    EXPECT_NEAR(std::stod(devices[v].at("p_open")), all.p_open[v], 1e-9) << all.id[v];
  }
  EXPECT_EQ(read_csv(folder_ / "u.csv").size(), 15u);
}

}  // namespace
}  // namespace gridmend::localise_command_test
