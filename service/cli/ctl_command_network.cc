#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/printable.h"
#include "gridmend/v1/network.grpc.pb.h"
#include "gridmend/v1/switching.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/ctl_values.h"
#include "service/cli/text_table.h"

namespace gridmend {

namespace {

using Session = std::shared_ptr<CtlSession>;
using NetworkStub = v1::NetworkService::Stub;
using SwitchingStub = v1::SwitchingService::Stub;

std::string kind_text(v1::Device::Kind kind) { return in_words(v1::Device::Kind_Name(kind)); }

std::string position_text(const std::string& open_phases) {
  return open_phases.empty() ? "closed" : "open " + open_phases;
}

std::string in_text(const v1::Feeding& feeding) {
  if (feeding.feeder().empty()) return "dark";
  const std::string entry = feeding.entry_device().empty() ? "its source" : feeding.entry_device();
  return feeding.feeder() + " through " + entry +
         (feeding.phases() == "ABC" || feeding.phases() == "ABCN" ? ""
                                                                  : " (" + feeding.phases() + ")");
}

std::string operations_text(const v1::SectionFeeding& section) {
  std::string text;
  for (const v1::SwitchOperation& operation : section.operations()) {
    if (!text.empty()) text += ", ";
    text += operation.device() + " " + position_text(operation.open_phases());
  }
  return text.empty() ? "-" : text;
}

void print_doubted(const v1::ListSectionFeedingResponse& response) {
  if (response.doubted().empty()) return;
  TextTable table{{"nobody is sure of", "recorded", "closed", "because"}};
  for (const v1::DoubtedSwitch& doubt : response.doubted()) {
    table.add({doubt.device(), doubt.recorded_open() ? "open" : "closed",
               in_percent(doubt.closed()), doubt.said() ? "said so" : "signs of life behind it"});
  }
  std::printf("\n%s\n", table.to_string().c_str());
  for (const v1::DoubtedSwitch& doubt : response.doubted()) {
    const std::string device = printable(doubt.device());
    const bool open = doubt.recorded_open();
    std::printf("Nobody is sure how %s stands: recorded %s, closed with %s.\n", device.c_str(),
                open ? "open" : "closed", in_percent(doubt.closed()).c_str());
    std::printf("%s 的位置未确认：记录为%s，处于合位的可能性为%s。\n", device.c_str(),
                open ? "断开" : "合上", in_percent(doubt.closed()).c_str());
  }
}

struct FeedingOptions {
  bool all = false;
  std::string feeder;
};

void list_feeding(CtlSession& session, const FeedingOptions& options) {
  v1::ListSectionFeedingRequest request;
  request.set_all_sections(options.all);
  request.set_feeder(options.feeder);
  request.set_page_size(1000);
  TextTable table{{"section at", "usage points", "customers", "normally", "now", "because"}};
  v1::ListSectionFeedingResponse response;
  do {
    if (!session.call<v1::NetworkService>(&NetworkStub::ListSectionFeeding, request, response))
      return;
    if (session.json) session.print_json(response);
    for (const v1::SectionFeeding& section : response.sections()) {
      table.add({section.node(), std::to_string(section.usage_points()),
                 std::to_string(section.customers()), in_text(section.normal()),
                 section.fed_otherwise() ? in_text(section.present()) : "the same",
                 operations_text(section)});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (session.json) return;
  std::fputs(table.to_string("every section is fed as in normal operation").c_str(), stdout);
  std::printf("%u switches stand otherwise than in normal operation; revision %llu\n",
              response.switches_operated(), static_cast<unsigned long long>(response.revision()));
  print_doubted(response);
}

struct LinkOptions {
  double at_least = 0;
  std::string transformer;
};

void list_links(CtlSession& session, const LinkOptions& options) {
  v1::ListSuspectedLinksRequest request;
  request.set_at_least(options.at_least);
  request.set_transformer(options.transformer);
  request.set_page_size(1000);
  TextTable table{{"usage point", "recorded on", "may hang on", "probably", "at import"}};
  v1::ListSuspectedLinksResponse response;
  do {
    if (!session.call<v1::NetworkService>(&NetworkStub::ListSuspectedLinks, request, response))
      return;
    if (session.json) session.print_json(response);
    for (const v1::SuspectedLink& link : response.links()) {
      table.add(
          {link.usage_point(), link.declared().empty() ? "-" : link.declared(), link.likelier(),
           in_percent(link.probability()),
           link.probability_at_import() > 0 ? in_percent(link.probability_at_import()) : "-"});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (session.json) return;
  std::fputs(table.to_string("no customer's link is suspected").c_str(), stdout);
  std::printf("%u suspected, from geometry at import and %u storms since\n", response.total_size(),
              response.storms());
}

struct TraceOptions {
  std::string direction;
  std::string id;
  bool usage_point = false;
  bool normal = false;
};

void add_devices(TextTable& table,
                 const google::protobuf::RepeatedPtrField<v1::TracedDevice>& devices) {
  for (const v1::TracedDevice& device : devices) {
    table.add({device.id(), kind_text(device.kind()), position_text(device.open_phases()),
               show(device.position())});
  }
}

const char* state_text(bool normal) { return normal ? "in normal operation" : "now"; }

void trace_up(CtlSession& session, const TraceOptions& options) {
  v1::TraceUpstreamRequest request;
  if (options.usage_point) {
    request.set_usage_point(options.id);
  } else {
    request.set_device(options.id);
  }
  request.set_normal_state(options.normal);
  request.set_page_size(1000);
  TextTable table{{"device", "kind", "position", "at"}};
  v1::TraceUpstreamResponse response;
  do {
    if (!session.call<v1::NetworkService>(&NetworkStub::TraceUpstream, request, response)) return;
    if (session.json) session.print_json(response);
    add_devices(table, response.devices());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (session.json) return;
  std::fputs(table.to_string("no device lies on the way").c_str(), stdout);
  if (response.feeder().empty()) {
    std::printf("no source reaches %s %s\n", options.id.c_str(), state_text(options.normal));
  } else {
    std::printf("fed by %s %s\n", printable(response.feeder()).c_str(), state_text(options.normal));
  }
}

void trace_down(CtlSession& session, const TraceOptions& options) {
  v1::TraceDownstreamRequest request;
  request.set_device(options.id);
  request.set_normal_state(options.normal);
  request.set_page_size(1000);
  TextTable table{{"device", "kind", "position", "at"}};
  v1::TraceDownstreamResponse response;
  do {
    if (!session.call<v1::NetworkService>(&NetworkStub::TraceDownstream, request, response)) return;
    if (session.json) session.print_json(response);
    add_devices(table, response.devices());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (session.json) return;
  std::fputs(table.to_string("no device lies behind it").c_str(), stdout);
  std::printf("%u usage points, %llu customers behind %s %s\n", response.usage_points(),
              static_cast<unsigned long long>(response.customers()), options.id.c_str(),
              state_text(options.normal));
}

void show_supply(CtlSession& session, const std::string& id, bool normal) {
  v1::GetUsagePointSupplyRequest request;
  request.set_usage_point(id);
  request.set_normal_state(normal);
  v1::UsagePointSupply supply;
  if (!session.call<v1::NetworkService>(&NetworkStub::GetUsagePointSupply, request, supply)) return;
  if (session.json) return session.print_json(supply);
  const auto text = [](const std::string& value) { return value.empty() ? "-" : value; };
  TextTable table{{"usage point", supply.usage_point().id()}};
  table.add({"supply", in_words(v1::UsagePointSupply::State_Name(supply.state()))});
  table.add({"outage", text(supply.outage())});
  table.add({"feeder", text(supply.feeder())});
  table.add({"normally", text(supply.normal_feeder())});
  for (const v1::SuspectedLink& link : supply.suspected_links())
    table.add({"may hang on", link.likelier() + ", " + in_percent(link.probability())});
  std::fputs(table.to_string().c_str(), stdout);
  if (supply.path().empty()) return;
  TextTable path{{"through", "kind", "position", "at"}};
  add_devices(path, supply.path());
  std::printf("\n%s", path.to_string().c_str());
}

struct SwitchOptions {
  std::string device;
  std::string position;
  std::string phases;
  std::string reason;
  std::string override_unsafe;
};

void show_switch(CtlSession& session, const std::string& id) {
  v1::GetDeviceRequest request;
  request.set_id(id);
  v1::Device device;
  if (!session.call<v1::NetworkService>(&NetworkStub::GetDevice, request, device)) return;
  if (session.json) return session.print_json(device);
  TextTable table{{kind_text(device.kind()), device.id()}};
  table.add({"position", position_text(device.open_phases())});
  table.add({"normally", device.normally_open() ? "open" : "closed"});
  table.add({"energised", device.energised() ? "yes" : "no"});
  table.add({"fed by", device.supplied_by().empty() ? "-" : device.supplied_by()});
  table.add({"usage points", std::to_string(device.usage_points_behind())});
  table.add({"customers", std::to_string(device.customers_behind())});
  std::fputs(table.to_string().c_str(), stdout);
}

v1::SwitchPosition::Reason reason_of(const std::string& name) {
  if (name == "planned") return v1::SwitchPosition::PLANNED;
  if (name == "de_energised_for_safety") return v1::SwitchPosition::DE_ENERGISED_FOR_SAFETY;
  return v1::SwitchPosition::RESTORATION;
}

void operate_switch(CtlSession& session, const SwitchOptions& options) {
  if (options.position.empty()) return show_switch(session, options.device);
  if (options.position == "closed" && options.reason == "de_energised_for_safety") {
    return session.refuse("what is closed is not de-energised", ExitCode::usage);
  }
  v1::RecordStepRequest request;
  request.set_request_id(fresh_request_id());
  request.set_operator_(session.operator_name);
  request.mutable_step()->set_device(options.device);
  request.mutable_step()->set_position(options.position == "open" ? v1::SwitchPosition::OPEN
                                                                  : v1::SwitchPosition::CLOSED);
  request.mutable_step()->set_phases(options.phases);
  request.set_reason(reason_of(options.reason));
  request.set_override_unsafe(!options.override_unsafe.empty());
  request.set_note(options.override_unsafe);
  v1::RecordStepResponse response;
  if (!session.call<v1::SwitchingService>(&SwitchingStub::RecordStep, request, response)) return;
  if (session.json) return session.print_json(response);
  std::printf("%s is %s; revision %llu\n", options.device.c_str(), options.position.c_str(),
              static_cast<unsigned long long>(response.revision()));
}

void add_trace_command(CLI::App& network, const Session& session) {
  auto options = std::make_shared<TraceOptions>();
  CLI::App* trace =
      network.add_subcommand("trace", "Devices from a place to its source, or behind a device");
  trace->add_option("direction", options->direction)
      ->required()
      ->check(CLI::IsMember({"up", "down"}));
  trace->add_option("id", options->id, "A device, or with --usage-point a usage point")->required();
  trace->add_flag("--usage-point", options->usage_point, "The id is a usage point's (up only)");
  trace->add_flag("--normal", options->normal, "With every switch as in normal operation");
  trace->fallthrough();
  trace->callback([session, options] {
    if (options->direction == "up") return trace_up(*session, *options);
    if (options->usage_point) {
      return session->refuse("nothing lies behind a usage point", ExitCode::usage);
    }
    trace_down(*session, *options);
  });
}

}  // namespace

void add_ctl_network_commands(CLI::App& ctl, const Session& session) {
  CLI::App* network = ctl.add_subcommand("network", "Who feeds whom, as the switches stand");
  network->require_subcommand(1);

  auto feeding = std::make_shared<FeedingOptions>();
  CLI::App* feeding_command = network->add_subcommand(
      "feeding", "Sections that are fed otherwise than in normal operation, and why");
  feeding_command->add_flag("--all", feeding->all, "Every section");
  feeding_command->add_option("--feeder", feeding->feeder, "Fed by it, now or normally");
  feeding_command->callback([session, feeding] { list_feeding(*session, *feeding); });

  add_trace_command(*network, session);

  auto links = std::make_shared<LinkOptions>();
  CLI::App* links_command = network->add_subcommand(
      "links", "Customers who may hang on another transformer than recorded");
  links_command->add_option("--at-least", links->at_least, "Only from this probability on")
      ->check(CLI::Range(0.0, 1.0));
  links_command->add_option("--transformer", links->transformer, "Only about this one");
  links_command->callback([session, links] { list_links(*session, *links); });
  links_command->fallthrough();

  auto usage_point = std::make_shared<std::string>();
  auto normal = std::make_shared<bool>(false);
  CLI::App* supply = network->add_subcommand("supply", "Has this usage point supply, and whence");
  supply->add_option("usage-point", *usage_point)->required();
  supply->add_flag("--normal", *normal, "With every switch as in normal operation");
  supply->callback(
      [session, usage_point, normal] { show_supply(*session, *usage_point, *normal); });

  auto options = std::make_shared<SwitchOptions>();
  CLI::App* switch_command =
      network->add_subcommand("switch", "How a device stands; or record that it was operated");
  switch_command->add_option("device", options->device)->required();
  switch_command->add_option("position", options->position, "open or closed; none: only look")
      ->check(CLI::IsMember({"open", "closed"}));
  switch_command->add_option("--phases", options->phases, "Letters of ABC; all when not given");
  switch_command
      ->add_option("--reason", options->reason,
                   "de_energised_for_safety or planned: nothing to be repaired; "
                   "restoration (what it is when not given)")
      ->check(CLI::IsMember({"restoration", "planned", "de_energised_for_safety"}));
  switch_command->add_option("--override-unsafe", options->override_unsafe,
                             "It was closed although something it energises is unsafe: why");
  switch_command->callback([session, options] { operate_switch(*session, *options); });
  for (CLI::App* command : {feeding_command, supply, switch_command}) command->fallthrough();
}

}  // namespace gridmend
