#include "data/ingest/opendss_commands.h"

#include "data/ingest/letter_case.h"
#include "data/ingest/opendss_lexer.h"

namespace gridmend {
namespace {

struct Command {
  std::string_view name;
  DssCommand command = DssCommand::ignored;
};

// In the order of OpenDSS, on which abbreviations depend.
constexpr Command kCommands[] = {
    {"New", DssCommand::create},
    {"Edit", DssCommand::edit},
    {"More", DssCommand::more},
    {"M", DssCommand::more},
    {"Select", DssCommand::select},
    {"Save"},
    {"Show"},
    {"Solve"},
    {"Enable", DssCommand::enable},
    {"Disable", DssCommand::disable},
    {"Plot"},
    {"Reset"},
    {"Compile", DssCommand::compile},
    {"Set", DssCommand::set},
    {"Dump"},
    {"Open", DssCommand::open},
    {"Close", DssCommand::close},
    {"Redirect", DssCommand::redirect},
    {"Help"},
    {"Quit"},
    {"?"},
    {"Next"},
    {"Panel"},
    {"Sample"},
    {"Clear", DssCommand::clear},
    {"About"},
    {"CalcVoltageBases"},
    {"SetkVBase"},
    {"BuildY"},
    {"Get"},
    {"Init"},
    {"Export"},
    {"FileEdit"},
    {"Voltages"},
    {"Currents"},
    {"Powers"},
    {"SeqVoltages"},
    {"SeqCurrents"},
    {"SeqPowers"},
    {"Losses"},
    {"PhaseLosses"},
    {"CktLosses"},
    {"AllocateLoads"},
    {"FormEdit"},
    {"Totals"},
    {"Capacity"},
    {"Classes"},
    {"UserClasses"},
    {"Zsc"},
    {"Zsc10"},
    {"ZscRefresh"},
    {"Ysc"},
    {"puVoltages"},
    {"VarValues"},
    {"VarNames"},
    {"BusCoords", DssCommand::bus_coordinates},
    {"MakeBusList"},
    {"MakePosSeq", DssCommand::not_read},
    {"Reduce", DssCommand::not_read},
    {"Interpolate"},
    {"AlignFile"},
    {"TOP"},
    {"Rotate"},
    {"Vdiff"},
    {"Summary"},
    {"Distribute"},
    {"DI_plot"},
    {"CompareCases"},
    {"YearlyCurves"},
    {"CD", DssCommand::change_folder},
    {"Visualize"},
    {"CloseDI"},
    {"DOScmd"},
    {"Estimate"},
    {"Reconductor"},
    {"_InitSnap"},
    {"_SolveNoControl"},
    {"_SampleControls"},
    {"_DoControlActions"},
    {"_ShowControlQueue"},
    {"_SolveDirect"},
    {"_SolvePFlow"},
    {"AddBusMarker"},
    {"UUIDs"},
    {"GUIDs"},
    {"SetLoadAndGenKV"},
    {"CvrtLoadshapes"},
    {"NodeDiff"},
    {"Rephase", DssCommand::not_read},
    {"SetBusXY", DssCommand::set_bus_position},
    {"UpdateStorage"},
    {"Obfuscate", DssCommand::not_read},
    {"LatLongCoords", DssCommand::lat_long_coordinates},
    {"BatchEdit", DssCommand::batch_edit},
    {"PstCalc"},
    {"Variable"},
    {"ReprocessBuses"},
    {"ClearBusMarkers"},
    {"RelCalc"},
    {"Var", DssCommand::variable},
    {"Cleanup"},
    {"FinishTimeStep"},
    {"NodeList"},
    {"NewActor"},
    {"ClearAll", DssCommand::clear},
    {"Wait"},
    {"SolveAll"},
    {"CalcIncMatrix"},
    {"CalcIncMatrix_O"},
    {"Tear_Circuit", DssCommand::not_read},
    {"Connect"},
    {"Disconnect"},
    {"Refine_BusLevels"},
    {"Remove", DssCommand::not_read},
    {"Abort"},
    {"CalcLaplacian"},
    {"Clone", DssCommand::not_read},
    {"FNCSPublish"},
    {"ExportOverloads"},
    {"ExportVViolations"},
    {"Zsc012"},
    {"AllPCEatBus"},
    {"AllPDEatBus"},
    {"GISCoords", DssCommand::lat_long_coordinates},
};

}  // namespace

std::optional<DssCommand> parse_dss_command(std::string_view text) {
  std::optional<DssCommand> abbreviated;
  for (const Command& command : kCommands) {
    if (same_word(text, command.name)) return command.command;
    if (!abbreviated && !text.empty() && begins_like(command.name, text)) {
      abbreviated = command.command;
    }
  }
  return abbreviated;
}

}  // namespace gridmend
