// OSRM (multi-level Dijkstra) on the graph that bench_hierarchy wrote, asked the same:
//   bench_hierarchy FILE | VERTICES --export DIR
//   peer_osrm DIR --write
//   osrm-extract -p PREFIX/share/osrm/profiles/car.lua DIR/graph.osm
//   osrm-partition DIR/graph.osrm
//   osrm-customize DIR/graph.osrm
//   peer_osrm DIR
// Built when GRIDMEND_OSRM names the prefix of an installed OSRM 5. It snaps positions, knows turns
// and rounds speeds, so its times are compared and its lengths are not.

#include <osrm/coordinate.hpp>
#include <osrm/engine_config.hpp>
#include <osrm/json_container.hpp>
#include <osrm/osrm.hpp>
#include <osrm/route_parameters.hpp>
#include <osrm/status.hpp>
#include <osrm/table_parameters.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numbers>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/figures.h"
#include "bench/peers/exported_streets.h"

namespace {

using gridmend::ExportedStreets;
using gridmend::least_milliseconds;
using gridmend::median;
using gridmend::milliseconds;
using gridmend::row;

double metres(const ExportedStreets& streets, unsigned from, unsigned to) {
  constexpr double kRadians = std::numbers::pi / 180;
  constexpr double kEarthRadius_m = 6'371'000;
  const double middle = (streets.latitude[from] + streets.latitude[to]) / 2 * kRadians;
  const double east = (streets.longitude[to] - streets.longitude[from]) * std::cos(middle);
  const double north = streets.latitude[to] - streets.latitude[from];
  return std::hypot(east, north) * kRadians * kEarthRadius_m;
}

// Weights are milliseconds.
int speed_kmh(const ExportedStreets& streets, unsigned from, unsigned arc) {
  const double milliseconds = std::max(1U, streets.weight[arc]);
  const double kmh = metres(streets, from, streets.head[arc]) / milliseconds * 3'600;
  return static_cast<int>(std::lround(std::clamp(kmh, 5.0, 130.0)));
}

bool runs_back(const ExportedStreets& streets, unsigned from, unsigned arc) {
  const unsigned to = streets.head[arc];
  for (unsigned back = streets.first_out[to]; back < streets.first_out[to + 1]; ++back) {
    if (streets.head[back] == from && streets.weight[back] == streets.weight[arc]) return true;
  }
  return false;
}

void write_way(std::FILE* out, const ExportedStreets& streets, unsigned from, unsigned arc) {
  const unsigned to = streets.head[arc];
  const bool two_way = runs_back(streets, from, arc);
  if (to == from || (two_way && to < from)) return;
  std::fprintf(out,
               "<way id=\"%u\" version=\"1\"><nd ref=\"%u\"/><nd ref=\"%u\"/>"
               "<tag k=\"highway\" v=\"residential\"/><tag k=\"oneway\" v=\"%s\"/>"
               "<tag k=\"maxspeed\" v=\"%d\"/></way>\n",
               arc + 1, from + 1, to + 1, two_way ? "no" : "yes", speed_kmh(streets, from, arc));
}

void write_osm(const ExportedStreets& streets, const std::string& path) {
  std::FILE* out = std::fopen(path.c_str(), "w");
  if (out == nullptr) throw std::runtime_error{"cannot write " + path};
  std::fprintf(out, "<osm version=\"0.6\">\n");
  for (unsigned v = 0; v < streets.vertices(); ++v) {
    std::fprintf(out, "<node id=\"%u\" version=\"1\" lat=\"%.7f\" lon=\"%.7f\"/>\n", v + 1,
                 static_cast<double>(streets.latitude[v]),
                 static_cast<double>(streets.longitude[v]));
  }
  for (unsigned v = 0; v < streets.vertices(); ++v) {
    for (unsigned arc = streets.first_out[v]; arc < streets.first_out[v + 1]; ++arc) {
      write_way(out, streets, v, arc);
    }
  }
  std::fprintf(out, "</osm>\n");
  if (std::fclose(out) != 0) throw std::runtime_error{"cannot write " + path};
}

class Peer {
 public:
  Peer(const ExportedStreets& streets, const std::string& base)
      : streets_{streets}, config_{config_of(base)}, osrm_{config_} {}

  void measure_pairs() {
    osrm::RouteParameters bare;
    bare.overview = osrm::RouteParameters::OverviewType::False;
    osrm::RouteParameters whole;
    whole.overview = osrm::RouteParameters::OverviewType::Full;
    measure_pairs("query of a pair", bare);
    measure_pairs("query of a pair with its way", whole);
  }

  void measure_matrix(unsigned size) {
    osrm::TableParameters table;
    for (unsigned i = 0; i < 2 * size; ++i) {
      table.coordinates.push_back(draw());
      (i < size ? table.sources : table.destinations).push_back(i);
    }
    row("matrix " + std::to_string(size) + " x " + std::to_string(size),
        least_milliseconds(3,
                           [&] {
                             osrm::engine::api::ResultT result = osrm::json::Object();
                             if (osrm_.Table(table, result) != osrm::Status::Ok) {
                               throw std::runtime_error{"OSRM refused a matrix"};
                             }
                           }),
        "ms");
  }

 private:
  static osrm::EngineConfig config_of(const std::string& base) {
    osrm::EngineConfig config;
    config.storage_config = {base};
    config.use_shared_memory = false;
    config.algorithm = osrm::EngineConfig::Algorithm::MLD;
    return config;
  }

  osrm::util::Coordinate draw() {
    const auto vertex = random_() % streets_.vertices();
    return osrm::util::Coordinate{osrm::util::FloatLongitude{streets_.longitude[vertex]},
                                  osrm::util::FloatLatitude{streets_.latitude[vertex]}};
  }

  void measure_pairs(const std::string& what, osrm::RouteParameters route) {
    std::vector<double> microseconds;
    int without = 0;
    for (int i = 0; i < 10'000; ++i) {
      route.coordinates = {draw(), draw()};
      osrm::engine::api::ResultT result = osrm::json::Object();
      osrm::Status status = osrm::Status::Error;
      const double took = milliseconds([&] { status = osrm_.Route(route, result); });
      if (status == osrm::Status::Ok) {
        microseconds.push_back(took * 1000);
      } else {
        ++without;
      }
    }
    row(what + " (median; " + std::to_string(without) + " without)", median(microseconds), "us");
  }

  const ExportedStreets& streets_;
  osrm::EngineConfig config_;  // OSRM takes it by a reference that is not const
  osrm::OSRM osrm_;
  std::mt19937 random_{1};
};

}  // namespace

int main(int argc, char** argv) {
  const bool write = argc == 3 && std::string{argv[2]} == "--write";
  if (argc != 2 && !write) {
    std::fprintf(stderr, "usage: peer_osrm DIR [--write]\n");
    return 2;
  }
  try {
    const std::string folder = argv[1];
    const ExportedStreets streets{folder};
    if (write) {
      write_osm(streets, folder + "/graph.osm");
      return 0;
    }
    Peer peer{streets, folder + "/graph.osrm"};
    peer.measure_pairs();
    peer.measure_matrix(100);
    peer.measure_matrix(1000);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
