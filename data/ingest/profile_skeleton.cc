// A profile to begin with, from what the layers and columns of a source are called.

#include <algorithm>
#include <initializer_list>
#include <span>
#include <utility>

#include "core/base/printable.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/source_description.h"

namespace gridmend {
namespace {

enum class LayerRole {
  unknown,
  substations,
  feeders,
  nodes,
  lines,
  switches,
  transformers,
  meters
};

struct Hint {
  std::string_view word;
  LayerRole role;
};

// The first that is in a layer's name decides: a "switch cabinet line" is a line only further down.
constexpr Hint kLayerHints[] = {{"substation", LayerRole::substations},
                                {"变电站", LayerRole::substations},
                                {"subestac", LayerRole::substations},
                                {"umspannw", LayerRole::substations},
                                {"transform", LayerRole::transformers},
                                {"变压器", LayerRole::transformers},
                                {"配变", LayerRole::transformers},
                                {"trafo", LayerRole::transformers},
                                {"xfmr", LayerRole::transformers},
                                {"switch", LayerRole::switches},
                                {"fuse", LayerRole::switches},
                                {"breaker", LayerRole::switches},
                                {"recloser", LayerRole::switches},
                                {"开关", LayerRole::switches},
                                {"断路器", LayerRole::switches},
                                {"刀闸", LayerRole::switches},
                                {"熔断器", LayerRole::switches},
                                {"schalter", LayerRole::switches},
                                {"sicherung", LayerRole::switches},
                                {"trenner", LayerRole::switches},
                                {"chave", LayerRole::switches},
                                {"disjuntor", LayerRole::switches},
                                {"religador", LayerRole::switches},
                                {"seccionador", LayerRole::switches},
                                {"interruptor", LayerRole::switches},
                                {"fusible", LayerRole::switches},
                                {"customer", LayerRole::meters},
                                {"consumer", LayerRole::meters},
                                {"meter", LayerRole::meters},
                                {"medidor", LayerRole::meters},
                                {"usage", LayerRole::meters},
                                {"service_point", LayerRole::meters},
                                {"用户", LayerRole::meters},
                                {"表箱", LayerRole::meters},
                                {"电表", LayerRole::meters},
                                {"zaehler", LayerRole::meters},
                                {"zähler", LayerRole::meters},
                                {"cliente", LayerRole::meters},
                                {"consumidor", LayerRole::meters},
                                {"carga", LayerRole::meters},
                                {"load", LayerRole::meters},
                                {"suministro", LayerRole::meters},
                                {"abonn", LayerRole::meters},
                                {"feeder", LayerRole::feeders},
                                {"circuit", LayerRole::feeders},
                                {"馈线", LayerRole::feeders},
                                {"出线", LayerRole::feeders},
                                {"saida", LayerRole::feeders},
                                {"saída", LayerRole::feeders},
                                {"abgang", LayerRole::feeders},
                                {"alimentador", LayerRole::feeders},
                                {"line", LayerRole::lines},
                                {"conductor", LayerRole::lines},
                                {"cable", LayerRole::lines},
                                {"segment", LayerRole::lines},
                                {"span", LayerRole::lines},
                                {"vaos", LayerRole::lines},
                                {"vãos", LayerRole::lines},
                                {"导线", LayerRole::lines},
                                {"电缆", LayerRole::lines},
                                {"线", LayerRole::lines},
                                {"leitung", LayerRole::lines},
                                {"kabel", LayerRole::lines},
                                {"condutor", LayerRole::lines},
                                {"linha", LayerRole::lines},
                                {"trecho", LayerRole::lines},
                                {"tramo", LayerRole::lines},
                                {"ligne", LayerRole::lines},
                                {"línea", LayerRole::lines},
                                {"node", LayerRole::nodes},
                                {"pole", LayerRole::nodes},
                                {"poste", LayerRole::nodes},
                                {"杆塔", LayerRole::nodes},
                                {"bus", LayerRole::nodes},
                                {"节点", LayerRole::nodes},
                                {"母线", LayerRole::nodes},
                                {"knoten", LayerRole::nodes},
                                {"nodo", LayerRole::nodes}};

LayerRole role_in_name(const DescribedLayer& layer) {
  const std::string name = lower_case(layer.name);
  for (const Hint& hint : kLayerHints) {
    if (name.find(hint.word) != std::string::npos) return hint.role;
  }
  return LayerRole::unknown;
}

constexpr std::string_view kFromWords[] = {"from", "bus1", "pac_1", "start", "node1", "起点",
                                           "起始", "首端", "起",    "von_",  "_ini",  "barra_1"};
constexpr std::string_view kToWords[] = {"to_node", "tonode", "bus2", "pac_2",  "end",
                                         "node2",   "终点",   "终止", "末端",   "止",
                                         "to",      "nach_",  "_fim", "barra_2"};

// The first column whose name contains one of the words, or is one of two letters.
const DescribedColumn* column_of(const DescribedLayer& layer,
                                 std::span<const std::string_view> words) {
  for (const std::string_view word : words) {
    for (const DescribedColumn& column : layer.columns) {
      const std::string name = lower_case(column.name);
      const bool exact = word.size() <= 2;
      if (exact ? name == word : name.find(word) != std::string::npos) return &column;
    }
  }
  return nullptr;
}

struct Ends {
  const DescribedColumn* from = nullptr;
  const DescribedColumn* to = nullptr;
  bool known() const { return from != nullptr && to != nullptr; }
};

// Columns that count the ends from 0 go together: bus1 is then the second.
Ends ends_of(const DescribedLayer& layer) {
  constexpr std::pair<std::string_view, std::string_view> kCounted[] = {
      {"bus0", "bus1"}, {"node0", "node1"}, {"bus_0", "bus_1"}, {"node_0", "node_1"}};
  for (const auto& [from, to] : kCounted) {
    const Ends ends{column_of(layer, {&from, 1}), column_of(layer, {&to, 1})};
    if (ends.known()) return ends;
  }
  return {column_of(layer, kFromWords), column_of(layer, kToWords)};
}

bool is_of_lines(const DescribedLayer& layer) {
  return layer.geometry.find("Line String") != std::string::npos;
}

std::string quoted_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// A key's line: the column, else FILL_IN when the key is needed and nothing when it is not.
void add_field(std::string& toml, std::string_view key, const DescribedColumn* column,
               bool needed) {
  if (column != nullptr) {
    toml += std::string{key} + " = " + quoted_text(column->name) + "\n";
  } else if (needed) {
    toml += std::string{key} + " = \"FILL_IN\"\n";
  }
}
void add_field(std::string& toml, const DescribedLayer& layer, std::string_view key,
               std::initializer_list<std::string_view> words, bool needed) {
  add_field(toml, key, column_of(layer, {words.begin(), words.size()}), needed);
}

// As ids are, but for the mistakes of a source.
bool tells_apart(const DescribedColumn& column, std::size_t features) {
  constexpr double kMost = 0.9;
  return static_cast<double>(column.filled) >= kMost * static_cast<double>(features) &&
         static_cast<double>(column.different) >= kMost * static_cast<double>(column.filled);
}

// Columns that repeat a value, or lack it, are no ids of their layer, whatever they are called.
void add_id(std::string& toml, const DescribedLayer& layer,
            std::initializer_list<std::string_view> words) {
  DescribedLayer of_ids = layer;
  std::erase_if(of_ids.columns, [&](const DescribedColumn& column) {
    return column.filled > 0 && !tells_apart(column, layer.looked_at);
  });
  add_field(toml, of_ids, "mrid", words, true);
}

void add_device(std::string& toml, const DescribedLayer& layer, LayerRole role, bool drawn) {
  add_id(toml, layer, {"mrid", "cod_id", "globalid", "id", "_id", "cod", "编号", "name"});
  if (role == LayerRole::lines) {
    toml += "kind = { default = \"ac_line_segment\" }\n";
  } else if (role == LayerRole::transformers) {
    toml += "kind = { default = \"power_transformer\" }\n";
  } else {
    toml +=
        "# breaker, recloser, sectionaliser, fuse, load_break_switch or disconnector; values = { "
        "\"1\" "
        "= \"fuse\" }\n"
        "kind = { default = \"load_break_switch\" }\n";
  }
  if (drawn) {
    if (role == LayerRole::lines) {
      toml += "level = { default = \"medium\" }  # \"low\" where these are of low voltage\n";
    } else if (role == LayerRole::transformers) {
      toml += "level = { default = \"medium\" }\nto_level = { default = \"low\" }\n";
    }
  } else {
    const Ends ends = ends_of(layer);
    add_field(toml, "from_node", ends.from, true);
    add_field(toml, "to_node", ends.to, true);
  }
  add_field(toml, layer, "feeder", {"feeder", "circuit", "ctmt", "馈线"}, false);
  add_field(toml, layer, "phases", {"phasedes", "phase_des", "fas_con", "fase", "phase", "相"},
            false);
  if (role == LayerRole::switches) {
    add_field(toml, layer, "normally_open",
              {"normally_open", "normal_pos", "normalpos", "p_n_ope", "open", "status", "状态",
               "常态", "stellung"},
              false);
  }
  if (role == LayerRole::transformers) {
    add_field(toml, layer, "rated_kva", {"kva", "rated", "pot_nom", "容量"}, false);
  }
  add_field(toml, layer, "nominal_kv", {"kv", "volt", "ten_nom", "电压"}, false);
}

void add_rule(std::string& toml, const DescribedLayer& layer, LayerRole role, bool drawn) {
  toml += "\n# " + printable(layer.name) + ":";
  for (const DescribedColumn& column : layer.columns) toml += " " + printable(column.name);
  const char* table = role == LayerRole::substations ? "substations"
                      : role == LayerRole::feeders   ? "feeders"
                      : role == LayerRole::nodes     ? "connectivity_nodes"
                      : role == LayerRole::meters    ? "usage_points"
                                                     : "devices";
  toml += "\n[[" + std::string{table} + "]]\nlayer = " + quoted_text(layer.name) + "\n";
  switch (role) {
    case LayerRole::substations:
      add_id(toml, layer, {"mrid", "cod_id", "id", "_id", "cod", "编号"});
      add_field(toml, layer, "name", {"name", "nome", "名称"}, false);
      break;
    case LayerRole::feeders:
      add_id(toml, layer, {"mrid", "cod_id", "id", "_id", "cod", "编号", "name"});
      add_field(toml, layer, "name", {"name", "nome", "名称"}, false);
      if (!drawn) {
        add_field(toml, layer, "source_node",
                  {"source", "head", "pac", "start", "起点", "起始", "首端", "首", "knoten", "nodo",
                   "poste"},
                  true);
      }
      add_field(toml, layer, "substation", {"substation", "sub", "变电站"}, false);
      break;
    case LayerRole::nodes:
      add_id(toml, layer, {"mrid", "cod_id", "id", "_id", "cod", "编号", "name"});
      break;
    case LayerRole::meters:
      add_id(toml, layer, {"mrid", "cod_id", "id", "meter", "_id", "cod", "编号", "name"});
      if (!drawn) {
        add_field(toml, layer, "node",
                  {"node", "bus", "pac", "节点", "接入点", "连接点", "knoten", "nodo", "poste"},
                  true);
      }
      add_field(toml, layer, "transformer",
                {"transformer", "uni_tr", "trafo", "变压器", "台区", "配变"}, false);
      add_field(toml, layer, "phases", {"phasedes", "phase_des", "fas_con", "fase", "phase", "相"},
                false);
      add_field(toml, layer, "address", {"address", "地址", "endereco"}, false);
      break;
    default:
      add_device(toml, layer, role, drawn);
  }
}

// By their names, else by what they are: lines that say what they lie between, or the only lines.
std::vector<LayerRole> roles_of(const std::vector<DescribedLayer>& layers) {
  std::vector<LayerRole> roles;
  const bool lone = std::ranges::count_if(layers, is_of_lines) == 1;
  for (const DescribedLayer& layer : layers) {
    LayerRole role = role_in_name(layer);
    if (role == LayerRole::unknown && is_of_lines(layer) && (lone || ends_of(layer).known())) {
      role = LayerRole::lines;
    }
    roles.push_back(role);
  }
  return roles;
}

bool is_only_drawn(const std::vector<DescribedLayer>& layers, const std::vector<LayerRole>& roles) {
  bool any = false;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (roles[i] != LayerRole::lines) continue;
    if (!is_of_lines(layers[i]) || ends_of(layers[i]).known()) return false;
    any = true;
  }
  return any;
}

// Of what every network has, where no layer is known for it.
std::string unknown_rule(LayerRole role, bool drawn) {
  const std::string head = "layer = \"FILL_IN\"\nmrid = \"FILL_IN\"\n";
  const auto if_named = [drawn](std::string_view keys) { return drawn ? "" : std::string{keys}; };
  switch (role) {
    case LayerRole::feeders:
      return std::string{drawn ? "\n# Points where supply enters, on their first line or near it\n"
                               : "\n"} +
             "[[feeders]]\n" + head + if_named("source_node = \"FILL_IN\"\n");
    case LayerRole::lines:
      return "\n[[devices]]\n" + head +
             "kind = { default = \"ac_line_segment\" }\nfrom_node = \"FILL_IN\"\nto_node = "
             "\"FILL_IN\"\n";
    case LayerRole::meters:
      // A drawing may have none.
      return drawn ? "\n# [[usage_points]]\n# layer = \"FILL_IN\"\n# mrid = \"FILL_IN\"\n"
                   : "\n[[usage_points]]\n" + head + "node = \"FILL_IN\"\n";
    default:
      return {};
  }
}

}  // namespace

