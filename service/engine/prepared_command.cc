#include "service/engine/prepared_command.h"

#include "core/base/hash.h"
#include "data/settings/localiser_file.h"
#include "data/settings/task_rules_file.h"
#include "service/converters/evidence_converter.h"
#include "service/converters/field_path.h"

namespace gridmend {
namespace {

Result<void> check(const Command& command) {
  if (command.act_case() == Command::ACT_NOT_SET) {
    return refuse(ErrorCode::invalid_argument, "ACT_MISSING", "the command says nothing to do",
                  "act");
  }
  if (auto sound = check_request_id(command.request_id(), "request_id"); !sound) return sound;
  if (auto sound = check_length(command.actor(), 64, "actor"); !sound) return sound;
  if (command.submit_evidence().evidence_size() > kMostItems) {
    return refuse(ErrorCode::invalid_argument, "TOO_MANY", "a batch has at most 10,000 items",
                  "evidence");
  }
  return {};
}

Result<PreparedCommand> finish(Command command, std::string payload, const Region& region,
                               const CallPlacer* placer) {
  PreparedCommand prepared;
  prepared.content_hash = checksum64(std::as_bytes(std::span<const char>(payload)));
  prepared.region = region.id;
  if (command.has_take_settings()) {
    auto settings =
        parse_localiser_settings(command.take_settings().localiser(), "take_settings.localiser");
    if (!settings) return unexpected(settings.error());
    prepared.localiser = std::make_shared<const LocaliserSettings>(*settings);
  }
  if (command.has_take_task_rules()) {
    auto rules = parse_task_rules(command.take_task_rules().rules(), "take_task_rules.rules");
    if (!rules) return unexpected(rules.error());
    prepared.task_rules = std::make_shared<const TaskRules>(*rules);
  }
  prepared.evidence = read_evidence(command, region, placer);
  prepared.command = std::move(command);
  prepared.payload = std::move(payload);
  return prepared;
}

}  // namespace

std::vector<Result<Evidence>> read_evidence(const Command& command, const Region& region,
                                            const CallPlacer* placer) {
  const auto& items = command.submit_evidence().evidence();
  std::vector<Result<Evidence>> evidence;
  evidence.reserve(static_cast<std::size_t>(items.size()));
  for (int i = 0; i < items.size(); ++i) {
    evidence.push_back(to_domain(items[i], region.network,
                                 field_path("", "evidence", static_cast<std::size_t>(i)), placer));
  }
  return evidence;
}

Result<PreparedCommand> prepare_load(Command command, std::shared_ptr<const RegionStep> step) {
  journal::v1::LoadRegion& act = *command.mutable_load_region();
  act.set_region(to_hex(step->after->id));
  act.set_previous_region(to_hex(step->before->id));
  act.set_name(step->after->provenance.name);
  auto prepared = prepare(std::move(command), *step->before);
  if (prepared) prepared->step = std::move(step);
  return prepared;
}

Result<PreparedCommand> prepare(Command command, const Region& region, const CallPlacer* placer) {
  if (auto sound = check(command); !sound) return unexpected(sound.error());
  // A sender's receive time is ignored, and must not make the same item another request.
  if (command.has_submit_evidence()) {
    for (v1::Evidence& item : *command.mutable_submit_evidence()->mutable_evidence())
      item.clear_receive_time();
  }
  std::string payload = command.SerializeAsString();
  return finish(std::move(command), std::move(payload), region, placer);
}

Result<PreparedCommand> prepare_payload(std::string payload, const Region& region,
                                        const CallPlacer* placer) {
  Command command;
  if (!command.ParseFromString(payload)) {
    return refuse(ErrorCode::internal, "JOURNAL_DAMAGED", "the payload is no command");
  }
  if (auto sound = check(command); !sound) return unexpected(sound.error());
  return finish(std::move(command), std::move(payload), region, placer);
}

}  // namespace gridmend
