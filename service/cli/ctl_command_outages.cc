#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "core/base/printable.h"
#include "gridmend/v1/outage.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/ctl_values.h"
#include "service/cli/text_table.h"

namespace gridmend {

namespace {

using Session = std::shared_ptr<CtlSession>;
using OutageStub = v1::OutageService::Stub;

std::string place_of(const v1::SuspectDevice& suspect) {
  if (!suspect.device().empty()) return suspect.device();
  return suspect.usage_point().empty() ? "-" : "premises " + suspect.usage_point();
}

std::string rounded(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

// "under water 1.2 m", "not inspected"; "-" where nothing forbids to energise.
std::string unsafe_text(const v1::Outage& outage) {
  if (!outage.has_unsafe_to_energise()) return "-";
  const v1::UnsafeToEnergise& unsafe = outage.unsafe_to_energise();
  if (unsafe.reason() == v1::UnsafeToEnergise::NOT_INSPECTED) return "not inspected";
  return "under water " + rounded(unsafe.depth_m()) + " m";
}

// "L3 37 %": how they may be fed instead of as recorded; "-" where every switch is sure.
std::string feeds_text(const v1::Outage& outage) {
  if (outage.fed_through().empty()) return "-";
  const v1::PossibleFeed& likeliest = outage.fed_through(0);
  std::string text = likeliest.device() + " " + in_percent(likeliest.probability());
  if (outage.fed_through_size() > 1)
    text += " + " + std::to_string(outage.fed_through_size() - 1) + " more";
  return text;
}

std::string status_text(const v1::Outage& outage) {
  std::string text = in_words(v1::Outage::Status_Name(outage.status()));
  if (outage.momentary()) text += ", momentary";
  if (!outage.merged_into().empty()) text += ", merged into " + outage.merged_into();
  if (!outage.split_from().empty()) text += ", split from " + outage.split_from();
  return text;
}

void print_history(const v1::Outage& outage) {
  if (outage.history().empty()) return;
  TextTable history{{"when", "status", "who", "why"}};
  for (const v1::OutageEvent& event : outage.history()) {
    history.add({show(event.time()), in_words(v1::Outage::Status_Name(event.status())),
                 event.actor().empty() ? "-" : event.actor(), event.reason()});
  }
  std::printf("\n%s", history.to_string().c_str());
}

// Reports that no outage is blamed on.
void print_doubted(const v1::ListOutagesResponse& response) {
  if (response.doubted_reports().empty()) return;
  TextTable table{{"doubted", "since", "open", "why no outage"}};
  for (const v1::DoubtedReport& report : response.doubted_reports()) {
    table.add({report.device(), show(report.since()), in_percent(report.p_open()),
               report.sentence_en() + " " + report.sentence_zh()});
  }
  std::printf("\n%s", table.to_string().c_str());
}

struct ListOptions {
  bool all = false;
  int limit = 100;
};

void list_outages(CtlSession& session, const ListOptions& options) {
  v1::ListOutagesRequest request;
  request.set_page_size(options.limit);
  if (options.all) {
    for (int status = v1::Outage::PREDICTED; status <= v1::Outage::WITHDRAWN; ++status) {
      request.mutable_filter()->add_statuses(static_cast<v1::Outage::Status>(status));
    }
  }
  v1::ListOutagesResponse response;
  if (!session.call<v1::OutageService>(&OutageStub::ListOutages, request, response)) return;
  if (session.json) return session.print_json(response);
  TextTable table{{"outage", "status", "cause", "device", "likely", "dark", "range", "since",
                   "light by", "unsafe", "fed by?"}};
  for (const v1::Outage& outage : response.outages()) {
    table.add(
        {outage.id(), in_words(v1::Outage::Status_Name(outage.status())),
         in_words(v1::Outage::Cause_Name(outage.cause())), place_of(outage.probable()),
         in_percent(outage.probable().probability()), rounded(outage.expected_customers()),
         std::to_string(outage.customers_low()) + "-" + std::to_string(outage.customers_high()),
         show(outage.onset_latest()), show(outage.estimated_restoration().p50()),
         unsafe_text(outage), feeds_text(outage)});
  }
  std::fputs(table.to_string("no outages").c_str(), stdout);
  const auto unseen = static_cast<int>(response.total_size()) - response.outages_size();
  if (unseen > 0) std::printf("and %d more; --limit shows them\n", unseen);
  print_doubted(response);
}

void print_outage(const v1::Outage& outage) {
  TextTable table{{"outage", outage.id()}};
  table.add({"status", status_text(outage)});
  table.add({"cause", in_words(v1::Outage::Cause_Name(outage.cause()))});
  table.add(
      {"device", place_of(outage.probable()) + ", " + in_percent(outage.probable().probability())});
  table.add({"customers", rounded(outage.expected_customers()) + " expected, " +
                              std::to_string(outage.customers_low()) + " to " +
                              std::to_string(outage.customers_high())});
  table.add({"critical", std::to_string(outage.critical_count())});
  table.add({"onset", show(outage.onset_earliest()) + " to " + show(outage.onset_latest())});
  table.add({"light by", show(outage.estimated_restoration().p50())});
  table.add({"restored", show(outage.restore_time())});
  table.add({"etag", outage.etag()});
  std::fputs(table.to_string().c_str(), stdout);
  if (!outage.explanation_en().empty())
    std::printf("\n%s\n", printable(outage.explanation_en()).c_str());
  if (!outage.explanation_zh().empty())
    std::printf("%s\n", printable(outage.explanation_zh()).c_str());
  if (outage.has_unsafe_to_energise()) {
    std::printf("\n%s\n%s\n", printable(outage.unsafe_to_energise().sentence_en()).c_str(),
                printable(outage.unsafe_to_energise().sentence_zh()).c_str());
  }
  if (!outage.tell_apart().sentence_en().empty()) {
    std::printf("\n%s\n%s\n", printable(outage.tell_apart().sentence_en()).c_str(),
                printable(outage.tell_apart().sentence_zh()).c_str());
  }
  if (!outage.runners_up().empty()) {
    TextTable others{{"or else", "likely"}};
    for (const auto& suspect : outage.runners_up()) {
      others.add({place_of(suspect), in_percent(suspect.probability())});
    }
    std::printf("\n%s", others.to_string().c_str());
  }
  if (!outage.fed_through().empty()) {
    TextTable feeds{{"may be fed through", "likely"}};
    for (const v1::PossibleFeed& feed : outage.fed_through())
      feeds.add({feed.device(), in_percent(feed.probability())});
    std::printf("\n%s", feeds.to_string().c_str());
  }
  if (!outage.why().empty()) {
    TextTable why{{"evidence", "items", "log odds"}};
    for (const auto& share : outage.why()) {
      why.add({share.kind(), std::to_string(share.items()), rounded(share.log_odds())});
    }
    std::printf("\n%s", why.to_string().c_str());
  }
  print_history(outage);
}

void print_affected(CtlSession& session, const std::string& id) {
  v1::ListAffectedUsagePointsRequest request;
  request.set_outage(id);
  request.set_page_size(1000);
  TextTable table{{"usage point", "customers", "supply", "address"}};
  do {
    v1::ListAffectedUsagePointsResponse response;
    if (!session.call<v1::OutageService>(&OutageStub::ListAffectedUsagePoints, request, response)) {
      return;
    }
    if (session.json) session.print_json(response);
    for (const auto& affected : response.usage_points()) {
      table.add({affected.usage_point().id(), std::to_string(affected.usage_point().customers()),
                 affected.restored() ? "back" : "dark", affected.usage_point().address()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  if (!session.json) std::printf("\n%s", table.to_string("nobody affected").c_str());
}

void show_outage(CtlSession& session, const std::string& id, bool affected) {
  v1::GetOutageRequest request;
  request.set_id(id);
  v1::Outage outage;
  if (!session.call<v1::OutageService>(&OutageStub::GetOutage, request, outage)) return;
  if (session.json) {
    session.print_json(outage);
  } else {
    print_outage(outage);
  }
  if (affected) print_affected(session, id);
}

struct SuggestionOptions {
  std::string outage;
  int count = 20;
  double relay_m = -1;
  double relay_error_m = 0;
  bool sections = false;
};

void suggest_pings(CtlSession& session, const SuggestionOptions& options) {
  v1::SuggestPingsRequest request;
  request.set_outage(options.outage);
  request.set_count(options.count);
  v1::SuggestPingsResponse response;
  if (!session.call<v1::OutageService>(&OutageStub::SuggestPings, request, response)) return;
  if (session.json) return session.print_json(response);
  TextTable table{{"meter", "dark", "answers", "saves", "behind", "outage"}};
  for (const v1::SuggestedPing& ping : response.pings()) {
    table.add({ping.usage_point(), in_percent(ping.probability_out()),
               in_percent(ping.probability_answer()), rounded(ping.expected_gain()),
               ping.device().empty() ? "source" : ping.device(),
               ping.outage().empty() ? "-" : ping.outage()});
  }
  std::fputs(table.to_string("no ping would change anything").c_str(), stdout);
}

void print_sections(const v1::SuggestedPatrol& patrol) {
  TextTable table{{"line", "likely", "up to here", "from m", "to m", "water m", "at"}};
  for (const v1::FaultSection& section : patrol.sections()) {
    table.add({section.device(), in_percent(section.probability()),
               in_percent(section.cumulative()), rounded(section.from_m()), rounded(section.to_m()),
               rounded(section.water_depth_m()), show(section.position())});
  }
  std::printf("\n%s, from the %s end; nothing wrong with its lines: %s\n%s",
              place_of(patrol.device()).c_str(), patrol.from_far_end() ? "far" : "near",
              in_percent(patrol.probability_device_only()).c_str(),
              table.to_string("no lines of its own").c_str());
}

void suggest_patrols(CtlSession& session, const SuggestionOptions& options) {
  v1::SuggestPatrolsRequest request;
  request.set_outage(options.outage);
  request.set_count(options.count);
  if (options.relay_m >= 0) {
    request.mutable_relay()->set_distance_m(options.relay_m);
    request.mutable_relay()->set_error_m(options.relay_error_m);
  }
  v1::SuggestPatrolsResponse response;
  if (!session.call<v1::OutageService>(&OutageStub::SuggestPatrols, request, response)) return;
  if (session.json) return session.print_json(response);
  TextTable table{{"device", "open", "saves", "minutes", "outage"}};
  for (const v1::SuggestedPatrol& patrol : response.patrols()) {
    table.add({place_of(patrol.device()), in_percent(patrol.device().probability()),
               rounded(patrol.expected_gain()),
               rounded(static_cast<double>(patrol.patrol_time().seconds()) / 60),
               patrol.outage().empty() ? "-" : patrol.outage()});
  }
  std::fputs(table.to_string("nothing to look at").c_str(), stdout);
  if (!options.sections) return;
  for (const v1::SuggestedPatrol& patrol : response.patrols()) print_sections(patrol);
}

void print_change(CtlSession& session, const v1::Outage& outage) {
  if (session.json) return session.print_json(outage);
  std::printf("%s is %s\n", outage.id().c_str(),
              in_words(v1::Outage::Status_Name(outage.status())).c_str());
}

struct ConfirmOptions {
  std::string id;
  std::string device;
  std::string cause;
  std::string note;
};

void confirm(CtlSession& session, const ConfirmOptions& options) {
  v1::ConfirmOutageRequest request;
  request.set_request_id(fresh_request_id());
  request.set_id(options.id);
  request.set_device(options.device);
  request.set_note(options.note);
  request.set_operator_(session.operator_name);
  if (!options.cause.empty()) {
    std::string name = options.cause;
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    v1::Outage::Cause cause{};
    if (!v1::Outage::Cause_Parse(name, &cause)) {
      return session.refuse("'" + options.cause + "' is no cause of an outage", ExitCode::usage);
    }
    request.set_cause(cause);
  }
  v1::Outage outage;
  if (session.call<v1::OutageService>(&OutageStub::ConfirmOutage, request, outage)) {
    print_change(session, outage);
  }
}

void withdraw(CtlSession& session, const std::string& id, const std::string& reason) {
  v1::WithdrawOutageRequest request;
  request.set_request_id(fresh_request_id());
  request.set_id(id);
  request.set_reason(reason);
  request.set_operator_(session.operator_name);
  v1::Outage outage;
  if (session.call<v1::OutageService>(&OutageStub::WithdrawOutage, request, outage)) {
    print_change(session, outage);
  }
}

struct RestoreOptions {
  std::string id;
  std::string at;
  std::string note;
};

void restore(CtlSession& session, const RestoreOptions& options) {
  v1::RestoreOutageRequest request;
  request.set_request_id(fresh_request_id());
  request.set_id(options.id);
  request.set_note(options.note);
  request.set_operator_(session.operator_name);
  if (!options.at.empty()) {
    const auto at = read_time(session, "--at", options.at);
    if (!at) return;
    *request.mutable_restore_time() = *at;
  }
  v1::Outage outage;
  if (session.call<v1::OutageService>(&OutageStub::RestoreOutage, request, outage)) {
    print_change(session, outage);
  }
}

void merge(CtlSession& session, const std::string& id, const std::vector<std::string>& merged) {
  v1::MergeOutagesRequest request;
  request.set_request_id(fresh_request_id());
  request.set_id(id);
  for (const std::string& other : merged) request.add_merged(other);
  request.set_operator_(session.operator_name);
  v1::Outage outage;
  if (session.call<v1::OutageService>(&OutageStub::MergeOutages, request, outage)) {
    print_change(session, outage);
  }
}

void add_suggestion_commands(CLI::App& outages, const Session& session) {
  auto options = std::make_shared<SuggestionOptions>();
  const auto add_common = [options](CLI::App* command) {
    command->add_option("--outage", options->outage, "Only about this one");
    command->add_option("--count", options->count, "At most so many")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
  };
  CLI::App* pings = outages.add_subcommand("pings", "Which meters to ask next");
  add_common(pings);
  pings->callback([session, options] { suggest_pings(*session, *options); });
  CLI::App* patrols = outages.add_subcommand("patrols", "Which devices to look at next, and where");
  add_common(patrols);
  patrols->add_flag("--sections", options->sections, "List the lines a fault may be on");
  patrols->add_option("--relay-m", options->relay_m, "The outage's relay puts the fault so far out")
      ->check(CLI::Range(0.0, 1e6));
  patrols->add_option("--relay-error-m", options->relay_error_m, "Its standard error")
      ->check(CLI::Range(0.0, 1e6));
  patrols->callback([session, options] { suggest_patrols(*session, *options); });
}

}  // namespace

void add_ctl_outage_commands(CLI::App& ctl, const Session& session) {
  auto list = std::make_shared<ListOptions>();
  CLI::App* outages = ctl.add_subcommand("outages", "Outages, newest first");
  outages->add_flag("--all", list->all, "Closed and withdrawn ones too");
  outages->add_option("--limit", list->limit, "At most so many")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  outages->callback([session, list, outages] {
    if (outages->get_subcommands().empty()) list_outages(*session, *list);
  });
  add_suggestion_commands(*outages, session);
  auto restoring = std::make_shared<RestoreOptions>();
  CLI::App* restore_command =
      outages->add_subcommand("restore", "Say that everybody in an outage has light again");
  restore_command->add_option("id", restoring->id)->required();
  restore_command->add_option("--at", restoring->at, "When it came back (default: now)");
  restore_command->add_option("--note", restoring->note);
  restore_command->callback([session, restoring] { restore(*session, *restoring); });

  auto id = std::make_shared<std::string>();
  auto affected = std::make_shared<bool>(false);
  CLI::App* outage = ctl.add_subcommand("outage", "One outage with its explanation");
  outage->add_option("id", *id)->required();
  outage->add_flag("--affected", *affected, "List its usage points");
  outage->callback([session, id, affected] { show_outage(*session, *id, *affected); });

  auto confirming = std::make_shared<ConfirmOptions>();
  CLI::App* confirm_command = ctl.add_subcommand("confirm", "Say that an outage is real");
  confirm_command->add_option("id", confirming->id)->required();
  confirm_command->add_option("--device", confirming->device, "The device found open");
  confirm_command->add_option("--cause", confirming->cause, "fault, flood_trip, planned, ...");
  confirm_command->add_option("--note", confirming->note);
  confirm_command->callback([session, confirming] { confirm(*session, *confirming); });

  auto reason = std::make_shared<std::string>();
  CLI::App* withdraw_command = ctl.add_subcommand("withdraw", "Say that an outage is none");
  withdraw_command->add_option("id", *id)->required();
  withdraw_command->add_option("--reason", *reason)->required();
  withdraw_command->callback([session, id, reason] { withdraw(*session, *id, *reason); });

  auto merged = std::make_shared<std::vector<std::string>>();
  CLI::App* merge_command = ctl.add_subcommand("merge", "Say that several outages are one");
  merge_command->add_option("id", *id, "The one that stays")->required();
  merge_command->add_option("merged", *merged, "Those that end in it")->required();
  merge_command->callback([session, id, merged] { merge(*session, *id, *merged); });
}

}  // namespace gridmend
