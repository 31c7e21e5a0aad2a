#include "service/converters/evidence_converter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/base/clock.h"
#include "service/converters/time_converter.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend::evidence_converter_test {
namespace {

using ::testing::HasSubstr;

class EvidenceConverter : public ::testing::Test {
 protected:
  // Fills what every item has.
  v1::Evidence sound() const {
    v1::Evidence evidence;
    evidence.set_idempotency_key("k1");
    evidence.set_source("ami");
    *evidence.mutable_event_time() = to_proto(*parse_rfc3339("2026-07-20T02:00:01Z"));
    return evidence;
  }

  void expect_refused(const v1::Evidence& evidence, ErrorCode code, const std::string& reason,
                      const std::string& field) const {
    const auto refused = to_domain(evidence, network_, "evidence[3]");
    ASSERT_FALSE(refused) << evidence.ShortDebugString();
    EXPECT_EQ(refused.error().code, code) << refused.error().message;
    EXPECT_EQ(refused.error().reason, reason);
    EXPECT_EQ(refused.error().field, "evidence[3]." + field);
    EXPECT_FALSE(refused.error().message.empty());
  }

  const NetworkModel network_ = drawing::draw(R"(
    S==B1--n1--F1--T1(3)
           |
           n2--F2[A]--T2[A](2)
  )");
};

TEST_F(EvidenceConverter, TheLineOfTheManualIsALastGasp) {
  const auto evidence = parse_evidence_line(
      R"({"idempotencyKey":"k1","eventTime":"2026-07-20T02:00:01Z","source":"ami","lastGasp":{"usagePoint":"T1.2"}})",
      network_);
  ASSERT_TRUE(evidence) << evidence.error().message;
  EXPECT_EQ(evidence->idempotency_key, "k1");
  EXPECT_EQ(to_rfc3339(evidence->event_time), "2026-07-20T02:00:01Z");
  EXPECT_EQ(evidence->receive_time, evidence->event_time);
  EXPECT_EQ(evidence->source, "ami");
  ASSERT_TRUE(std::holds_alternative<LastGasp>(evidence->kind));
  EXPECT_EQ(std::get<LastGasp>(evidence->kind).usage_point, drawing::usage_point(network_, "T1.2"));
}

TEST_F(EvidenceConverter, EveryKindIsReadFromItsLine) {
  const std::string head = R"({"eventTime":"2026-07-20T02:00:01.5+08:00",)";
  const auto read = [&](const std::string& kind) {
    auto evidence = parse_evidence_line(head + kind + "}", network_);
    EXPECT_TRUE(evidence) << kind << ": " << evidence.error().message;
    return evidence ? evidence->kind : EvidenceKind{};
  };
  EXPECT_TRUE(std::holds_alternative<PowerUp>(read(R"("powerUp":{"usagePoint":"T2.1"})")));
  EXPECT_TRUE(
      std::get<PingResult>(read(R"("pingResult":{"usagePoint":"T2.1","answered":true})")).answered);
  const auto call = std::get<TroubleCall>(
      read(R"("troubleCall":{"usagePoint":"T1.1","complaint":"PARTIAL","text":"半边没电"})"));
  EXPECT_EQ(call.complaint, Complaint::partial);
  EXPECT_EQ(call.text, "半边没电");
  const auto stranger = std::get<TroubleCall>(
      read(R"("troubleCall":{"position":{"longitudeDeg":120.1,"latitudeDeg":30.2}})"));
  EXPECT_FALSE(stranger.usage_point.valid());
  EXPECT_EQ(stranger.complaint, Complaint::no_light);
  ASSERT_TRUE(stranger.position.has_value());
  EXPECT_EQ(stranger.position->latitude_deg, 30.2);
  const auto opened = std::get<SwitchPosition>(read(
      R"("switchPosition":{"device":"F1","position":"OPEN","phases":"A","origin":"CREW","reason":"PLANNED"})"));
  EXPECT_EQ(to_string(opened.open_phases), "A");
  EXPECT_EQ(opened.origin, PositionOrigin::crew);
  EXPECT_EQ(opened.reason, SwitchingReason::planned);
  EXPECT_TRUE(
      std::get<FaultIndicator>(read(R"("faultIndicator":{"device":"B1","passed":true})")).passed);
  EXPECT_EQ(
      std::get<FieldReport>(read(R"("fieldReport":{"device":"F2","finding":"OPEN"})")).finding,
      Finding::open);
  const auto reading = std::get<MeterReading>(
      read(R"("meterReading":{"usagePoint":"T1.3","kWh":0.25,"interval":"900s"})"));
  EXPECT_EQ(reading.energy_kwh, 0.25);
  EXPECT_EQ(reading.interval, std::chrono::minutes{15});
}

TEST_F(EvidenceConverter, ClosedMeansTheNamedPhasesAreClosedAndTheOthersOpen) {
  v1::Evidence evidence = sound();
  auto& position = *evidence.mutable_switch_position();
  position.set_device("F1");
  position.set_position(v1::SwitchPosition::CLOSED);
  auto read = to_domain(evidence, network_);
  ASSERT_TRUE(read);
  EXPECT_FALSE(std::get<SwitchPosition>(read->kind).open_phases.any());
  position.set_phases("BC");
  read = to_domain(evidence, network_);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_string(std::get<SwitchPosition>(read->kind).open_phases), "A");
}