std::string profile_skeleton(const SourceDescription& description) {
  std::string toml =
      "# A profile to be filled in; data/profiles/README.md says what every key means.\nname = "
      "\"our_"
      "network\"\n";
  const auto silent = std::ranges::any_of(description.layers, [](const DescribedLayer& layer) {
    return layer.crs.empty() && (layer.area || !layer.refusal.empty());
  });
  if (silent) toml += "\n[coordinates]\n# crs = \"EPSG:...\"\n";
  const std::vector<LayerRole> roles = roles_of(description.layers);
  const bool drawn = is_only_drawn(description.layers, roles);
  toml +=
      drawn ? "\n# No column of a line says what ends where: the drawing does.\n[connectivity]\n"
              "mode = \"geometry\"\n"
            : "\n# Where no column says what ends where, the drawing does; source_node, from_node, "
              "to_node and\n# node are left out then.\n# [connectivity]\n# mode = "
              "\"geometry\"\n";
  for (const LayerRole role :
       {LayerRole::substations, LayerRole::feeders, LayerRole::nodes, LayerRole::lines,
        LayerRole::switches, LayerRole::transformers, LayerRole::meters}) {
    if (drawn && role == LayerRole::nodes) continue;
    bool any = false;
    for (std::size_t i = 0; i < roles.size(); ++i) {
      if (roles[i] != role) continue;
      add_rule(toml, description.layers[i], role, drawn);
      any = true;
    }
    if (!any) toml += unknown_rule(role, drawn);
  }
  return toml;
}

}  // namespace gridmend
