#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "core/base/clock.h"
#include "gridmend/v1/evidence.grpc.pb.h"
#include "service/cli/ctl_session.h"
#include "service/cli/option_values.h"
#include "service/cli/text_table.h"
#include "service/converters/evidence_converter.h"
#include "service/converters/time_converter.h"

namespace gridmend {

namespace {

using EvidenceStub = v1::EvidenceService::Stub;
constexpr int kRefusalsShown = 10;

// Sends the lines of evidence files in batches and keeps count.
class Submission {
 public:
  Submission(CtlSession& session, int batch) : session_(session), batch_(batch) {}

  // False when sending failed: the rest is not worth trying.
  bool submit(const std::string& file) {
    std::ifstream opened;
    if (file != "-") {
      opened.open(file);
      if (!opened) {
        session_.refuse(file + ": cannot be read");
        return false;
      }
    }
    std::istream& lines = file == "-" ? std::cin : opened;
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
      if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
      auto message = parse_evidence_message(line);
      if (!message) {
        refused(file + ", line " + std::to_string(number) + ": " + message.error().message);
        continue;
      }
      *request_.add_evidence() = std::move(*message);
      if (request_.evidence_size() == batch_ && !send()) return false;
    }
    return request_.evidence().empty() || send();
  }

  void report() const {
    if (session_.json) {
      std::printf("{\"accepted\":%u,\"duplicates\":%u,\"refused\":%d,\"revision\":\"%llu\"}\n",
                  accepted_, duplicates_, refused_, static_cast<unsigned long long>(revision_));
    } else {
      std::printf("%u accepted, %u known already, %d refused; revision %llu\n", accepted_,
                  duplicates_, refused_, static_cast<unsigned long long>(revision_));
    }
  }

 private:
  bool send() {
    v1::SubmitEvidenceResponse response;
    const bool sent =
        session_.call<v1::EvidenceService>(&EvidenceStub::SubmitEvidence, request_, response);
    if (!sent) return false;
    accepted_ += response.accepted();
    duplicates_ += response.duplicates();
    revision_ = response.revision();
    for (const auto& item : response.refused()) {
      refused("'" + item.idempotency_key() + "': " + item.error().message());
    }
    request_.clear_evidence();
    return true;
  }

  void refused(const std::string& why) {
    if (refused_++ < kRefusalsShown) session_.refuse(why);
  }

