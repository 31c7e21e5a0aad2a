#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/hash.h"
#include "service/engine/draft.h"
#include "service/engine/prepared_command.h"
#include "service/engine/request_book.h"

namespace gridmend {

// What a command did.
struct Applied {
  Answer answer;
  bool journaled = true;  // false: there was nothing to do, the journal need not know
  std::vector<Change> changes;
};

// The state and its one rule: what it is depends on regions, settings and the accepted commands
// with their sequences and times, and on nothing else. One thread uses it.
//
// Commands are applied between begin() and either settle(), once they are durable, or take_back().
// What an act reads of the evidence book is as of the last settle(), so a command that
// reads_evidence() must be the first after one. Replaying, where everything is durable already,
// settles after each.
class State {
 public:
  State(std::shared_ptr<const Region> region, StateSettings settings);

  // The sequence the next accepted command gets.
  std::uint64_t next_sequence() const { return revision_ + 1; }

  // A refused command, and one that is not journaled, leave the state as it was.
  Result<Applied> apply(const PreparedCommand& command, Time time);
  static bool reads_evidence(const Command& command) {
    return command.has_reassess() || command.has_load_region();
  }

  // What a LoadRegion would make of the state; nothing stays of it. Between two batches.
  Result<v1::RegionCarryOver> preview(const PreparedCommand& command, Time time);

  void begin();      // keep what is there, so that it can be taken back
  void take_back();  // everything since begin()
  void settle();     // everything so far stays

  // Shares the state with the World that is answered.
  std::shared_ptr<const World> publish();

  // Over a canonical serialisation of all of it. Only between settle() and the next apply().
  Hash128 hash() const;

  std::uint64_t revision() const { return revision_; }
  Time time() const { return time_; }
  const StateSettings& settings() const { return settings_; }
  const std::shared_ptr<const Region>& region() const { return region_; }
  // Gives calls that name no usage point their places; dies with the region.
  CallPlacer call_placer() const { return {*places_, draft_.localiser->call_places}; }
  // As World's.
  const LocaliserSettings& localiser() const { return *draft_.localiser; }
  std::uint64_t settings_revision() const { return draft_.settings_revision; }
  // Is it the present region, or was it one before?
  bool has_held(const Hash128& region) const;

 private:
  Result<Answer> act(Workbench& bench, const PreparedCommand& command);
  void hear(const Evidence& item);
  void forget_old_calls(Workbench& bench);
  void forget_calls_without_force(Workbench& bench);
  void save_evidence();
  Result<Answer> load(const PreparedCommand& command, Time time, std::vector<Change>& changes);
  Workbench bench(const PreparedCommand& command, Time time, std::vector<Change>& changes);

  std::shared_ptr<const Region> region_;
  std::shared_ptr<PreparedRoads> roads_;  // of the region last published
  StateSettings settings_;
  std::shared_ptr<const PlaceIndex> places_;  // of region_
  Draft draft_;
  KeySet keys_;
  RequestBook requests_;
  EvidenceBook evidence_;
  EvidenceUses uses_;
  std::shared_ptr<RefusedAlone> refused_alone_ = std::make_shared<RefusedAlone>();
  std::vector<Heard> heard_;  // not yet in evidence_
  std::uint64_t revision_ = 0;
  Time time_{};

  struct Saved {
    Draft draft;
    std::uint64_t revision;
    Time time;
    std::shared_ptr<const Region> region;
    std::shared_ptr<const PlaceIndex> places;
    std::optional<EvidenceBook> evidence;  // only where it is not what settle() made of it
  };
  std::unique_ptr<Saved> saved_;
};

}  // namespace gridmend
