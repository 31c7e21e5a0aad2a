#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <string>

#include "core/network/supply_forest.h"
#include "data/ingest/network_checks.h"
#include "data/ingest/opendss_source.h"

namespace gridmend::opendss_import_test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kHead = "Clear\nNew Circuit.town bus1=S basekv=12.47\n";

// A model read from texts, with what a test asks of it.
class Model {
 public:
  explicit Model(const std::string& body, SourceCoordinates declared = {},
                 std::map<std::string, std::string> others = {}) {
    others["m/master.dss"] = std::string{kHead} + body;
    const auto source = opendss_source("model", files_in_memory(std::move(others)), "m/master.dss",
                                       std::move(declared));
    NetworkBuilder builder;
    const auto read = source->read(builder, {});
    EXPECT_TRUE(read) << describe(read.error());
    auto built = std::move(builder).finish();
    EXPECT_TRUE(built) << describe(built.error());
    built_ = std::move(*built);
    network_ = std::make_unique<NetworkModel>(*NetworkModel::from_records(built_.records));
    const SwitchState switches{*network_};
    forest_ = std::make_unique<SupplyForest>(SupplyForest::derive(*network_, switches));
  }

  const NetworkModel& network() const { return *network_; }
  const Device& device(std::string_view mrid) const {
    const auto id = network_->find_device(mrid);
    static const Device kNone;
    EXPECT_TRUE(id) << mrid << " is not there";
    return id ? network_->devices()[*id] : kNone;
  }
  bool has(std::string_view mrid) const { return network_->find_device(mrid).has_value(); }
  std::string phases(std::string_view mrid) const {
    const Device& d = device(mrid);
    return to_string(d.phases) + ">" +
           to_string(d.to_phases == PhaseSet::none() ? d.phases : d.to_phases);
  }
  std::string ends(std::string_view mrid) const {
    const Device& d = device(mrid);
    return std::string{network_->mrid(d.from)} + ">" + std::string{network_->mrid(d.to)};
  }
  const UsagePoint& load(std::string_view mrid) const {
    return network_->usage_points()[*network_->find_usage_point(mrid)];
  }
  bool supplied(std::string_view load_mrid) const {
    return forest_->supplied(load(load_mrid).node);
  }
  std::string defects() const {
    std::string text;
    for (const Defect& d : built_.defects.defects()) {
      text += std::string{to_string(d.defect_class)} + " " + d.place.file + " " + d.place.layer +
              " " + d.place.feature_id + ": " + d.message + " (" + d.action + ")\n";
    }
    return text;
  }
  std::size_t count(DefectClass defect_class) const { return built_.defects.count(defect_class); }

 private:
  BuiltNetwork built_;
  std::unique_ptr<NetworkModel> network_;
  std::unique_ptr<SupplyForest> forest_;
};

TEST(OpenDssImport, ALineIsBetweenItsBusesWhateverTheCaseOfLetters) {
  const Model model{
      "New LineCode.c nphases=2 units=mi\nNew Line.a bus1=S.1.2 bus2=Far.1.2 linecode=C length=2\n"
      "New Line.b bus1=FAR.2 bus2=end.2 phases=1 length=100 units=ft\nNew Load.u bus1=END.2 "
      "phases=1\n"};
  EXPECT_EQ(model.network().nodes().size(), 3u);
  EXPECT_EQ(model.ends("a"), "S>Far");
  EXPECT_EQ(model.phases("a"), "AB>AB");
  EXPECT_FLOAT_EQ(model.device("a").length_m, 3218.688F);
  EXPECT_EQ(model.phases("b"), "B>B");
  EXPECT_FLOAT_EQ(model.device("b").length_m, 30.48F);
  EXPECT_FLOAT_EQ(model.device("b").nominal_kv, 12.47F);
  EXPECT_TRUE(model.supplied("u"));
  EXPECT_EQ(to_string(model.load("u").phases), "B");
  EXPECT_EQ(model.count(DefectClass::statement_not_understood), 0u) << model.defects();
  EXPECT_EQ(model.count(DefectClass::dangling_reference), 0u) << model.defects();
}

