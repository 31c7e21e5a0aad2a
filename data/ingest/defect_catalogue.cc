#include "data/ingest/defect_catalogue.h"

#include <array>

namespace gridmend {
namespace {

constexpr std::array<DefectExplanation, kDefectClasses> kExplanations = {{
    {"Duplicate id", "标识重复", "Two features of one layer have the same id.",
     "Give each its own id, or delete the copy."},
    {"Missing id", "缺少标识", "A feature has no id, so nothing can refer to it.",
     "Fill in the id column."},
    {"Dangling reference", "引用悬空",
     "A feature names a connectivity node, transformer, feeder or substation that nothing defines.",
     "Correct the name, or add what it names."},
    {"Missing geometry", "缺少坐标", "Features have no position and were placed beside others.",
     "Draw them, or accept that crews see their neighbour's place."},
    {"Invalid geometry", "坐标无效",
     "Coordinates are not finite, not on earth, or a line has no length.",
     "Draw the feature anew."},
    {"Unknown value", "取值未知",
     "A value is not known to the profile's value map, or is a text where a number is wanted.",
     "Add it to the profile's map, or correct the value."},
    {"Text is not UTF-8", "文字编码错误", "A text could not be read in the layer's encoding.",
     "State the encoding (.cpg of a Shapefile) or correct the text."},
    {"Loop of closed switches", "合环（闭合开关成环）",
     "Closed devices form a loop, or join two sources, in a network that is run radially.",
     "Find the switch that stands open in truth, usually the one named, and record it as open."},
    {"Island without supply", "失电孤岛",
     "A part of the network hangs together but no path leads to a source; where a source is "
     "assumed "
     "the finding says so.",
     "Join the ends that are named, record the switch between them as closed, or name the source."},
    {"Usage point refused", "用户点被拒绝",
     "A usage point could not be hung anywhere and was left out.",
     "Give it a connectivity node or a transformer that exists."},
    {"Transformer without usage points", "空台区变压器",
     "No usage point hangs behind it or names it.",
     "Often true (a private or spare transformer); check those that should serve homes."},
    {"Feeder disagrees", "馈线归属不符",
     "Devices are declared on one feeder but supplied by another in normal switch positions.",
     "Correct the normal position of the border switch, or the declared feeder."},
    {"Phase mismatch", "相位不符",
     "A device or usage point is on a phase that nothing above it carries.",
     "Correct its phase, or the phases of the line that feeds it."},
    {"No road layer", "缺少道路图层",
     "The source has no roads; access was derived from the power lines.",
     "Import with --roads FILE.osm.pbf: travel times are guesses until then."},
    {"Separate roads", "道路不连通", "Roads that hang together but not with the rest.",
     "Join them where they meet in truth; crews cannot pass there."},
    {"Position repaired", "坐标已修复",
     "A position was missing or absurd and was taken from neighbours.",
     "Survey the place, or accept the repair."},
    {"Dangling line end", "线路末端悬空", "A line or a closed switch ends with nothing behind it.",
     "Add what it feeds, join it to what it should meet, or delete the rest of an old line."},
    {"Duplicate line", "线路重复", "The same line is drawn twice.", "Delete one of them."},
    {"Line without length", "零长度线路", "A line's ends are at one place.",
     "Delete it, or draw it; where it stands for a connection make it a jumper."},
    {"Lines joined", "线路已连接",
     "Ends that nearly meet were brought together, or a line was cut where another "
     "meets it.",
     "Check those with a large gap; snap them in the source."},
    {"Connectivity disagrees", "连接关系矛盾",
     "Ids say one thing, the drawing or the traced path another.",
     "Decide which is right and correct the other."},
    {"Positions shifted", "坐标偏移已纠正",
     "A datum shift or the offset of Chinese public maps was undone.",
     "Declare the coordinates in REGION.toml so that nothing has to be guessed."},
    {"Voltage mismatch", "电压不符",
     "The voltage of a path changes without a transformer, or a transformer's sides "
     "are swapped.",
     "Correct the nominal voltage, or add the transformer that is missing."},
    {"No transformer on the way", "缺少配变",
     "A usage point's way to its source passes no transformer.",
     "Hang it behind its transformer, or mark it as a customer of medium voltage."},
    {"Far from its transformer", "用户距变压器过远",
     "The distance is out of all proportion to that of other usage points.",
     "Usually a wrong transformer id or a wrong position: check both."},
    {"Link to transformer suspected", "户变关系存疑",
     "By geometry and neighbours the usage point probably hangs at another transformer.",
     "Check on site or by meter voltage, the most probable first."},
    {"Customers counted twice", "用户重复计数", "Two usage points seem to be one and the same.",
     "Delete one, or tell them apart."},
    {"Value out of range", "数值越界", "A length, voltage, rating or height that nothing has.",
     "Correct the value or its unit."},
    {"Statement not understood", "语句未识别", "A statement of the model's text was not read.",
     "Nothing, if it does not matter to the network's shape; else report it to us."},
    {"Roads far from the network", "道路远离电网", "Many devices have no road near them.",
     "Use roads of the same place, and check the coordinate system of both."},
    {"Coordinates assumed", "坐标系推定",
     "A layer does not say what its coordinates are, or says it wrongly; its numbers told.",
     "Declare crs, axis_order or datum for the source in REGION.toml."},
}};

}  // namespace

const DefectExplanation& explain(DefectClass defect_class) {
  return kExplanations.at(static_cast<std::size_t>(defect_class));
}

}  // namespace gridmend
