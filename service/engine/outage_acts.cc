#include <algorithm>

#include "core/outage/explanation.h"
#include "core/outage/life_cycle.h"
#include "service/converters/enum_converter.h"
#include "service/converters/evidence_converter.h"
#include "service/converters/field_path.h"
#include "service/converters/time_converter.h"
#include "service/engine/acts.h"

namespace gridmend {
namespace {

Outage* find_in(OutageBook& book, std::string_view id) {
  const auto place = std::find_if(book.outages.begin(), book.outages.end(),
                                  [&](const Outage& outage) { return outage.id == id; });
  return place == book.outages.end() ? nullptr : &*place;
}

Result<const OutageRecord*> require_standing(const Workbench& bench, const std::string& id,
                                             const std::string& etag, std::string field) {
  const auto record = require_outage(bench.draft, id, field);
  if (!record) return record;
  if (auto fresh = check_etag(etag, (*record)->revision); !fresh) return unexpected(fresh.error());
  if (has_ended((*record)->outage.status)) {
    return refuse(ErrorCode::failed_precondition, "OUTAGE_ENDED",
                  "outage '" + id + "' is " + std::string(to_string((*record)->outage.status)),
                  std::move(field));
  }
  return record;
}

Result<Answer> conclude(Workbench& bench, Result<OutageUpdate> update, const std::string& id,
                        std::string_view actor) {
  if (!update) return unexpected(update.error());
  take_over(bench, std::move(*update), actor);
  keep_up_tasks(bench);
  bench.draft.evidence_revision = bench.revision;
  return bench.answer(id);
}

std::string operator_of(const Workbench& bench, const std::string& named) {
  return named.empty() ? std::string(bench.actor) : "operator/" + named;
}

}  // namespace

Result<Answer> confirm_outage(Workbench& bench, const v1::ConfirmOutageRequest& request) {
  const auto record = require_standing(bench, request.id(), request.etag(), "id");
  if (!record) return unexpected(record.error());
  if (auto sound = check_length(request.note(), 2000, "note"); !sound)
    return unexpected(sound.error());
  if (auto sound = check_length(request.operator_(), 50, "operator"); !sound)
    return unexpected(sound.error());
  const std::string actor = operator_of(bench, request.operator_());

  std::optional<Evidence> item;
  v1::Evidence message;
  if (!request.device().empty()) {
    message.set_source(actor);
    *message.mutable_event_time() = to_proto(bench.time);
    message.mutable_field_report()->set_device(request.device());
    message.mutable_field_report()->set_finding(v1::FieldReport::OPEN);
    message.mutable_field_report()->set_text(request.note());
    auto read = to_domain(message, bench.region.network);
    if (!read) return unexpected(read.error());
    item = std::move(*read);
  }
  OutageBook book = *bench.draft.outage_book;
  if (const auto cause = to_domain(request.cause()); cause && *cause != OutageCause::unknown) {
    if (Outage* outage = find_in(book, request.id())) {
      outage->cause = *cause;
      outage->operator_cause = true;
    }
  }
  auto answer = conclude(bench, confirm_outage(std::move(book), request.id(), bench.time),
                         request.id(), actor);
  if (answer && item) hear(bench, std::move(*item), std::move(message));
  return answer;
}

Result<Answer> withdraw_outage(Workbench& bench, const v1::WithdrawOutageRequest& request) {
  const auto record = require_standing(bench, request.id(), request.etag(), "id");
  if (!record) return unexpected(record.error());
  if (request.reason().empty()) {
    return refuse(ErrorCode::invalid_argument, "REASON_MISSING", "say why it is withdrawn",
                  "reason");
  }
  if (auto sound = check_length(request.reason(), 2000, "reason"); !sound)
    return unexpected(sound.error());
  // Journals of before schema 8 took its device for restored.
  const Finding settled_as = bench.schema >= 8 ? Finding::intact : Finding::restored;
  return conclude(bench,
                  withdraw_outage(*bench.draft.outage_book, request.id(), request.reason(),
                                  bench.time, settled_as),
                  request.id(), operator_of(bench, request.operator_()));
}

Result<Answer> restore_outage(Workbench& bench, const v1::RestoreOutageRequest& request) {
  const auto record = require_standing(bench, request.id(), request.etag(), "id");
  if (!record) return unexpected(record.error());
  if (auto sound = check_length(request.note(), 2000, "note"); !sound)
    return unexpected(sound.error());
  if (auto sound = check_length(request.operator_(), 50, "operator"); !sound)
    return unexpected(sound.error());
  const Outage& outage = (*record)->outage;
  Time at = bench.time;
  if (request.has_restore_time()) {
    const auto said = to_domain(request.restore_time(), "restore_time");
    if (!said) return unexpected(said.error());
    at = *said;
  }
  if (at > bench.time || at < outage.onset_earliest) {
    return refuse(ErrorCode::invalid_argument, "TIME_OUT_OF_RANGE",
                  "light comes back after the outage began, and not later than now",
                  "restore_time");
  }
  const Id<Device> device = outage.probable.device;
  const SwitchState& switches = bench.draft.supply->switches();
  if (outage.switched_off && device.valid() && stands_open(outage, switches)) {
    return refuse(ErrorCode::failed_precondition, "SWITCH_OPEN",
                  std::string(bench.region.network.mrid(device)) +
                      " stands open by order; what brings its light back is its closing",
                  "id");
  }
  auto update =
      restore_outage(*bench.draft.outage_book, request.id(), at, bench.localiser().outages);
  if (update) explain(bench.region.network, *find_in(update->book, request.id()));
  if (update && !request.note().empty()) update->changes.front().why += ": " + request.note();
  return conclude(bench, std::move(update), request.id(), operator_of(bench, request.operator_()));
}

// The kept outage takes the others' customers; those end in it. Nothing is settled: the evidence
// that raised them speaks for the kept one now.
Result<Answer> merge_outages(Workbench& bench, const v1::MergeOutagesRequest& request) {
  const auto kept = require_standing(bench, request.id(), request.etag(), "id");
  if (!kept) return unexpected(kept.error());
  if (request.merged().empty() || request.merged_size() > 100) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "1 to 100 outages can be merged at once",
                  "merged");
  }
  OutageUpdate update;
  update.book = *bench.draft.outage_book;
  Outage* into = find_in(update.book, request.id());
  for (int i = 0; i < request.merged_size(); ++i) {
    const std::string& id = request.merged(i);
    const std::string field = field_path("", "merged", static_cast<std::size_t>(i));
    const auto record = require_standing(bench, id, {}, field);
    if (!record) return unexpected(record.error());
    Outage* from = find_in(update.book, id);
    if (id == request.id() || has_ended(from->status)) {
      return refuse(ErrorCode::invalid_argument, "OUTAGE_REPEATED", "'" + id + "' is named twice",
                    field);
    }
    if (from->switched_off != into->switched_off) {
      return refuse(ErrorCode::failed_precondition, "OUTAGE_SWITCHED_OFF",
                    "what was switched off on purpose and what failed are never one", field);
    }
    update.changes.push_back(
        {id, from->status, OutageStatus::withdrawn, false, "merged into " + request.id()});
    from->merged_into = request.id();
    into->operator_merged = true;
    from->status = OutageStatus::withdrawn;
    from->updated_at = bench.time;
    take_in(*from, bench.region.network, *into);
    update.changes.push_back({request.id(), into->status, into->status, false, "took in " + id});
    into->updated_at = bench.time;
  }
  return conclude(bench, std::move(update), request.id(), operator_of(bench, request.operator_()));
}

}  // namespace gridmend