TEST(OpenDssImport, NodesThatAreNotGivenFollowFromThePhasesLastSaid) {
  const Model model{
      "New LineCode.one nphases=1\nNew LineGeometry.g nconds=3 nphases=2\n"
      "New Line.a bus1=S bus2=a\nNew Line.b bus1=S bus2=b phases=3 linecode=one\n"
      "New Line.c bus1=S bus2=c linecode=one phases=3\nNew Line.d bus1=S bus2=d geometry=g\n"
      "New Line.e bus1=S.1.2.3.4 bus2=e.1.2.3.4 phases=4\nNew Line.f bus1=S.4.5.6 bus2=f.4.5.6\n"};
  EXPECT_EQ(model.phases("a"), "ABC>ABC");
  EXPECT_EQ(model.phases("b"), "A>A");
  EXPECT_EQ(model.phases("c"), "ABC>ABC");
  EXPECT_EQ(model.phases("d"), "AB>AB");
  EXPECT_EQ(model.phases("e"), "ABCN>ABCN");
  EXPECT_EQ(model.phases("f"), "ABC>ABC");
}

TEST(OpenDssImport, NodesNamedAtBothEndsAreAllTheConductorsThatALineHas) {
  const Model model{
      "New LineCode.three nphases=3\nNew Line.a bus1=S.3 bus2=a.3 phases=1 linecode=three\n"
      "New Line.b bus1=a.3 bus2=b.3 switch=y\nNew Line.c bus1=S.1 bus2=c\n"
      "New Line.d bus1=S.2.0 bus2=d.2.0 phases=2\nNew Line.e bus1=S. bus2=e.\n"
      "New Load.u bus1=b.3 phases=1\n"};
  EXPECT_EQ(model.phases("a"), "C>C");
  EXPECT_EQ(model.phases("b"), "C>C");
  EXPECT_EQ(model.phases("c"), "ABC>ABC") << "only one end names them";
  EXPECT_EQ(model.phases("d"), "B>B");
  EXPECT_EQ(model.phases("e"), "ABC>ABC") << "a dot alone names none";
  EXPECT_TRUE(model.supplied("u"));
  EXPECT_EQ(model.count(DefectClass::phase_mismatch), 0u) << model.defects();
}

TEST(OpenDssImport, ConductorsThatALineDoesNotNameJoinWhatIsAtBothItsEnds) {
  const Model model{
      "New Line.a bus1=S bus2=a\nNew Line.b bus1=a.1 bus2=b.1 phases=3\n"
      "New Line.c bus1=a.1 bus2=c.1 phases=3\nNew Load.u bus1=b.3 phases=1\n"};
  EXPECT_EQ(model.phases("b"), "AC>AC");
  EXPECT_EQ(model.phases("c"), "A>A") << "nothing is at its other nodes";
  EXPECT_TRUE(model.supplied("u"));
  EXPECT_EQ(model.count(DefectClass::phase_mismatch), 0u) << model.defects();
}

TEST(OpenDssImport, TheVoltageOfASinglePhaseSourceIsAgainstTheNeutral) {
  const Model model{
      "Edit Vsource.source bus1=S.1 phases=1 basekv=7.2\n"
      "New Vsource.b bus1=S.2 phases=1 basekv=7.2\n"
      "New Transformer.t phases=3 buses=[S lv] kvs=[12.47 .4]\nNew Load.u bus1=lv\n"};
  EXPECT_EQ(model.count(DefectClass::voltage_mismatch), 0u) << model.defects();
}

