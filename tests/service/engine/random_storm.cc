#include "tests/service/engine/random_storm.h"

#include "data/settings/task_rules_file.h"
#include "service/converters/time_converter.h"

namespace gridmend::control_room {

std::string RandomStorm::usage_point() {
  if (random_.chance(.02)) return "nobody";
  const auto& all = region_->network.usage_points();
  return std::string(region_->network.mrid(Id<UsagePoint>{random_.below(all.size())}));
}

std::string RandomStorm::device() {
  if (random_.chance(.02)) return "nothing";
  const auto& all = region_->network.devices();
  return std::string(region_->network.mrid(Id<Device>{random_.below(all.size())}));
}

std::string RandomStorm::task(const World& world) {
  if (world.tasks->empty() || random_.chance(.05)) return "T-999999";
  auto place = world.tasks->begin();
  std::advance(place, static_cast<std::ptrdiff_t>(random_.below(world.tasks->size())));
  return place->first;
}

std::string RandomStorm::outage(const World& world) {
  if (world.outages->empty() || random_.chance(.05)) return "O-999999";
  auto place = world.outages->begin();
  std::advance(place, static_cast<std::ptrdiff_t>(random_.below(world.outages->size())));
  return place->first;
}

v1::Evidence RandomStorm::evidence_item(Time now) {
  const Time when = now - from_seconds(random_.uniform(-10, 300));
  v1::Evidence made =
      item(std::to_string(random_.below(3000)), random_.chance(.5) ? "ami" : "scada", when);
  switch (random_.below(8)) {
    case 0:
    case 1:
    case 2:
      made.mutable_last_gasp()->set_usage_point(usage_point());
      break;
    case 3:
      made.mutable_power_up()->set_usage_point(usage_point());
      break;
    case 4:
      made.mutable_ping_result()->set_usage_point(usage_point());
      made.mutable_ping_result()->set_answered(random_.chance(.5));
      break;
    case 5:
      made.mutable_trouble_call()->set_usage_point(usage_point());
      made.mutable_trouble_call()->set_text("no light");
      break;
    case 6:
      made.mutable_switch_position()->set_device(device());
      made.mutable_switch_position()->set_position(random_.chance(.5) ? v1::SwitchPosition::OPEN
                                                                      : v1::SwitchPosition::CLOSED);
      made.mutable_switch_position()->set_reason(
          static_cast<v1::SwitchPosition::Reason>(random_.below(4)));
      break;
    default:
      if (random_.chance(.3)) made.clear_event_time();
      break;  // no kind: invalid
  }
  return made;
}

Command RandomStorm::evidence_batch(Time now) {
  std::vector<v1::Evidence> items;
  for (auto i = 1 + random_.below(6); i > 0; --i) items.push_back(evidence_item(now));
  return evidence(std::move(items));
}

Command RandomStorm::tablet_step(const World& world) {
  const std::string about = task(world);
  v1::TabletOperation operation;
  switch (random_.below(10)) {
    case 8:
      operation.mutable_load_material()->set_depot(depot());
      if (random_.chance(.5)) operation.mutable_load_material()->set_load(random_.uniform(-1, 8));
      break;
    case 0:
      operation = sign_on();
      break;
    case 1:
      if (random_.chance(.3)) operation.mutable_sign_off();
      break;
    case 2:
      operation = acknowledge(about);
      break;
    case 3:
      operation = set_out(about);
      break;
    case 4:
    case 5:
      operation = arrive(about);
      break;
    case 6:
      operation = complete(about, static_cast<v1::FieldReport::Finding>(random_.below(7)));
      break;
    case 7:
      operation.mutable_hand_back()->set_work_task(about);
      if (random_.chance(.8)) operation.mutable_hand_back()->set_reason("water");
      break;
    default:
      operation.mutable_position()->mutable_position()->set_longitude_deg(position().longitude_deg);
      operation.mutable_position()->mutable_position()->set_latitude_deg(random_.chance(.1) ? 99
                                                                                            : 30);
      break;
  }
  operation.set_client_seq(random_.below(100));
  return tablet(crew_id(), std::move(operation));
}

Command RandomStorm::operator_word(const World& world) {
  Command command;
  command.set_actor("operator/test");
  switch (random_.below(14)) {
    case 12: {
      auto& gone = *command.mutable_delete_depot();
      gone.set_id(depot());
      if (random_.chance(.4)) gone.set_new_home_depot(depot());
      gone.set_force(random_.chance(.5));
      break;
    }
    case 13: {
      TaskRules rules;
      const auto device = static_cast<DeviceKind>(random_.below(kDeviceKinds));
      const WorkKind kind = random_.chance(.7) ? WorkKind::repair : WorkKind::inspect;
      rules.need(kind, device).crews = static_cast<int>(random_.below(4));
      rules.need(kind, device).material = random_.uniform(-.2, 6);
      command.mutable_take_task_rules()->set_rules(write_whole_task_rules(rules));
      break;
    }
    case 9: {
      v1::Depot& made = *command.mutable_create_depot()->mutable_depot();
      made.set_id(depot());
      made.set_name("depot");
      made.mutable_position()->set_longitude_deg(position().longitude_deg);
      made.mutable_position()->set_latitude_deg(30);
      if (random_.chance(.5)) made.set_stock(random_.uniform(-1, 20));
      break;
    }
    case 10: {
      auto& update = *command.mutable_update_depot();
      update.mutable_depot()->set_id(depot());
      update.mutable_depot()->set_stock(random_.uniform(-1, 20));
      update.mutable_update_mask()->add_paths("stock");
      break;
    }
    case 11: {
      auto& update = *command.mutable_update_work_task();
      update.mutable_work_task()->set_id(task(world));
      update.mutable_work_task()->set_crews_needed(static_cast<std::uint32_t>(random_.below(4)));
      update.mutable_work_task()->set_demand(random_.uniform(-.5, 6));
      update.mutable_update_mask()->add_paths("crews_needed");
      if (random_.chance(.3)) update.mutable_update_mask()->add_paths("demand");
      break;
    }
    case 7: {
      auto& veto = *command.mutable_veto_task();
      veto.set_work_task(task(world));
      veto.set_crew(crew_id());
      veto.set_lift(random_.chance(.3));
      break;
    }
    case 0:
      command.mutable_confirm_outage()->set_id(outage(world));
      if (random_.chance(.3)) command.mutable_confirm_outage()->set_device(device());
      break;
    case 1:
      command.mutable_withdraw_outage()->set_id(outage(world));
      command.mutable_withdraw_outage()->set_reason("tested");
      break;
    case 2:
      command.mutable_merge_outages()->set_id(outage(world));
      command.mutable_merge_outages()->add_merged(outage(world));
      break;
    case 3:
      command.mutable_pin_task()->set_work_task(task(world));
      if (random_.chance(.7)) command.mutable_pin_task()->set_crew(crew_id());
      break;
    case 4:
      command.mutable_reassign_task()->set_work_task(task(world));
      command.mutable_reassign_task()->set_crew(crew_id());
      if (random_.chance(.3)) command.mutable_reassign_task()->set_replaced_crew(crew_id());
      break;
    case 5: {
      v1::WorkTask& made = *command.mutable_create_work_task()->mutable_work_task();
      made.set_kind(static_cast<v1::WorkTask::Kind>(random_.below(11)));
      made.set_device(device());
      made.set_weight(random_.uniform(-1, 50));
      made.set_crews_needed(static_cast<std::uint32_t>(random_.below(4)));
      if (random_.chance(.3)) made.set_demand(random_.uniform(-.5, 6));
      if (random_.chance(.3)) made.add_after(task(world));
      if (random_.chance(.2)) made.add_hard_after(task(world));
      break;
    }
    case 6: {
      auto& update = *command.mutable_update_work_task();
      update.mutable_work_task()->set_id(task(world));
      update.mutable_work_task()->set_weight(random_.uniform(0, 50));
      update.mutable_work_task()->set_status(v1::WorkTask::CANCELLED);
      update.mutable_work_task()->add_after(task(world));
      update.mutable_update_mask()->add_paths(random_.chance(.4)   ? "weight"
                                              : random_.chance(.5) ? "after"
                                                                   : "status");
      break;
    }
    default:
      command = crew(crew_id(), position());
      command.mutable_create_crew()->mutable_crew()->set_capacity(random_.uniform(0, 8));
      if (random_.chance(.3))
        command.mutable_create_crew()->mutable_crew()->set_home_depot(depot());
      break;
  }
  return command;
}

Command RandomStorm::hazard() {
  Command command;
  command.set_actor("operator/test");
  switch (random_.below(5)) {
    case 0: {
      v1::WaterLayer& layer = *command.mutable_put_water()->mutable_layer();
      layer.set_id("w" + std::to_string(random_.below(3)));
      *layer.mutable_valid_time() = to_proto(at_minute(random_.between(0, 300)));
      v1::DepthGrid& grid = *layer.mutable_grid();
      grid.set_west_deg(119.99);
      grid.set_north_deg(30.01);
      grid.set_step_east_deg(.01);
      grid.set_step_south_deg(.01);
      grid.set_columns(2);
      grid.set_rows(2);
      for (int i = 0; i < 4; ++i) grid.add_depth_m(static_cast<float>(random_.uniform(0, 2)));
      break;
    }
    case 1: {
      v1::RoadClosure& closure = *command.mutable_close_road()->mutable_closure();
      auto* at = closure.mutable_line()->add_positions();
      at->set_longitude_deg(position().longitude_deg);
      at->set_latitude_deg(30);
      break;
    }
    case 2:
      command.mutable_delete_water()->set_id("w" + std::to_string(random_.below(3)));
      break;
    case 3:
      command.mutable_reopen_road()->set_id("C-00000" + std::to_string(random_.below(9)));
      break;
    default:
      command.mutable_de_energise_for_safety()->set_device(device());
      break;
  }
  return command;
}

Command RandomStorm::next(const World& world, Time now) {
  if (!earlier_.empty() && random_.chance(.03)) return earlier_[random_.below(earlier_.size())];
  const double kind = random_.uniform();
  Command command = kind < .45   ? evidence_batch(now)
                    : kind < .75 ? tablet_step(world)
                    : kind < .93 ? operator_word(world)
                                 : hazard();
  if (random_.chance(.3)) {
    command.set_request_id("r" + std::to_string(random_.below(2000)));
    earlier_.push_back(command);
  }
  return command;
}

}  // namespace gridmend::control_room