TEST_F(EvidenceConverter, RefusalsNameTheFieldByItsPath) {
  v1::Evidence evidence = sound();
  expect_refused(evidence, ErrorCode::invalid_argument, "KIND_MISSING", "kind");
  evidence.mutable_last_gasp();
  expect_refused(evidence, ErrorCode::invalid_argument, "ID_MISSING", "last_gasp.usage_point");
  evidence.mutable_last_gasp()->set_usage_point("nobody");
  expect_refused(evidence, ErrorCode::not_found, "USAGE_POINT_UNKNOWN", "last_gasp.usage_point");
  evidence.mutable_fault_indicator()->set_device("nothing");
  expect_refused(evidence, ErrorCode::not_found, "DEVICE_UNKNOWN", "fault_indicator.device");
  evidence.mutable_trouble_call()->set_text("hello");
  expect_refused(evidence, ErrorCode::invalid_argument, "PLACE_MISSING",
                 "trouble_call.usage_point");
  evidence.mutable_trouble_call()->mutable_position()->set_latitude_deg(91);
  expect_refused(evidence, ErrorCode::invalid_argument, "POSITION_INVALID",
                 "trouble_call.position");
  evidence.mutable_trouble_call()->mutable_position()->set_latitude_deg(std::nan(""));
  expect_refused(evidence, ErrorCode::invalid_argument, "POSITION_INVALID",
                 "trouble_call.position");
  evidence.mutable_switch_position()->set_device("F1");
  expect_refused(evidence, ErrorCode::invalid_argument, "VALUE_UNKNOWN",
                 "switch_position.position");
  evidence.mutable_switch_position()->set_position(v1::SwitchPosition::OPEN);
  evidence.mutable_switch_position()->set_phases("AX");
  expect_refused(evidence, ErrorCode::invalid_argument, "VALUE_UNKNOWN", "switch_position.phases");
  evidence.mutable_field_report()->set_device("F1");
  expect_refused(evidence, ErrorCode::invalid_argument, "VALUE_UNKNOWN", "field_report.finding");
  evidence.mutable_meter_reading()->set_usage_point("T1.1");
  evidence.mutable_meter_reading()->set_kwh(-1);
  expect_refused(evidence, ErrorCode::invalid_argument, "ENERGY_INVALID", "meter_reading.kwh");
  evidence.mutable_meter_reading()->set_kwh(1);
  expect_refused(evidence, ErrorCode::invalid_argument, "DURATION_INVALID",
                 "meter_reading.interval");
  evidence.mutable_last_gasp()->set_usage_point("T1.1");
  evidence.clear_event_time();
  expect_refused(evidence, ErrorCode::invalid_argument, "TIME_MISSING", "event_time");
  evidence = sound();
  evidence.set_idempotency_key(std::string(129, 'k'));
  expect_refused(evidence, ErrorCode::invalid_argument, "TEXT_TOO_LONG", "idempotency_key");
}

