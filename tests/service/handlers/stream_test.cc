#include <gtest/gtest.h>

#include "gridmend/v1/evidence.grpc.pb.h"
#include "gridmend/v1/report.grpc.pb.h"
#include "tests/service/handlers/server_desk.h"

namespace gridmend::stream_test {
namespace {

using server_desk::ServerDesk;
using Evidence = v1::EvidenceService;

v1::StreamEvidenceRequest batch(std::uint64_t sequence, int meter) {
  v1::StreamEvidenceRequest request;
  request.set_sequence(sequence);
  v1::Evidence& item = *request.add_evidence();
  const std::string name = "T1." + std::to_string(meter);
  item = control_room::item("gasp-" + name, "ami", control_room::at_minute(1));
  item.mutable_last_gasp()->set_usage_point(name);
  return request;
}

TEST(EvidenceStream, EveryBatchIsAcknowledgedBySequenceOnceItIsDurable) {
  ServerDesk desk;
  const auto stub = desk.stub<Evidence>();
  grpc::ClientContext context;
  const auto stream = stub->StreamEvidence(&context);
  v1::StreamEvidenceResponse answer;
  for (int i = 1; i <= 6; ++i) {
    ASSERT_TRUE(stream->Write(batch(static_cast<std::uint64_t>(i) * 10, i)));
    ASSERT_TRUE(stream->Read(&answer));
    EXPECT_EQ(answer.acknowledged_sequence(), static_cast<std::uint64_t>(i) * 10);
    EXPECT_EQ(answer.accepted(), 1U);
    EXPECT_EQ(answer.revision(), desk.room.world()->revision);
  }
  EXPECT_EQ(desk.room.world()->counters.evidence_accepted, 6U);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&answer));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(EvidenceStream, WhatIsSentAgainAfterABreakCountsOnce) {
  ServerDesk desk;
  const auto stub = desk.stub<Evidence>();
  for (int attempt = 0; attempt < 2; ++attempt) {
    grpc::ClientContext context;
    const auto stream = stub->StreamEvidence(&context);
    v1::StreamEvidenceResponse answer;
    for (int i = 1; i <= 3; ++i) {
      ASSERT_TRUE(stream->Write(batch(static_cast<std::uint64_t>(i), i)));
      ASSERT_TRUE(stream->Read(&answer));
      EXPECT_EQ(answer.duplicates(), attempt == 0 ? 0U : 1U);
    }
    context.TryCancel();
  }
  EXPECT_EQ(desk.room.world()->counters.evidence_accepted, 3U);
}

TEST(EvidenceStream, ASequenceThatDoesNotGrowEndsTheStream) {
  ServerDesk desk;
  const auto stub = desk.stub<Evidence>();
  grpc::ClientContext context;
  const auto stream = stub->StreamEvidence(&context);
  v1::StreamEvidenceResponse answer;
  ASSERT_TRUE(stream->Write(batch(2, 1)));
  ASSERT_TRUE(stream->Read(&answer));
  ASSERT_TRUE(stream->Write(batch(2, 2)));
  EXPECT_FALSE(stream->Read(&answer));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(server_desk::reason_of(status), "SEQUENCE_NOT_GROWING");
}

TEST(LedgerExport, TellsEveryCommandInOrder) {
  ServerDesk desk;
  desk.blow_f2(0);
  desk.room.ok(control_room::crew("C1", {120, 30}));
  const auto stub = desk.stub<v1::ReportService>();
  grpc::ClientContext context;
  const auto stream = stub->ExportLedger(&context, v1::ExportLedgerRequest{});
  v1::LedgerEntry entry;
  std::vector<std::string> commands;
  std::uint64_t revision = 0;
  while (stream->Read(&entry)) {
    EXPECT_EQ(entry.revision(), ++revision);
    EXPECT_FALSE(entry.content_json().empty());
    commands.push_back(entry.command());
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(revision, desk.room.world()->revision);
  EXPECT_EQ(commands, (std::vector<std::string>{"submit_evidence", "reassess", "create_crew"}));
}

}  // namespace
}  // namespace gridmend::stream_test
