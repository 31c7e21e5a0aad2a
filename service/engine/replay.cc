#include "service/engine/replay.h"

namespace gridmend {
namespace {

ErrorPlace place_of(std::uint64_t sequence) {
  return {.file = {}, .layer = "record", .feature_id = std::to_string(sequence), .column = {}};
}

Result<void> apply(const JournalRecord& record, const Region& region, State& state) {
  if (record.schema_version > kSchemaVersion) {
    return refuse_at(place_of(record.sequence), ErrorCode::failed_precondition, "JOURNAL_TOO_NEW",
                     "the record has schema " + std::to_string(record.schema_version) +
                         "; this program reads up to " + std::to_string(kSchemaVersion));
  }
  auto command = prepare_payload(record.payload, region);
  if (!command) {
    return refuse_at(place_of(record.sequence), ErrorCode::internal, "JOURNAL_DAMAGED",
                     command.error().message);
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

Result<void> replay(const Store& store, const Region& region, State& state,
                    std::optional<Time> until, const std::function<void(std::uint64_t)>& progress) {
  const std::string bound = store.region_id();
  if (!bound.empty() && bound != to_hex(region.id)) {
    return refuse(
        ErrorCode::failed_precondition, "STORE_OF_ANOTHER_REGION",
        "the journal was written for region " + bound + ", this is region " + to_hex(region.id));
  }
  Result<void> applied;
  auto read = store.read(state.next_sequence(), [&](const JournalRecord& record) {
    if (until && record.time > *until) return false;
    applied = apply(record, region, state);
    if (applied && progress) progress(record.sequence);
    return applied.has_value();
  });
  return applied ? read : applied;
}

}  // namespace gridmend
