#include "service/handlers/ledger_export.h"

#include <google/protobuf/util/json_util.h>

#include <optional>
#include <vector>

#include "gridmend/v1/report.pb.h"
#include "service/converters/time_converter.h"
#include "service/handlers/status.h"
#include "service/handlers/watch_hub.h"

namespace gridmend {

namespace {

constexpr std::size_t kPageRecords = 200;

v1::LedgerEntry entry_of(const JournalRecord& record) {
  v1::LedgerEntry entry;
  entry.set_revision(record.sequence);
  *entry.mutable_time() = to_proto(record.time);
  Command command;
  if (!command.ParseFromString(record.payload)) return entry;
  entry.set_actor(command.actor());
  const auto* reflection = command.GetReflection();
  const auto* act =
      reflection->GetOneofFieldDescriptor(command, command.GetDescriptor()->FindOneofByName("act"));
  if (act != nullptr) entry.set_command(act->name());
  std::string json;
  if (google::protobuf::util::MessageToJsonString(command, &json).ok()) {
    entry.set_content_json(std::move(json));
  }
  return entry;
}

// Steps follow one another (page -> write -> write ... -> page), each started by the one before.
class LedgerExport final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  LedgerExport(const CallContext& context, std::uint64_t after, std::optional<Time> until)
      : context_(context), after_(after), until_(until) {
    context_.workers.post([this] { next(); });
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    context_.workers.post([this] { next(); });
  }
  void OnDone() override { delete this; }

 private:
  void next() {
    if (place_ == page_.size()) {
      auto page = context_.engine.journal_page(after_, kPageRecords);
      if (!page) return Finish(to_status(page.error()));
      if (page->empty()) return Finish(grpc::Status::OK);
      page_ = std::move(*page);
      place_ = 0;
      after_ = page_.back().sequence;
    }
    const JournalRecord& record = page_[place_++];
    if (until_ && record.time >= *until_) return Finish(grpc::Status::OK);
    outgoing_ = serialise(entry_of(record));
    StartWrite(&outgoing_);
  }

  const CallContext context_;
  std::uint64_t after_;
  const std::optional<Time> until_;
  std::vector<JournalRecord> page_;
  std::size_t place_ = 0;
  grpc::ByteBuffer outgoing_;
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* open_ledger_export(const CallContext& context,
                                                               const grpc::ByteBuffer& bytes) {
  v1::ExportLedgerRequest request;
  if (auto parsed = parse_request(bytes, kCrewBytes, request); !parsed) {
    return refused_watch(parsed.error());
  }
  std::optional<Time> until;
  if (request.has_until()) {
    auto time = to_domain(request.until(), "until");
    if (!time) return refused_watch(time.error());
    until = *time;
  }
  return new LedgerExport{context, request.after_revision(), until};
}

}  // namespace gridmend