TEST(OpenDssImport, BehindACentreTapAreLegs) {
  const Model model{
      "New Line.m bus1=S.3 bus2=p.3 phases=1\n"
      "New Transformer.t phases=1 windings=3 wdg=1 bus=p.3 kv=7.2 kva=25 wdg=2 bus=lv.1.0 kv=.12 "
      "wdg=3 bus=lv.0.2 kv=.12\n"
      "New Transformer.u phases=1 buses=[p.3 w.1.2] kvs=[7.2 .24] kvas=[10 10]\n"
      "New Line.drop bus1=lv.1.2 bus2=house.1.2 phases=2\n"
      "New Load.both bus1=house.1.2 phases=2\nNew Load.one bus1=house.2 phases=1 NumCust=4\n"
      "New Load.other bus1=w.1.2 phases=1 enabled=no\n"};
  EXPECT_EQ(model.phases("t"), "C>s1s2");
  EXPECT_EQ(model.ends("t"), "p>lv");
  EXPECT_FLOAT_EQ(model.device("t").rated_kva, 25);
  EXPECT_EQ(model.phases("u"), "C>s1s2");
  EXPECT_EQ(model.phases("drop"), "s1s2>s1s2");
  EXPECT_FLOAT_EQ(model.device("drop").nominal_kv, .24F);
  EXPECT_EQ(to_string(model.load("both").phases), "s1s2");
  EXPECT_EQ(to_string(model.load("one").phases), "s2");
  EXPECT_EQ(model.load("one").customers, 4);
  EXPECT_EQ(model.load("other").customers, 0);
  EXPECT_EQ(model.phases("m"), "C>C");
  EXPECT_EQ(model.count(DefectClass::voltage_mismatch), 0u) << model.defects();
}

TEST(OpenDssImport, ThreePhasesBesideACentreTapStayPhases) {
  const Model model{
      "New Line.m bus1=S bus2=p\n"
      "New Transformer.t phases=1 windings=3 wdg=1 bus=p.3 kv=7.2 wdg=2 bus=lv.1.0 kv=.12 "
      "wdg=3 bus=lv.0.2 kv=.12\nNew Line.l bus1=lv.1.2.3 bus2=x.1.2.3\n"};
  EXPECT_EQ(model.phases("l"), "ABC>ABC");
}

TEST(OpenDssImport, ATransformerLeadsFromItsHigherVoltage) {
  const Model model{
      "New XfmrCode.c phases=3 windings=2 kvs=[.48 12.47] kvas=[75 75]\n"
      "New Transformer.up xfmrcode=c buses=[lv S]\n"
      "New Transformer.three windings=3 buses=[S m t] kvs=[12.47 4.16 .48] kvas=[900 500 400]\n"
      "New Transformer.zigzag buses=[S.1.2.3 S.0.0.0] kvs=[12.47 12.47]\n"
      "New Transformer.none kvs=[12.47 12.47]\n"
      "New AutoTrans.a buses=[S x] kvs=[12.47 7.2]\n"
      "New Load.u bus1=t\n"};
  EXPECT_EQ(model.ends("up"), "S>lv");
  EXPECT_FLOAT_EQ(model.device("up").rated_kva, 75);
  EXPECT_EQ(model.ends("three"), "S>m");
  EXPECT_EQ(model.ends("three.w3"), "S>t");
  EXPECT_TRUE(model.supplied("u"));
  EXPECT_FALSE(model.has("zigzag"));
  EXPECT_FALSE(model.has("none"));
  EXPECT_EQ(model.ends("a"), "S>x");
  EXPECT_THAT(model.defects(),
              AllOf(HasSubstr("zigzag: does not lead"), HasSubstr("none: names no")));
}

TEST(OpenDssImport, ATransformerThatKeepsItsVoltageAndHasARegControlIsARegulator) {
  const Model model{
      "New Transformer.r1 phases=1 bank=r buses=[S.1 q.1] kvs=[7.2 7.2]\n"
      "New Transformer.r2 like=r1 buses=[S.3.2 q.3.2] conns=[delta delta]\n"
      "New Transformer.ltc buses=[S lv] kvs=[12.47 4.16]\n"
      "New RegControl.c1 transformer=R1 winding=2\nNew RegControl.c2 like=c1 transformer=r2\n"
      "New RegControl.c3 transformer=ltc\nNew RegControl.c4 transformer=gone\n"};
  EXPECT_EQ(model.device("r1").kind, DeviceKind::voltage_regulator);
  EXPECT_EQ(model.device("r2").kind, DeviceKind::voltage_regulator);
  EXPECT_EQ(model.phases("r2"), "BC>BC");
  EXPECT_EQ(model.device("ltc").kind, DeviceKind::power_transformer);
  EXPECT_THAT(model.defects(), HasSubstr("RegControl c4: there is no transformer 'gone'"));
}

