// What the running localiser does beside the plain pass: places of calls, suspected links learnt
// from storms, calls spread over zones, phases; and paging through an outage of everybody while
// evidence comes in. bench_live [USAGE_POINTS]. Figures and the command: README.md.

#include <grpcpp/channel.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "bench/made_town.h"
#include "core/base/random.h"
#include "core/outage/call_places.h"
#include "core/outage/link_ledger.h"
#include "core/outage/outage_book.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "service/engine/engine.h"
#include "service/handlers/server.h"
#include "service/store/memory_store.h"

namespace gridmend {
namespace {

using Watch = std::chrono::steady_clock;

double seconds_since(Watch::time_point begun) {
  return std::chrono::duration<double>(Watch::now() - begun).count();
}

void row(const std::string& what, double milliseconds) {
  std::printf("| %s | %.3g ms |\n", what.c_str(), milliseconds);
  std::fflush(stdout);
}

template <class Work>
double ms(Work&& work) {
  const auto begun = Watch::now();
  work();
  return seconds_since(begun) * 1e3;
}

Time at(double minute) { return Time{} + std::chrono::hours{500'000} + from_seconds(60 * minute); }

std::vector<Id<Device>> transformers_of(const NetworkModel& network) {
  std::vector<Id<Device>> found;
  for (const Id<Device> id : network.devices().ids()) {
    if (network.devices()[id].kind == DeviceKind::power_transformer) found.push_back(id);
  }
  return found;
}

void measure_places(const NetworkModel& network, const PlaceIndex& places, Random& random) {
  const Position middle = network.usage_points()[Id<UsagePoint>{std::size_t{7}}].position;
  row("index of usage points, made by the first question",
      ms([&] { places.nearest_usage_points(middle, 16); }));
  row("index of transformers", ms([&] { places.nearest_transformers(middle, 5); }));
  row("index of addresses", ms([&] { places.like_address("Street 3 Lane 7 No. 12", 16, .6); }));
  const CallPlaceSettings settings;
  const std::size_t n = network.usage_points().size();
  row("one call with a position placed",
      ms([&] {
        for (int i = 0; i < 1000; ++i) {
          const Id<UsagePoint> id{static_cast<std::size_t>(random.below(n))};
          call_places(network, places, network.usage_points()[id].position, {}, settings);
        }
      }) / 1000);
  std::size_t found = 0;
  row("one call with an address placed",
      ms([&] {
        for (int i = 0; i < 1000; ++i) {
          const Id<UsagePoint> id{static_cast<std::size_t>(random.below(n))};
          const auto whom = call_places(network, places, {},
                                        network.text(network.usage_points()[id].address), settings);
          found += std::ranges::any_of(
              whom, [&](const CallPlace& place) { return place.usage_point == id; });
        }
      }) / 1000);
  if (found != 1000) std::printf("only %zu addresses of 1000 were found\n", found);
}

// A share of the transformers goes dark; their meters gasp and come back.
std::vector<DarkSpell> storm(const NetworkModel& network, double share, Random& random,
                             EvidenceBook& book) {
  std::vector<DarkSpell> spells;
  IdVector<Device, char> dark(network.devices().size());
  for (const Id<Device> id : transformers_of(network)) {
    if (!random.chance(share)) continue;
    dark[id] = 1;
    spells.push_back({id, at(0), at(random.uniform(60, 240))});
  }
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    if (dark[network.usage_points()[id].transformer] == 0 || !random.chance(.8)) continue;
    book.record({"", at(0), at(0), "", LastGasp{id}});
    book.record({"", at(250), at(250), "", PowerUp{id}});
  }
  return spells;
}

void measure_links(const NetworkModel& network, std::shared_ptr<const PlaceIndex> places,
                   Random& random) {
  LinkLedger ledger{network, {}, {}, std::move(places)};
  for (const double share : {.01, .1, .9}) {
    EvidenceBook book{network};
    const std::vector<DarkSpell> spells = storm(network, share, random, book);
    char what[80];
    std::snprintf(what, sizeof what, "a storm of %zu dark transformers recorded", spells.size());
    row(what, ms([&] { ledger.record(spells, book); }));
  }
  std::size_t suspected = 0;
  row("what is suspected", ms([&] { suspected = ledger.suspected()->rows().size(); }));
  std::printf("| pairs kept, of them suspected | %zu, %zu |\n", ledger.suspicions().size(),
              suspected);
}

// Every fortieth transformer dark, each fourth of them on one phase only.
void measure_localisation(const NetworkModel& network, const PlaceIndex& places, Random& random) {
  const InferenceForest forest =
      InferenceForest::contract(SupplyForest::derive(network, SwitchState{network}));
  const SwitchState switches{network};
  const Water dry;
  LocaliserSettings settings;
  EvidenceBook book{network};
  std::vector<Id<UsagePoint>> dark;
  for (const Id<Device> id : transformers_of(network)) {
    if (!random.chance(1.0 / 40)) continue;
    const bool one_phase = random.chance(.25);
    for (const Id<UsagePoint> point : forest.usage_points_behind(forest.zone_of(id))) {
      if (one_phase && network.usage_points()[point].phases != PhaseSet{1}) continue;
      dark.push_back(point);
      if (random.chance(.8)) book.record({"", at(0), at(0), "", LastGasp{point}});
    }
  }
  SuspectedLinks links;
  const auto localise_now = [&] {
    OutageUpdate update =
        update_outages({forest, book, dry, at(10), links}, switches, OutageBook{}, settings);
    return update.book.outages.size();
  };
  settings.outages.by_phases_zones = 0;
  std::size_t outages = 0;
  row("outages from nothing, phases not told apart", ms([&] { outages = localise_now(); }));
  settings.outages.by_phases_zones = LocaliserSettings{}.outages.by_phases_zones;
  row("the same with phases, up to 20,000 zones", ms([&] { outages = localise_now(); }));
  settings.outages.by_phases_zones = 0xffffffff;
  row("the same with phases wherever they are heard of", ms([&] { outages = localise_now(); }));
  settings.outages.by_phases_zones = 0;
  std::vector<SuspectedLink> rows;
  for (const Id<UsagePoint> id : network.usage_points().ids()) {
    if (!random.chance(.05)) continue;
    const Id<Device> declared = network.usage_points()[id].transformer;
    for (const Id<Device> other :
         places.nearest_transformers(network.usage_points()[id].position, 2)) {
      if (other == declared) continue;
      rows.push_back({id, declared, other, static_cast<float>(random.uniform(.2, .9))});
      break;
    }
  }
  links = *SuspectedLinks::from_rows(std::move(rows), network);
  row("the same with one customer in twenty suspected, phases not told apart",
      ms([&] { outages = localise_now(); }));
  links = {};
  for (int i = 0; i < 10'000; ++i) {
    const Id<UsagePoint> id = dark[random.below(dark.size())];
    const Position there = network.usage_points()[id].position;
    const Position from =
        LocalPlane{there}.to_position({random.uniform(-20, 20), random.uniform(-20, 20)});
    book.record(
        {"", at(5), at(5), "",
         TroubleCall{
             {}, from, {}, "", call_places(network, places, from, {}, settings.call_places)}});
  }
  row("the same with 10,000 calls that only have a position",
      ms([&] { outages = localise_now(); }));
}

struct Latencies {
  std::vector<double> ms;
  void print(const std::string& what) {
    std::ranges::sort(ms);
    const auto share = [&](double p) {
      return ms[static_cast<std::size_t>(p * static_cast<double>(ms.size() - 1))];
    };
    std::printf("| %s, p50 / p99 / worst | %.2f / %.2f / %.2f ms |\n", what.c_str(), share(.5),
                share(.99), ms.back());
  }
};

Command ping(std::uint64_t number, std::size_t usage_points) {
  Command command;
  command.set_actor("ami");
  v1::Evidence& item = *command.mutable_submit_evidence()->add_evidence();
  item.set_idempotency_key(std::to_string(number));
  item.set_source("ami");
  item.mutable_event_time()->set_seconds(500'000 * 3600LL);
  item.mutable_ping_result()->set_usage_point("UC" + std::to_string(number * 7919 % usage_points));
  item.mutable_ping_result()->set_answered(false);
  return command;
}

// Writes one item after the other until `stop`, and says how long each took to be acknowledged.
Latencies ingest(Engine& engine, std::uint64_t first, const std::atomic<bool>& stop) {
  Latencies latencies;
  const std::size_t n = engine.region()->network.usage_points().size();
  for (std::uint64_t i = first; !stop; ++i) {
    latencies.ms.push_back(ms([&] {
      if (!engine.execute(ping(i, n))) std::abort();
    }));
  }
  return latencies;
}

void measure_paging(const std::shared_ptr<const Region>& region) {
  auto clock = std::make_shared<ManualClock>(at(1));
  auto opened = Engine::open(
      region, std::make_unique<MemoryStore>(std::make_shared<MemoryStore::Contents>()), clock);
  if (!opened) std::abort();
  Engine& engine = **opened;
  // Every feeder's breaker was switched off in one order each; merged they are one outage.
  std::vector<std::string> breakers;
  for (const Id<Device> id : region->network.devices().ids()) {
    if (region->network.devices()[id].kind == DeviceKind::breaker)
      breakers.emplace_back(region->network.mrid(id));
  }
  Command off;
  off.set_actor("operator/li");
  for (const std::string& name : breakers) {
    v1::Evidence& item = *off.mutable_submit_evidence()->add_evidence();
    item.set_idempotency_key("off " + name);
    item.set_source("operator");
    item.mutable_event_time()->set_seconds(500'000 * 3600LL);
    item.mutable_switch_position()->set_device(name);
    item.mutable_switch_position()->set_position(v1::SwitchPosition::OPEN);
    item.mutable_switch_position()->set_reason(v1::SwitchPosition::PLANNED);
  }
  if (!engine.execute(std::move(off)) || !engine.reassess_now()) std::abort();
  std::vector<std::string> ids;
  for (const auto& [id, record] : *engine.world()->outages) ids.push_back(id);
  Command merge;
  merge.set_actor("operator/li");
  for (std::size_t begin = 1; begin < ids.size(); begin += 100) {
    merge.mutable_merge_outages()->set_id(ids[0]);
    merge.mutable_merge_outages()->clear_merged();
    for (std::size_t i = begin; i < std::min(begin + 100, ids.size()); ++i)
      merge.mutable_merge_outages()->add_merged(ids[i]);
    if (!engine.execute(merge)) std::abort();
  }
  ServerSettings settings;
  settings.listen = "127.0.0.1:0";
  auto server = Server::start(engine, *clock, settings);
  if (!server) std::abort();
  std::atomic<bool> stop{false};
  Latencies alone, beside;
  std::thread quiet([&] { alone = ingest(engine, 1, stop); });
  std::this_thread::sleep_for(std::chrono::seconds{5});
  stop = true;
  quiet.join();
  stop = false;
  std::thread busy([&] { beside = ingest(engine, 1'000'000'000, stop); });
  const auto stub = v1::OutageService::NewStub((*server)->in_process_channel());
  v1::ListAffectedUsagePointsRequest request;
  request.set_outage(ids[0]);
  request.set_page_size(1000);
  Latencies pages;
  std::size_t listed = 0;
  std::uint32_t total = 0;
  do {
    v1::ListAffectedUsagePointsResponse response;
    pages.ms.push_back(ms([&] {
      grpc::ClientContext context;
      if (!stub->ListAffectedUsagePoints(&context, request, &response).ok()) std::abort();
    }));
    listed += static_cast<std::size_t>(response.usage_points_size());
    total = response.total_size();
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  stop = true;
  busy.join();
  std::printf("| usage points listed, of | %zu, %u |\n", listed, total);
  pages.print("a page of 1,000");
  alone.print("one item acknowledged, nobody reads");
  beside.print("one item acknowledged, somebody pages");
}

int run(std::uint32_t usage_points) {
  Random random{20261128};
  const auto region = made_town(usage_points, random);
  const NetworkModel& network = region->network;
  std::printf("%zu usage points, %zu devices\n\n| | |\n| --- | --- |\n",
              network.usage_points().size(), network.devices().size());
  const auto places = std::make_shared<const PlaceIndex>(network);
  measure_places(network, *places, random);
  measure_links(network, places, random);
  measure_localisation(network, *places, random);
  measure_paging(region);
  return 0;
}

}  // namespace
}  // namespace gridmend

int main(int argc, char** argv) {
  const long usage_points = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1'000'000;
  if (usage_points < 1000 || usage_points > 10'000'000) {
    std::fprintf(stderr, "bench_live [USAGE_POINTS]\n");
    return 2;
  }
  return gridmend::run(static_cast<std::uint32_t>(usage_points));
}
