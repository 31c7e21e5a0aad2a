#include "tests/data/ingest/cim_text.h"

#include <unistd.h>

#include <atomic>
#include <fstream>
#include <system_error>

namespace gridmend {

void CimText::element(std::string_view cim_class, std::string_view attribute, std::string_view id,
                      std::initializer_list<Value> values) {
  const std::string tag = "cim:" + std::string{cim_class};
  body_ += "<" + tag + " rdf:" + std::string{attribute} + "=\"" + std::string{id} + "\">\n";
  for (const auto& [property, value] : values) {
    const std::string name = "cim:" + std::string{property};
    if (value.starts_with('#') || value.starts_with("http")) {
      body_ += "  <" + name + " rdf:resource=\"" + value + "\"/>\n";
    } else {
      body_ += "  <" + name + ">" + value + "</" + name + ">\n";
    }
  }
  body_ += "</" + tag + ">\n";
}

CimText& CimText::define(std::string_view cim_class, std::string_view id,
                         std::initializer_list<Value> values) {
  element(cim_class, "ID", id, values);
  return *this;
}

CimText& CimText::about(std::string_view cim_class, std::string_view id,
                        std::initializer_list<Value> values) {
  element(cim_class, "about", "#" + std::string{id}, values);
  return *this;
}

CimText& CimText::raw(std::string_view text) {
  body_ += text;
  return *this;
}

CimText& CimText::at(std::string_view cim_class, std::string_view id, std::string_view node,
                     std::initializer_list<Value> values) {
  define(cim_class, id, values);
  const std::string equipment{id};
  return define("Terminal", equipment + ".1",
                {{"Terminal.ConductingEquipment", "#" + equipment},
                 {"ACDCTerminal.sequenceNumber", "1"},
                 {"Terminal.ConnectivityNode", "#" + std::string{node}}});
}

CimText& CimText::between(std::string_view cim_class, std::string_view id, std::string_view from,
                          std::string_view to, std::initializer_list<Value> values) {
  at(cim_class, id, from, values);
  const std::string equipment{id};
  return define("Terminal", equipment + ".2",
                {{"Terminal.ConductingEquipment", "#" + equipment},
                 {"ACDCTerminal.sequenceNumber", "2"},
                 {"Terminal.ConnectivityNode", "#" + std::string{to}}});
}

CimText& CimText::nodes(std::initializer_list<std::string_view> ids) {
  for (const std::string_view id : ids) define("ConnectivityNode", id);
  return *this;
}

CimText& CimText::place(std::string_view id,
                        std::initializer_list<std::pair<double, double>> points) {
  const std::string location = std::string{id} + ".place";
  define("Location", location,
         {{"Location.CoordinateSystem", "#crs"},
          {"Location.PowerSystemResources", "#" + std::string{id}}});
  int number = 0;
  for (const auto& [x, y] : points) {
    ++number;
    define("PositionPoint", location + std::to_string(number),
           {{"PositionPoint.Location", "#" + location},
            {"PositionPoint.sequenceNumber", std::to_string(number)},
            {"PositionPoint.xPosition", std::to_string(x)},
            {"PositionPoint.yPosition", std::to_string(y)}});
  }
  return *this;
}

std::string CimText::text() const {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         "<rdf:RDF xmlns:cim=\"http://iec.ch/TC57/CIM100#\"\n"
         "  xmlns:md=\"http://iec.ch/TC57/61970-552/ModelDescription/1#\"\n"
         "  xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
         body_ + "</rdf:RDF>\n";
}

CimFolder::CimFolder() {
  static std::atomic<int> number{0};
  path_ = std::filesystem::temp_directory_path() /
          ("gridmend_cim_" + std::to_string(getpid()) + "_" + std::to_string(number++));
  std::filesystem::create_directories(path_);
}

CimFolder::~CimFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path CimFolder::write(std::string_view name, std::string_view bytes) const {
  const auto path = path_ / name;
  std::ofstream{path, std::ios::binary}.write(bytes.data(),
                                              static_cast<std::streamsize>(bytes.size()));
  return path;
}

CimText small_feeder() {
  CimText cim;
  cim.define("CoordinateSystem", "crs",
             {{"CoordinateSystem.crsUrn", "urn:ogc:def:crs:EPSG::4326"}});
  cim.define("Substation", "SUB", {{"IdentifiedObject.name", "North"}});
  cim.define(
      "Feeder", "FDR",
      {{"IdentifiedObject.name", "Mill Lane"}, {"Feeder.NormalEnergizingSubstation", "#SUB"}});
  cim.define("BaseVoltage", "kv12", {{"BaseVoltage.nominalVoltage", "12470"}});
  cim.define("BaseVoltage", "lv", {{"BaseVoltage.nominalVoltage", "240"}});
  cim.nodes({"s", "n1", "n2", "n3", "n4", "n9"});
  cim.at("EnergySource", "SRC", "s",
         {{"Equipment.EquipmentContainer", "#FDR"}, {"EnergySource.nominalVoltage", "12470"}});
  cim.between(
      "Breaker", "CB", "s", "n1",
      {{"Equipment.EquipmentContainer", "#FDR"}, {"ConductingEquipment.BaseVoltage", "#kv12"}});
  cim.between("ACLineSegment", "L1", "n1", "n2",
              {{"Equipment.EquipmentContainer", "#FDR"},
               {"ConductingEquipment.BaseVoltage", "#kv12"},
               {"Conductor.length", "120.5"}});
  cim.between("Fuse", "F1", "n2", "n3", {{"Equipment.EquipmentContainer", "#FDR"}});
  cim.define("SwitchPhase", "F1.B",
             {{"SwitchPhase.Switch", "#F1"},
              {"SwitchPhase.phaseSide1", "http://iec.ch/TC57/CIM100#SinglePhaseKind.B"},
              {"SwitchPhase.normalOpen", "false"}});
  cim.between("LoadBreakSwitch", "TIE", "n2", "n9",
              {{"Equipment.EquipmentContainer", "#FDR"}, {"Switch.normalOpen", "true"}});
  cim.between("PowerTransformer", "T1", "n3", "n4", {{"Equipment.EquipmentContainer", "#FDR"}});
  cim.define("Terminal", "T1.3",
             {{"Terminal.ConductingEquipment", "#T1"},
              {"ACDCTerminal.sequenceNumber", "3"},
              {"Terminal.ConnectivityNode", "#n4"}});
  cim.define("TransformerTank", "T1.tank",
             {{"TransformerTank.PowerTransformer", "#T1"},
              {"TransformerTank.TransformerTankInfo", "#25kVA"}});
  cim.define("TransformerTankInfo", "25kVA");
  cim.define("TransformerEndInfo", "25kVA.1",
             {{"TransformerEndInfo.TransformerTankInfo", "#25kVA"},
              {"TransformerEndInfo.endNumber", "1"},
              {"TransformerEndInfo.ratedS", "25000"}});
  const char* phases[] = {"BN", "s1N", "Ns2"};
  for (int end = 1; end <= 3; ++end) {
    const std::string number = std::to_string(end);
    cim.define(
        "TransformerTankEnd", "T1.end" + number,
        {{"TransformerTankEnd.TransformerTank", "#T1.tank"},
         {"TransformerEnd.endNumber", number},
         {"TransformerEnd.Terminal", "#T1." + number},
         {"TransformerEnd.BaseVoltage", end == 1 ? "#kv12" : "#lv"},
         {"TransformerTankEnd.orderedPhases",
          std::string{"http://iec.ch/TC57/CIM100#OrderedPhaseCodeKind."} + phases[end - 1]}});
  }
  cim.at("EnergyConsumer", "C1", "n4",
         {{"IdentifiedObject.name", "mill"}, {"EnergyConsumer.customerCount", "3"}});
  for (const char* leg : {"s1", "s2"}) {
    cim.define("EnergyConsumerPhase", std::string{"C1."} + leg,
               {{"EnergyConsumerPhase.EnergyConsumer", "#C1"},
                {"EnergyConsumerPhase.phase",
                 std::string{"http://iec.ch/TC57/CIM100#SinglePhaseKind."} + leg}});
  }
  cim.at("EnergyConsumer", "C2", "n2");
  for (const char* phase : {"A", "C"}) {
    cim.define("EnergyConsumerPhase", std::string{"C2."} + phase,
               {{"EnergyConsumerPhase.EnergyConsumer", "#C2"},
                {"EnergyConsumerPhase.phase",
                 std::string{"http://iec.ch/TC57/CIM100#SinglePhaseKind."} + phase}});
  }
  cim.place("CB", {{8.70, 49.40}, {8.7001, 49.40}});
  cim.place("L1", {{8.7001, 49.40}, {8.7010, 49.4005}, {8.7015, 49.4005}});
  cim.place("T1", {{8.7016, 49.4005}});
  cim.place("C1", {{8.7017, 49.4006}});
  return cim;
}

}  // namespace gridmend