TEST(OpenDssImport, WhatSwitchesALineMakesItThatKindOfSwitch) {
  const Model model{
      "New Line.plain bus1=S bus2=a\nNew Line.sw bus1=S bus2=b switch=y\n"
      "New Line.f bus1=S bus2=c\nNew Fuse.ff MonitoredObj=LINE.F\n"
      "New Line.r bus1=S bus2=d switch=y\nNew Recloser.rr MonitoredObj=Line.f SwitchedObj=Line.r\n"
      "New Line.b bus1=S bus2=e\nNew Relay.bb MonitoredObj=Line.b\n"
      "New Line.s bus1=S bus2=g\nNew SwtControl.ss SwitchedObj=Line.s\n"
      "New Line.both bus1=S bus2=h\nNew SwtControl.s2 SwitchedObj=Line.both Normal=open\n"
      "New Fuse.f2 MonitoredObj=Line.both\n"
      "New LineCode.BREAKER_3 nphases=3\nNew Line.code bus1=S bus2=i switch=y linecode=BREAKER_3\n"
      "New Line.type bus1=S bus2=j LineType=SWT_REC\n"
      "New LineCode.recloser_1\nNew Line.short bus1=S bus2=k linecode=recloser_1 length=1 units=m\n"
      "New Line.long bus1=S bus2=l linecode=recloser_1 length=100 units=m\n"
      "New Fuse.lost MonitoredObj=Line.gone\nNew Fuse.idle\nNew Fuse.gen MonitoredObj=Generator.g\n"
      "New Fuse.off MonitoredObj=Line.plain enabled=no\n"};
  const std::map<std::string, DeviceKind> kinds = {{"plain", DeviceKind::ac_line_segment},
                                                   {"sw", DeviceKind::load_break_switch},
                                                   {"f", DeviceKind::fuse},
                                                   {"r", DeviceKind::recloser},
                                                   {"b", DeviceKind::breaker},
                                                   {"s", DeviceKind::load_break_switch},
                                                   {"both", DeviceKind::fuse},
                                                   {"code", DeviceKind::breaker},
                                                   {"type", DeviceKind::recloser},
                                                   {"short", DeviceKind::recloser},
                                                   {"long", DeviceKind::ac_line_segment}};
  for (const auto& [mrid, kind] : kinds) EXPECT_EQ(model.device(mrid).kind, kind) << mrid;
  EXPECT_EQ(model.device("both").normally_open, 1);
  EXPECT_THAT(model.defects(), AllOf(HasSubstr("Fuse lost: there is no 'Line.gone'"),
                                     HasSubstr("Fuse idle: does not name what it switches")));
}

TEST(OpenDssImport, AnOpenPointIsWhatAnyOfItsSayingsMakesOpen) {
  const Model model{
      "New Line.off bus1=S bus2=a switch=y enabled=n\nNew Line.cmd bus1=S bus2=b switch=y\n"
      "New Line.normal bus1=S bus2=c switch=y\nNew Line.state bus1=S bus2=d switch=y\n"
      "New Line.fuse bus1=S bus2=e\nNew Line.part bus1=S bus2=f\nNew Line.again bus1=S bus2=g\n"
      "Open Line.cmd 1\nOpen Line.again 1\nClose Line.again 1\n"
      "New SwtControl.a SwitchedObj=Line.normal Normal=Open State=closed\n"
      "New SwtControl.b SwitchedObj=Line.state Action=open\n"
      "New Fuse.c MonitoredObj=Line.fuse State=[open open open]\n"
      "New Fuse.d MonitoredObj=Line.part State=[open closed closed]\n"};
  for (const char* mrid : {"off", "cmd", "normal", "state", "fuse"}) {
    EXPECT_EQ(model.device(mrid).normally_open, 1) << mrid;
  }
  for (const char* mrid : {"part", "again"}) EXPECT_EQ(model.device(mrid).normally_open, 0) << mrid;
  EXPECT_THAT(model.defects(), HasSubstr("Fuse d: some phases are open"));
}

