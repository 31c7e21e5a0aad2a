#include <algorithm>

#include "core/base/hash.h"
#include "service/converters/network_converter.h"
#include "service/converters/time_converter.h"
#include "service/engine/acts.h"

namespace gridmend {
namespace {

std::uint64_t chain(std::uint64_t before, std::string_view bytes) {
  const std::uint64_t hash = checksum64(std::as_bytes(std::span<const char>(bytes)));
  return (before ^ hash) * 0x9e3779b97f4a7c15ULL + (before >> 29);
}

// How journals of before schema 7 had it: what came last was true, whatever time it was of.
bool was_taken(const SwitchPosition& position, PhaseSet open) {
  return position.reason != SwitchingReason::unknown || open.without(position.open_phases).any();
}

PhaseSet stands_by_then(Workbench& bench, const Evidence& item, const SwitchPosition& position,
                        PhaseSet before) {
  SwitchHistories& histories = bench.draft.switch_histories;
  if (bench.schema >= 7) {
    return EvidenceBook::is_dated_ahead(item) ? before
                                              : histories.hear(position, item.event_time).open;
  }
  const PhaseSet open = was_taken(position, before) ? position.open_phases : before;
  histories.settle(position.device, open, std::min(item.event_time, bench.time));
  return open;
}

// An ordered switching changes what supplies whom; a trip does not, it is evidence to be explained.
void operate_switch(Workbench& bench, const Evidence& item, const SwitchPosition& position) {
  if (position.unknown) return;
  // By arrival in journals that moved switches by arrival.
  const Time event_time = bench.schema >= 7 ? item.event_time : bench.time;
  const SwitchState& present = bench.draft.supply->switches();
  const PhaseSet before = present.open_phases(position.device);
  const PhaseSet now = stands_by_then(bench, item, position, before);
  if (position.reason == SwitchingReason::unknown && now == before) return;
  if (bench.schema >= 8 && EvidenceBook::is_dated_ahead(item)) return;
  bench.draft.switching.edit().push_back({bench.revision, bench.time, event_time,
                                          std::string(bench.region.network.mrid(position.device)),
                                          position.open_phases, position.origin, position.reason,
                                          std::string(bench.actor)});
  if (now == before) return;
  SwitchState next = present;
  next.set_open_phases(position.device, now);
  bench.draft.supply = std::make_shared<const SupplyPicture>(bench.region.network, std::move(next));
  bench.note(ChangeKind::device_switch, std::string(bench.region.network.mrid(position.device)));
}

bool says_something_new(Workbench& bench, const Evidence& item) {
  return item.idempotency_key.empty() || !bench.keys.contains(item.source, item.idempotency_key);
}

}  // namespace

bool hear(Workbench& bench, Evidence item, v1::Evidence message) {
  if (!item.idempotency_key.empty() && !bench.keys.insert(item.source, item.idempotency_key))
    return false;
  item.receive_time = bench.time;
  *message.mutable_receive_time() = to_proto(bench.time);
  const std::string bytes = message.SerializeAsString();
  Draft& draft = bench.draft;
  draft.evidence.append(bench.revision, bytes, bench.settings.evidence_kept);
  draft.evidence_chain = chain(draft.evidence_chain, bytes);
  draft.evidence_revision = bench.revision;
  ++draft.counters.evidence_accepted;
  if (const auto* position = std::get_if<SwitchPosition>(&item.kind))
    operate_switch(bench, item, *position);
  if (bench.schema >= 8) ask_for_safety_visit(bench, item);
  bench.heard.emplace_back(std::move(item));
  return true;
}

Result<Answer> submit_evidence(Workbench& bench, const PreparedCommand& command) {
  Answer answer = bench.answer();
  bool anything = false;
  for (const Result<Evidence>& item : command.evidence)
    anything |= item && says_something_new(bench, *item);
  if (!anything) answer.revision = bench.revision - 1;
  for (std::size_t i = 0; i < command.evidence.size(); ++i) {
    Result<Evidence> item = command.evidence[i];
    if (item && command.schema < 3) {
      if (auto* call = std::get_if<TroubleCall>(&item->kind)) call->places.clear();
    }
    if (!item) {
      answer.refused.push_back({static_cast<std::uint32_t>(i), item.error()});
      if (!anything) continue;
      const bool unknown = item.error().code == ErrorCode::not_found;
      ++(unknown ? bench.draft.counters.evidence_unknown_reference
                 : bench.draft.counters.evidence_invalid);
    } else if (anything && hear(bench, *item,
                                command.command.submit_evidence().evidence(static_cast<int>(i)))) {
      ++answer.evidence_accepted;
    } else {
      ++answer.evidence_duplicates;
    }
  }
  return answer;
}

}  // namespace gridmend
