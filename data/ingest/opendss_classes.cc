#include "data/ingest/opendss_classes.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_lexer.h"

namespace gridmend {
namespace {

// The words by which the lists below say what a property means here.
constexpr std::pair<std::string_view, DssSlot> kSlots[] = {
    {"like", DssSlot::like},
    {"enabled", DssSlot::enabled},
    {"bus", DssSlot::bus},
    {"bus2", DssSlot::bus2},
    {"phases", DssSlot::phases},
    {"length", DssSlot::length},
    {"units", DssSlot::units},
    {"is_switch", DssSlot::is_switch},
    {"line_type", DssSlot::line_type},
    {"code", DssSlot::code},
    {"geometry", DssSlot::geometry},
    {"kv", DssSlot::kv},
    {"kva", DssSlot::kva},
    {"conn", DssSlot::conn},
    {"windings", DssSlot::windings},
    {"active_winding", DssSlot::active_winding},
    {"all_buses", DssSlot::all_buses},
    {"all_kvs", DssSlot::all_kvs},
    {"all_kvas", DssSlot::all_kvas},
    {"all_conns", DssSlot::all_conns},
    {"substation_name", DssSlot::substation_name},
    {"transformer", DssSlot::transformer},
    {"customers", DssSlot::customers},
    {"monitored_object", DssSlot::monitored_object},
    {"monitored_terminal", DssSlot::monitored_terminal},
    {"switched_object", DssSlot::switched_object},
    {"switched_terminal", DssSlot::switched_terminal},
    {"normal_state", DssSlot::normal_state},
    {"state", DssSlot::state},
};

// A class's properties in the order of OpenDSS.
constexpr std::string_view kVsource =
    "bus1=bus basekv=kv pu angle frequency phases=phases MVAsc3 MVAsc1 x1r1 x0r0 Isc3 Isc1 "
    "R1 X1 R0 X0 ScanType Sequence bus2=bus2 Z1 Z0 Z2 puZ1 puZ0 puZ2 baseMVA Yearly Daily "
    "Duty Model puZideal spectrum basefreq enabled=enabled like=like";

constexpr std::string_view kLine =
    "bus1=bus bus2=bus2 linecode=code length=length phases=phases r1 x1 r0 x0 C1 C0 rmatrix "
    "xmatrix cmatrix Switch=is_switch Rg Xg rho geometry=geometry units=units spacing wires "
    "EarthModel cncables tscables B1 B0 Seasons Ratings LineType=line_type EpsRMedium "
    "HeightOffset HeightUnit normamps emergamps faultrate pctperm repair basefreq "
    "enabled=enabled like=like";

constexpr std::string_view kLineCode =
    "nphases=phases r1 x1 r0 x0 C1 C0 units=units rmatrix xmatrix cmatrix baseFreq normamps "
    "emergamps faultrate pctperm repair Kron Rg Xg rho neutral B1 B0 Seasons Ratings "
    "LineType=line_type like=like";

constexpr std::string_view kLineGeometry =
    "nconds nphases=phases cond wire x h units normamps emergamps reduce spacing wires "
    "cncable tscable cncables tscables Seasons Ratings LineType=line_type conductors "
    "like=like";

constexpr std::string_view kTransformer =
    "phases=phases windings=windings wdg=active_winding bus=bus conn=conn kV=kv kVA=kva tap "
    "%R Rneut Xneut buses=all_buses conns=all_conns kVs=all_kvs kVAs=all_kvas taps XHL XHT "
    "XLT Xscarray thermal n m flrise hsrise %loadloss %noloadloss normhkVA emerghkVA "
    "sub MaxTap MinTap NumTaps subname=substation_name %imag ppm_antifloat "
    "%Rs bank XfmrCode=code XRConst X12 X13 X23 LeadLag WdgCurrents Core RdcOhms Seasons "
    "Ratings normamps emergamps faultrate pctperm repair basefreq enabled=enabled like=like";

constexpr std::string_view kAutoTrans =
    "phases=phases windings=windings wdg=active_winding bus=bus conn=conn kV=kv kVA=kva tap "
    "%R RdcOhms Core buses=all_buses conns=all_conns kVs=all_kvs kVAs=all_kvas taps XHX XHT "
    "XXT XSCarray thermal n m flrise hsrise %loadloss %noloadloss normhkVA emerghkVA "
    "sub MaxTap MinTap NumTaps subname=substation_name %imag ppm_antifloat "
    "%Rs bank XfmrCode=code XRConst LeadLag WdgCurrents normamps emergamps faultrate "
    "pctperm repair basefreq enabled=enabled like=like";

constexpr std::string_view kXfmrCode =
    "phases=phases windings=windings wdg=active_winding conn=conn kV=kv kVA=kva tap %R "
    "Rneut Xneut conns=all_conns kVs=all_kvs kVAs=all_kvas taps Xhl Xht Xlt Xscarray "
    "thermal n m flrise hsrise %loadloss %noloadloss normhkVA emerghkVA MaxTap MinTap "
    "NumTaps %imag ppm_antifloat %Rs X12 X13 X23 RdcOhms Seasons Ratings like=like";

constexpr std::string_view kRegControl =
    "transformer=transformer winding vreg band ptratio CTprim R X bus delay reversible "
    "revvreg revband revR revX tapdelay debugtrace maxtapchange inversetime tapwinding "
    "vlimit PTphase revThreshold revDelay revNeutral EventLog RemotePTRatio TapNum Reset "
    "LDC_Z rev_Z Cogen basefreq enabled=enabled like=like";

constexpr std::string_view kLoad =
    "phases=phases bus1=bus kV kW pf model yearly daily duty growth conn kvar Rneut "
    "Xneut status class Vminpu Vmaxpu Vminnorm Vminemerg xfkVA allocationfactor kVA %mean "
    "%stddev CVRwatts CVRvars kwh kwhdays Cfactor CVRcurve NumCust=customers ZIPV %SeriesRL "
    "RelWeight Vlowpu puXharm XRharm spectrum basefreq enabled=enabled like=like";

constexpr std::string_view kCapacitor =
    "bus1=bus bus2=bus2 phases=phases kvar kv conn cmatrix cuf R XL Harm Numsteps states "
    "normamps emergamps faultrate pctperm repair basefreq enabled=enabled like=like";

constexpr std::string_view kReactor =
    "bus1=bus bus2=bus2 phases=phases kvar kv conn Rmatrix Xmatrix Parallel R X Rp Z1 Z2 "
    "Z0 Z RCurve LCurve LmH normamps emergamps faultrate pctperm repair basefreq "
    "enabled=enabled like=like";

constexpr std::string_view kSwtControl =
    "SwitchedObj=switched_object SwitchedTerm=switched_terminal Action=state Lock Delay "
    "Normal=normal_state State=state Reset RatedCurrent basefreq enabled=enabled like=like";

constexpr std::string_view kFuse =
    "MonitoredObj=monitored_object MonitoredTerm=monitored_terminal "
    "SwitchedObj=switched_object SwitchedTerm=switched_terminal FuseCurve RatedCurrent "
    "Delay Action=state Normal=normal_state State=state CurveMultiplier InterruptingRating "
    "basefreq enabled=enabled like=like";

constexpr std::string_view kRecloser =
    "MonitoredObj=monitored_object MonitoredTerm=monitored_terminal "
    "SwitchedObj=switched_object SwitchedTerm=switched_terminal NumFast PhaseFast "
    "PhaseDelayed GroundFast GroundDelayed PhaseTrip GroundTrip PhaseInst GroundInst Reset "
    "Shots RecloseIntervals Delay Action=state TDPhFast TDGrFast TDPhDelayed TDGrDelayed "
    "Normal=normal_state State=state Lock ResetTime EventLog DebugTrace basefreq "
    "enabled=enabled like=like";

constexpr std::string_view kRelay =
    "MonitoredObj=monitored_object MonitoredTerm=monitored_terminal "
    "SwitchedObj=switched_object SwitchedTerm=switched_terminal type Phasecurve Groundcurve "
    "PhaseTrip GroundTrip TDPhase TDGround PhaseInst GroundInst Reset Shots "
    "RecloseIntervals Delay Overvoltcurve Undervoltcurve kvbase 47%Pickup 46BaseAmps "
    "46%Pickup 46isqt Variable overtrip undertrip Breakertime action=state Z1mag Z1ang "
    "Z0mag Z0ang Mphase Mground EventLog DebugTrace DistReverse Normal=normal_state "
    "State=state DOC_TiltAngleLow DOC_TiltAngleHigh DOC_TripSettingLow DOC_TripSettingHigh "
    "DOC_TripSettingMag DOC_DelayInner DOC_PhaseCurveInner DOC_PhaseTripInner "
    "DOC_TDPhaseInner DOC_P1Blocking basefreq enabled=enabled like=like";

constexpr std::string_view kIgnoredClasses =
    "LoadShape TShape PriceShape GrowthShape XYcurve TCC_Curve Spectrum WireData CNData "
    "TSData LineSpacing EnergyMeter Monitor Sensor CapControl Generator PVSystem PVSystem2 "
    "Storage Storage2 StorageController StorageController2 Generic5 WindGen IndMach012 "
    "InvControl InvControl2 ExpControl GenDispatcher ESPVLControl UPFCControl Isource VCCS "
    "GICsource Fault FMonitor DynamicExp Solution";

struct ClassEntry {
  std::string_view name;
  std::string_view properties;
};

// By DssClass.
constexpr std::array<ClassEntry, kDssClasses> kDssClassTable = {{{"Vsource", kVsource},
                                                                 {"Line", kLine},
                                                                 {"LineCode", kLineCode},
                                                                 {"LineGeometry", kLineGeometry},
                                                                 {"Transformer", kTransformer},
                                                                 {"AutoTrans", kAutoTrans},
                                                                 {"XfmrCode", kXfmrCode},
                                                                 {"RegControl", kRegControl},
                                                                 {"Load", kLoad},
                                                                 {"Capacitor", kCapacitor},
                                                                 {"Reactor", kReactor},
                                                                 {"SwtControl", kSwtControl},
                                                                 {"Fuse", kFuse},
                                                                 {"Recloser", kRecloser},
                                                                 {"Relay", kRelay}}};

std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(word.size() + 1, text.size()));
  return word;
}