TEST(OpenDssImport, AFuseOnATransformerStandsBeforeIt) {
  const Model model{
      "New Transformer.t buses=[S lv] kvs=[12.47 .4]\nNew Fuse.f MonitoredObj=Transformer.t\n"
      "New Transformer.u buses=[S lw] kvs=[12.47 .4]\n"
      "New Recloser.r MonitoredObj=Transformer.u MonitoredTerm=2\n"
      "New Load.a bus1=lv\nNew Load.b bus1=lw\n"};
  EXPECT_EQ(model.ends("f"), "S>S/f");
  EXPECT_EQ(model.ends("t"), "S/f>lv");
  EXPECT_EQ(model.device("f").kind, DeviceKind::fuse);
  EXPECT_EQ(model.ends("r"), "lw>lw/r");
  EXPECT_EQ(model.ends("u"), "S>lw/r");
  EXPECT_TRUE(model.supplied("a"));
  EXPECT_TRUE(model.supplied("b"));
}

TEST(OpenDssImport, SeriesReactorsAndCapacitorsConnectAndShuntsDoNot) {
  const Model model{
      "New Reactor.series bus1=S bus2=a\nNew Reactor.shunt bus1=S phases=3\n"
      "New Reactor.ground bus1=a.4 bus2=a.0 phases=1\nNew Capacitor.c bus1=a kvar=600\n"
      "New Capacitor.cs bus1=a bus2=b\nNew Reactor.earth bus1=a.1.2.3 bus2=earth.0.0.0\n"
      "New Load.u bus1=b\n"};
  EXPECT_EQ(model.device("series").kind, DeviceKind::jumper);
  EXPECT_TRUE(model.supplied("u"));
  for (const char* shunt : {"shunt", "ground", "c", "earth"})
    EXPECT_FALSE(model.has(shunt)) << shunt;
}

TEST(OpenDssImport, EverySourceIsAFeeder) {
  const Model model{
      "New Vsource.second bus1=X basekv=69\nNew Vsource.off bus1=Y enabled=n\n"
      "New Line.a bus1=S bus2=p\nNew Line.b bus1=X bus2=q\n"
      "New Transformer.t buses=[X z] kvs=[69 12.47] sub=yes subname=North\n"};
  ASSERT_EQ(model.network().feeders().size(), 2u);
  EXPECT_TRUE(model.network().find_feeder("town"));
  const auto second = model.network().find_feeder("second");
  ASSERT_TRUE(second);
  EXPECT_FLOAT_EQ(model.network().feeders()[*second].nominal_kv, 69);
  ASSERT_EQ(model.network().substations().size(), 1u);
  EXPECT_EQ(model.network().feeders()[*second].substation.index, 0u);
}

TEST(OpenDssImport, VoltagesThatDoNotMeetAreSaid) {
  const Model model{
      "New Transformer.t buses=[S a] kvs=[12.47 4.16]\nNew Transformer.u buses=[S a] kvs=[12.47 "
      ".48]\n"};
  EXPECT_EQ(model.count(DefectClass::voltage_mismatch), 1u) << model.defects();
}

TEST(OpenDssImport, ALoadWhoseBusNothingReachesIsRefusedByName) {
  const Model model{"New Line.a bus1=S bus2=a\nNew Load.lost bus1=nowhere\nNew Load.nameless\n"};
  EXPECT_EQ(model.count(DefectClass::usage_point_refused), 2u);
}

TEST(OpenDssImport, ALineCodeThatNothingDefinesIsSaidOnceForAllItsLines) {
  const Model model{
      "New Line.a bus1=S bus2=a linecode=X\nNew Line.b bus1=S bus2=b linecode=x\n"
      "New Line.c bus1=S\n"};
  EXPECT_THAT(model.defects(), HasSubstr("there is no line code 'x'; lines that name it: 2"));
  EXPECT_EQ(model.count(DefectClass::dangling_reference), 2u) << model.defects();
}