TEST_F(EvidenceConverter, AnIdOfAMegabyteIsNotRepeatedInTheAnswer) {
  v1::Evidence evidence = sound();
  evidence.mutable_power_up()->set_usage_point(std::string(1 << 20, 'x'));
  const auto refused = to_domain(evidence, network_);
  ASSERT_FALSE(refused);
  EXPECT_LT(refused.error().message.size(), 200U);
}

TEST_F(EvidenceConverter, EveryKindComesBackFromTheDomain) {
  const auto point = drawing::usage_point(network_, "T2.2");
  const auto device = drawing::device(network_, "F1");
  const Position here{120.5, 30.25};
  const std::vector<EvidenceKind> kinds = {
      LastGasp{point},
      PowerUp{point},
      PingResult{point, true},
      TroubleCall{point, here, Complaint::dim, "flickers"},
      TroubleCall{{}, here, Complaint::hazard, ""},
      SwitchPosition{device, PhaseSet{PhaseSet::kA | PhaseSet::kC}, PositionOrigin::operator_entry,
                     SwitchingReason::restoration},
      SwitchPosition{device, PhaseSet::abc(), PositionOrigin::scada, SwitchingReason::unknown},
      SwitchPosition{device, PhaseSet::none(), PositionOrigin::crew, SwitchingReason::planned},
      SwitchPosition{device, PhaseSet::none(), PositionOrigin::operator_entry,
                     SwitchingReason::unknown, true},
      FaultIndicator{device, true},
      FieldReport{device, here, Finding::damaged, "pole down"},
      MeterReading{point, 1.5, std::chrono::minutes{15}},
  };
  for (const EvidenceKind& kind : kinds) {
    const Evidence evidence{"key", Time{Duration{1'700'000'000'123'456}}, Time{Duration{5}}, "s",
                            kind};
    const v1::Evidence message = to_proto(evidence, network_);
    const auto back = to_domain(message, network_);
    ASSERT_TRUE(back) << message.ShortDebugString() << back.error().message;
    EXPECT_EQ(to_proto(*back, network_).SerializeAsString(), message.SerializeAsString());
    EXPECT_EQ(back->kind.index(), kind.index());
    EXPECT_EQ(back->event_time, evidence.event_time);
    EXPECT_EQ(back->receive_time, evidence.receive_time);
    const auto line = parse_evidence_message(write_evidence_line(message));
    ASSERT_TRUE(line);
    EXPECT_EQ(line->SerializeAsString(), message.SerializeAsString());
  }
}

TEST_F(EvidenceConverter, LinesThatAreNoEvidenceAreRefusedWithAReason) {
  for (const std::string line : {"", "{", "[]", "null", "42", R"({"lastGasp":{"usagePoint":7}})",
                                 R"({"lastgasp":{}})", R"({"eventTime":"yesterday"})",
                                 R"({"lastGasp":{},"powerUp":{}})", "{\"source\":\"\xff\"}"}) {
    const auto refused = parse_evidence_line(line, network_);
    ASSERT_FALSE(refused) << line;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument) << line;
    EXPECT_FALSE(refused.error().reason.empty()) << line;
  }
  EXPECT_FALSE(parse_evidence_message(std::string(70'000, ' ')));
  EXPECT_THAT(parse_evidence_message(R"({"lastgasp":{}})").error().message, HasSubstr("lastgasp"));
}

}  // namespace
}  // namespace gridmend::evidence_converter_test