DssProperty property_of(std::string_view word) {
  const std::size_t end = std::min(word.find('='), word.size());
  if (end == word.size()) return {word, DssSlot::none};
  const auto slot =
      std::ranges::find(kSlots, word.substr(end + 1), &std::pair<std::string_view, DssSlot>::first);
  GRIDMEND_CHECK(slot != std::end(kSlots), "the lists of properties name slots that are there");
  return {word.substr(0, end), slot->second};
}

using PropertyTable = std::array<std::vector<DssProperty>, kDssClasses>;

PropertyTable read_properties() {
  PropertyTable table;
  for (std::size_t i = 0; i < kDssClassTable.size(); ++i) {
    std::string_view list = kDssClassTable[i].properties;
    while (!list.empty()) table[i].push_back(property_of(take_word(list)));
  }
  return table;
}

}  // namespace

std::string_view to_string(DssClass dss_class) {
  const auto index = static_cast<std::size_t>(dss_class);
  return index < kDssClassTable.size() ? kDssClassTable[index].name : std::string_view{};
}

std::optional<DssClass> parse_dss_class(std::string_view text) {
  for (std::size_t i = 0; i < kDssClassTable.size(); ++i) {
    if (same_word(text, kDssClassTable[i].name)) return static_cast<DssClass>(i);
  }
  for (std::string_view list = kIgnoredClasses; !list.empty();) {
    if (same_word(text, take_word(list))) return DssClass::ignored;
  }
  return std::nullopt;
}

std::span<const DssProperty> properties_of(DssClass dss_class) {
  static const PropertyTable kTable = read_properties();
  const auto index = static_cast<std::size_t>(dss_class);
  return index < kTable.size() ? std::span<const DssProperty>{kTable[index]}
                               : std::span<const DssProperty>{};
}

std::optional<std::size_t> find_dss_property(DssClass dss_class, std::string_view name) {
  const auto properties = properties_of(dss_class);
  std::optional<std::size_t> abbreviated;
  for (std::size_t i = 0; i < properties.size(); ++i) {
    if (same_word(properties[i].name, name)) return i;
    if (!abbreviated && !name.empty() && begins_like(properties[i].name, name)) abbreviated = i;
  }
  return abbreviated;
}

}  // namespace gridmend