TEST(OpenDssImport, DefectsNameFileClassObjectAndLine) {
  const Model model{
      "Redirect parts/lines.dss\n",
      {},
      {{"m/parts/lines.dss", "New Line.a bus1=S bus2=a\nNonsense here\n~ colour=red\n"}}};
  EXPECT_THAT(model.defects(),
              AllOf(HasSubstr("statement_not_understood m/parts/lines.dss  #2: 'Nonsense here'"),
                    HasSubstr("m/parts/lines.dss Line a: line 3: no such property")));
}

constexpr const char* kTwoLines =
    "New Line.a bus1=S bus2=a length=1 units=km\nNew Line.b bus1=a bus2=b\nNew Load.u bus1=b\n"
    "Buscoords xy.csv\n";

TEST(OpenDssPositions, DegreesAreTakenAsTheyStand) {
  const Model model{
      kTwoLines, {}, {{"m/xy.csv", "S, -79.80, 36.08\na, -79.81, 36.09\nB, -79.82, 36.09\n"}}};
  EXPECT_NEAR(model.load("u").position.longitude_deg, -79.82, 1e-9);
  EXPECT_NEAR(model.load("u").position.latitude_deg, 36.09, 1e-9);
  EXPECT_EQ(model.network().polyline(*model.network().find_device("a")).size(), 2u);
  EXPECT_FLOAT_EQ(model.device("a").length_m, 1000);
  EXPECT_NEAR(model.device("b").length_m, 899, 5);
  EXPECT_EQ(model.count(DefectClass::positions_shifted), 0u);
}

TEST(OpenDssPositions, LengthsOfNoSystemAreLocalAndSaidSo) {
  const Model model{kTwoLines, {}, {{"m/xy.csv", "S, 0, 0\na, 500, 0\nb, 500, 700\n"}}};
  EXPECT_EQ(model.count(DefectClass::positions_shifted), 1u) << model.defects();
  EXPECT_NEAR(model.device("b").length_m, 700, 1);
}

TEST(OpenDssPositions, ADeclaredSystemIsKept) {
  SourceCoordinates utm;
  utm.crs = "EPSG:32617";
  const std::map<std::string, std::string> files = {
      {"m/xy.csv", "S 609644 3994545\na 609608 3994447\nb 609339 3993868\n"},
      {"m/Long_lat_buscoords.txt", "S 1 1\na 1 1\nb 1 1\n"}};
  const Model model{kTwoLines, utm, files};
  EXPECT_NEAR(model.load("u").position.longitude_deg, -79.7856, 1e-4);
  EXPECT_NEAR(model.load("u").position.latitude_deg, 36.0833, 1e-4);
  EXPECT_EQ(model.count(DefectClass::positions_shifted), 0u) << model.defects();
}

TEST(OpenDssPositions, DegreesInAFileBesideAreBetterThanLengthsOfNoSystem) {
  const std::string utm = "S 609644 3994545\na 609608 3994447\nb 609339 3993868\n";
  const Model model{kTwoLines,
                    {},
                    {{"m/xy.csv", utm},
                     {"m/Long_lat_buscoords.txt",
                      "S -79.78211 36.08935\na -79.78252 36.08847\nb -79.78559 36.08328\n"}}};
  EXPECT_NEAR(model.load("u").position.longitude_deg, -79.78559, 1e-9);
  EXPECT_THAT(model.defects(), HasSubstr("took the degrees of 'm/Long_lat_buscoords.txt'"));
  // Not when it places only a few.
  const Model other{
      kTwoLines, {}, {{"m/xy.csv", utm}, {"m/long_lat_coords.txt", "S -79.7 36.0\n"}}};
  EXPECT_EQ(other.defects().find("took the degrees"), std::string::npos);
}

TEST(OpenDssPositions, WhatStandsNowhereIsPlacedByItsNeighbours) {
  const Model model{kTwoLines, {}, {{"m/xy.csv", "S, -79.80, 36.08\na, -79.81, 36.09\nb, 0, 0\n"}}};
  EXPECT_NEAR(model.load("u").position.longitude_deg, -79.81, 1e-9);
}

}  // namespace
}  // namespace gridmend::opendss_import_test