  CtlSession& session_;
  const int batch_;
  v1::SubmitEvidenceRequest request_;
  unsigned accepted_ = 0;
  unsigned duplicates_ = 0;
  int refused_ = 0;
  std::uint64_t revision_ = 0;
};

void submit_files(CtlSession& session, const std::vector<std::string>& files, int batch) {
  Submission submission{session, batch};
  for (const std::string& file : files) {
    if (!submission.submit(file)) return;
  }
  submission.report();
}

struct CallOptions {
  std::string usage_point;
  std::string address;
  std::string at;
  std::string complaint = "no_light";
  std::string text;
  std::string time;
};

void call_in(CtlSession& session, const CallOptions& options) {
  v1::SubmitEvidenceRequest request;
  v1::Evidence& evidence = *request.add_evidence();
  evidence.set_idempotency_key(fresh_request_id());
  evidence.set_source(session.operator_name.empty() ? "call" : "call/" + session.operator_name);
  Time time = SystemClock{}.now();
  if (!options.time.empty()) {
    const auto given = parse_rfc3339(options.time);
    if (!given) return session.refuse("--time wants a time", ExitCode::usage);
    time = *given;
  }
  *evidence.mutable_event_time() = to_proto(time);
  v1::TroubleCall& call = *evidence.mutable_trouble_call();
  call.set_usage_point(options.usage_point);
  call.set_address(options.address);
  call.set_text(options.text);
  if (!options.at.empty() && !read_position(options.at, *call.mutable_position())) {
    return session.refuse("--at wants LON,LAT in degrees", ExitCode::usage);
  }
  std::string name = options.complaint;
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  v1::TroubleCall::Complaint complaint{};
  if (!v1::TroubleCall::Complaint_Parse(name, &complaint)) {
    return session.refuse("'" + options.complaint + "' is no complaint", ExitCode::usage);
  }
  call.set_complaint(complaint);
  v1::SubmitEvidenceResponse response;
  if (!session.call<v1::EvidenceService>(&EvidenceStub::SubmitEvidence, request, response)) return;
  if (session.json) session.print_json(response);
  for (const auto& refused : response.refused()) session.refuse(refused.error().message());
  if (!session.json && response.refused().empty()) {
    std::printf("taken; revision %llu\n", static_cast<unsigned long long>(response.revision()));
  }
}

std::string place_of(const v1::TroubleCall& call) {
  if (!call.usage_point().empty()) return call.usage_point();
  return call.address().empty() ? show(call.position()) : call.address();
}

// Trouble calls among the newest items.
void list_tickets(CtlSession& session, int limit) {
  v1::ListEvidenceRequest request;
  request.set_page_size(1000);
  TextTable table{{"time", "source", "place", "complaint", "words"}};
  int found = 0;
  do {
    v1::ListEvidenceResponse response;
    if (!session.call<v1::EvidenceService>(&EvidenceStub::ListEvidence, request, response)) return;
    for (const v1::Evidence& item : response.evidence()) {
      if (!item.has_trouble_call() || found == limit) continue;
      ++found;
      if (session.json) session.print_json(item);
      const v1::TroubleCall& call = item.trouble_call();
      table.add({show(item.event_time()), item.source(), place_of(call),
                 v1::TroubleCall::Complaint_Name(call.complaint()), call.text()});
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty() && found < limit);
  if (!session.json) std::fputs(table.to_string("no calls").c_str(), stdout);
}

void show_figures(CtlSession& session) {
  v1::EvidenceFigures figures;
  if (!session.call<v1::EvidenceService>(&EvidenceStub::GetEvidenceFigures,
                                         v1::GetEvidenceFiguresRequest{}, figures)) {
    return;
  }
  if (session.json) return session.print_json(figures);
  TextTable table{{"evidence", "items"}};
  const auto add = [&table](const char* what, std::uint64_t items) {
    table.add({what, std::to_string(items)});
  };
  add("accepted", figures.accepted());
  add("refused: no such usage point or device", figures.unknown_reference());
  add("refused: cannot be", figures.invalid());
  add("of those accepted: calls spread over several usage points", figures.spread());
  add("  such calls that still speak", figures.spread_standing());
  add("  calls let go, old or too many", figures.spread_forgotten());
  add("  without a place", figures.unplaced());
  add("  dated after they were received", figures.dated_ahead());
  add("  of meters, dated years before", figures.dated_behind());
  add("  older than what was known", figures.superseded());
  add("  not about supply", figures.not_supply());
  add("  switch positions that contradict others", figures.contradicted());
  add("  lost with a region that went", figures.lost_with_region());
  std::fputs(table.to_string().c_str(), stdout);
}

}  // namespace

void add_ctl_evidence_commands(CLI::App& ctl, const std::shared_ptr<CtlSession>& session) {
  CLI::App* evidence = ctl.add_subcommand("evidence", "What the outside world says");
  evidence->require_subcommand(1);
  auto files = std::make_shared<std::vector<std::string>>();
  auto batch = std::make_shared<int>(1000);
  CLI::App* submit =
      evidence->add_subcommand("submit", "Send evidence files ('-': standard input)");
  submit->add_option("files", *files, "JSON lines")->required();
  submit->add_option("--batch", *batch, "Items a request")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  submit->fallthrough();
  submit->callback([session, files, batch] { submit_files(*session, *files, *batch); });

  CLI::App* figures =
      evidence->add_subcommand("figures", "What became of everything heard: what was of no use");
  figures->fallthrough();
  figures->callback([session] { show_figures(*session); });

  auto options = std::make_shared<CallOptions>();
  CLI::App* call = ctl.add_subcommand("call", "Take a trouble call");
  call->add_option("--usage-point", options->usage_point);
  call->add_option("--address", options->address);
  call->add_option("--at", options->at, "LON,LAT in degrees");
  call->add_option("--complaint", options->complaint, "no_light, partial, dim, hazard")
      ->capture_default_str();
  call->add_option("--text", options->text, "The caller's words");
  call->add_option("--time", options->time, "When; now, if it is not given");
  call->callback([session, options] { call_in(*session, *options); });

  auto limit = std::make_shared<int>(50);
  CLI::App* tickets = ctl.add_subcommand("tickets", "Trouble calls, newest first");
  tickets->add_option("--limit", *limit)->check(check_positive)->capture_default_str();
  tickets->callback([session, limit] { list_tickets(*session, *limit); });
}

}  // namespace gridmend
