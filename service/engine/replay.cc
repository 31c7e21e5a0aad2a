#include "service/engine/replay.h"

namespace gridmend {
namespace {

ErrorPlace place_of(std::uint64_t sequence) {
  return {.file = {}, .layer = "record", .feature_id = std::to_string(sequence), .column = {}};
}

Error at_record(Error error, std::uint64_t sequence) {
  error.message = describe(error);
  error.place = place_of(sequence);
  return error;
}

tl::unexpected<Error> of_another_region(const std::string& journal, const Region& given) {
  return refuse(
      ErrorCode::failed_precondition, "STORE_OF_ANOTHER_REGION",
      "the journal was written for region " + journal + ", this is region " + to_hex(given.id));
}

// What a LoadRegion record stands for, out of its file.
Result<void> open_step(PreparedCommand& command, const State& state, RegionStore* regions) {
  const std::string& id = command.command.load_region().region();
  if (regions == nullptr) return region_missing(id, "nothing was said of where regions lie");
  auto after = regions->find(id);
  if (!after) return unexpected(after.error());
  command.step = make_region_step(state.region(), std::move(*after));
  return {};
}

Result<void> apply(const JournalRecord& record, State& state, RegionStore* regions) {
  if (record.schema_version > kSchemaVersion) {
    return refuse_at(place_of(record.sequence), ErrorCode::failed_precondition, "JOURNAL_TOO_NEW",
                     "the record has schema " + std::to_string(record.schema_version) +
                         "; this program reads up to " + std::to_string(kSchemaVersion));
  }
  const CallPlacer placer = state.call_placer();
  auto command = prepare_payload(record.payload, *state.region(), &placer);
  if (!command) {
    return refuse_at(place_of(record.sequence), ErrorCode::internal, "JOURNAL_DAMAGED",
                     command.error().message);
  }
  command->schema = record.schema_version;
  command->settings_revision = state.settings_revision();
  if (command->command.has_load_region()) {
    if (auto opened = open_step(*command, state, regions); !opened) {
      return unexpected(at_record(opened.error(), record.sequence));
    }
  }
  const auto applied = state.apply(*command, record.time);
  if (!applied || !applied->journaled || applied->answer.revision != record.sequence) {
    return refuse_at(place_of(record.sequence), ErrorCode::internal, "JOURNAL_DIVERGES",
                     applied ? "the command does nothing now" : describe(applied.error()));
  }
  state.settle();
  return {};
}

}  // namespace

Result<std::shared_ptr<const Region>> first_region(const Store& store,
                                                   std::shared_ptr<const Region> given,
                                                   RegionStore* regions) {
  const std::string bound = store.region_id();
  if (bound.empty()) {
    if (given != nullptr) return given;
    return refuse(ErrorCode::invalid_argument, "REGION_NOT_GIVEN",
                  "the journal is new: say which region it is for", "region");
  }
  if (given != nullptr && bound == to_hex(given->id)) return given;
  if (regions != nullptr) {
    auto found = regions->find(bound);
    if (found) return found;
    if (given == nullptr || found.error().reason != "REGION_MISSING") return found;
  }
  if (given == nullptr) return region_missing(bound, "nothing was said of where regions lie");
  return of_another_region(bound, *given);
}

Result<void> check_given_region(const State& state, const Region* given) {
  if (given == nullptr || state.has_held(given->id)) return {};
  auto refused = of_another_region(to_hex(state.region()->id), *given);
  refused.value().message +=
      "; a running server takes another import of it by `gridmend ctl region load`";
  return refused;
}

Result<void> replay(const Store& store, State& state, RegionStore* regions,
                    std::optional<Time> until, const std::function<void(std::uint64_t)>& progress) {
  const std::string bound = store.region_id();
  if (state.revision() == 0 && !bound.empty() && bound != to_hex(state.region()->id))
    return of_another_region(bound, *state.region());
  Result<void> applied;
  auto read = store.read(state.next_sequence(), [&](const JournalRecord& record) {
    if (until && record.time > *until) return false;
    applied = apply(record, state, regions);
    if (applied && progress) progress(record.sequence);
    return applied.has_value();
  });
  return applied ? read : applied;
}

}  // namespace gridmend
