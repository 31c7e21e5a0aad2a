#include "data/ingest/opendss_windings.h"

#include <algorithm>
#include <functional>
#include <numbers>
#include <optional>

#include "data/ingest/opendss_lexer.h"

namespace gridmend {
namespace {

constexpr int kUsualWindings = 2;
// Both legs of a centre-tapped winding given as one: 240 V from node 1 to node 2.
constexpr double kMostLegToLeg_kv = 0.26;
constexpr std::uint8_t kBothLegs = 3;

class WindingReader {
 public:
  WindingReader(const DssModel& model, std::uint32_t transformer)
      : model_(model), transformer_(transformer) {
    if (const auto name = model.text(transformer, DssSlot::code)) {
      code_ = model.find(DssClass::xfmrcode, *name);
    }
  }

  std::optional<std::string_view> text(DssSlot slot, int winding) const {
    const auto own = model_.text(transformer_, slot, winding);
    return own || !code_ ? own : model_.text(*code_, slot, winding);
  }
  double number(DssSlot slot, int winding, double otherwise) const {
    const auto value = text(slot, winding);
    return value ? parse_dss_number(*value).value_or(otherwise) : otherwise;
  }

 private:
  const DssModel& model_;
  std::uint32_t transformer_;
  std::optional<std::uint32_t> code_;
};

bool is_delta(std::string_view conn) { return begins_like(conn, "d") || begins_like(conn, "ll"); }

}  // namespace

bool is_single_phase_transformer(const DssModel& model, std::uint32_t transformer) {
  return WindingReader{model, transformer}.number(DssSlot::phases, 0, 3) == 1;
}

std::vector<DssWinding> windings_of(const DssModel& model, std::uint32_t transformer,
                                    DssBuses& buses) {
  const WindingReader reader{model, transformer};
  const int phases = static_cast<int>(std::clamp(reader.number(DssSlot::phases, 0, 3), 1.0, 6.0));
  const int said =
      static_cast<int>(std::clamp(reader.number(DssSlot::windings, 0, kUsualWindings), 1.0, 16.0));
  const int count = std::max(said, model.highest_winding(transformer));
  std::vector<DssWinding> windings;
  for (int number = 1; number <= count; ++number) {
    const auto bus = model.text(transformer, DssSlot::bus, number);
    if (!bus) continue;
    DssWinding winding;
    winding.number = number;
    winding.bus = *bus;
    winding.terminal = buses.terminal(*bus, phases);
    winding.rated_kv = std::max(reader.number(DssSlot::kv, number, 0), 0.0);
    winding.kv = winding.rated_kv;
    winding.kva = std::max(reader.number(DssSlot::kva, number, 0), 0.0);
    // The rating of a single phase against the neutral is by root 3 less than between phases.
    const auto conn = reader.text(DssSlot::conn, number);
    if (phases == 1 && !(conn && is_delta(*conn))) winding.kv *= std::numbers::sqrt3;
    windings.push_back(winding);
  }
  return windings;
}

std::vector<DssWindingGroup> group_windings(const std::vector<DssWinding>& windings,
                                            bool single_phase) {
  std::vector<DssWindingGroup> groups;
  for (const DssWinding& winding : windings) {
    const auto same = [&](const DssWindingGroup& group) {
      return group.bus == winding.terminal.bus;
    };
    const auto group = std::ranges::find_if(groups, same);
    if (group == groups.end()) {
      groups.push_back({winding.terminal.bus, winding.number, winding.terminal.nodes,
                        winding.rated_kv, winding.kv, winding.kva, false});
      continue;
    }
    if (single_phase && (group->nodes & winding.terminal.nodes) == 0) {
      group->split = (group->nodes | winding.terminal.nodes) == kBothLegs;
    }
    group->nodes |= winding.terminal.nodes;
    group->rated_kv = std::max(group->rated_kv, winding.rated_kv);
    group->kv = std::max(group->kv, winding.kv);
    group->kva = std::max(group->kva, winding.kva);
  }
  for (DssWindingGroup& group : groups) {
    if (group.split) {
      group.kv = 2 * group.rated_kv;
    } else if (single_phase && groups.size() > 1 && group.nodes == kBothLegs &&
               group.rated_kv > 0 && group.rated_kv <= kMostLegToLeg_kv) {
      group.split = true;
      group.kv = group.rated_kv;
    }
  }
  std::ranges::stable_sort(groups, std::ranges::greater{}, &DssWindingGroup::kv);
  return groups;
}

}  // namespace gridmend
