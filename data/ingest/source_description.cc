#include "data/ingest/source_description.h"

#include <algorithm>

#include "core/base/printable.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/profile_detection.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

constexpr std::size_t kLookedAt = 500;
constexpr std::size_t kExamples = 4;
constexpr std::size_t kLongestExample = 24;
constexpr const char* kEnough = "ENOUGH";

bool can_be_read(const std::string& type) {
  return type == "String" || type == "Integer" || type == "Integer64" || type == "Real";
}

// At most `most` letters, never half of one.
std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string{text};
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return std::string{text.substr(0, end)} + "...";
}

void look_at(const VectorFeature& feature, const std::vector<ColumnRequest>& requests,
             const std::vector<std::size_t>& columns, DescribedLayer& layer) {
  ++layer.looked_at;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    DescribedColumn& column = layer.columns[columns[i]];
    std::string value{feature.text(i)};
    if (value.empty() && feature.number(i)) value = number_text(*feature.number(i));
    if (value.empty()) continue;
    ++column.filled;
    value = shortened(value, kLongestExample);
    if (column.examples.size() < kExamples &&
        std::ranges::find(column.examples, value) == column.examples.end()) {
      column.examples.push_back(std::move(value));
    }
  }
  const auto positions = feature.geometry();
  if (positions.empty() || !std::ranges::all_of(positions, is_on_earth)) return;
  const Box box = box_of(positions);
  if (!layer.area) layer.area = box;
  layer.area->west_deg = std::min(layer.area->west_deg, box.west_deg);
  layer.area->south_deg = std::min(layer.area->south_deg, box.south_deg);
  layer.area->east_deg = std::max(layer.area->east_deg, box.east_deg);
  layer.area->north_deg = std::max(layer.area->north_deg, box.north_deg);
}

DescribedLayer describe_layer(const VectorSource& source, std::size_t number) {
  const VectorLayer& there = source.layers()[number];
  DescribedLayer layer{.name = there.name,
                       .file = there.file,
                       .features = there.features,
                       .geometry = there.geometry,
                       .crs = there.crs};
  std::vector<ColumnRequest> requests;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < there.columns.size(); ++i) {
    layer.columns.push_back({.name = there.columns[i],
                             .type = there.column_types[i],
                             .can_be_read = can_be_read(there.column_types[i]),
                             .examples = {}});
    if (!layer.columns.back().can_be_read) continue;
    const bool real = there.column_types[i] == "Real";
    requests.push_back({there.columns[i], real ? ColumnKind::number : ColumnKind::text});
    columns.push_back(i);
  }
  const auto read =
      source.read(number, requests, [&](const VectorFeature& feature) -> Result<void> {
        if (layer.looked_at == kLookedAt) return refuse(ErrorCode::aborted, kEnough, {});
        look_at(feature, requests, columns, layer);
        return {};
      });
  layer.crs = there.crs;  // a database says it when it is read
  if (!read && read.error().reason != kEnough) layer.refusal = read.error().message;
  for (const LayerFinding& finding : source.take_findings(number)) {
    layer.remarks.push_back(finding.message + "; " + finding.action);
  }
  return layer;
}

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

LayerRole role_of(const DescribedLayer& layer) {
  const std::string name = lower_case(layer.name);
  for (const Hint& hint : kLayerHints) {
    if (name.find(hint.word) != std::string::npos) return hint.role;
  }
  return LayerRole::unknown;
}

std::string quoted_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// A key's line: the first column whose name contains one of the words, else FILL_IN when the key is
// needed and nothing when it is not.
void add_field(std::string& toml, const DescribedLayer& layer, std::string_view key,
               std::initializer_list<std::string_view> words, bool needed) {
  for (const std::string_view word : words) {
    for (const DescribedColumn& column : layer.columns) {
      const std::string name = lower_case(column.name);
      const bool exact = word.size() <= 2;
      if (exact ? name != word : name.find(word) == std::string::npos) continue;
      toml += std::string{key} + " = " + quoted_text(column.name) + "\n";
      return;
    }
  }
  if (needed) toml += std::string{key} + " = \"FILL_IN\"\n";
}

void add_device(std::string& toml, const DescribedLayer& layer, LayerRole role) {
  add_field(toml, layer, "mrid", {"mrid", "cod_id", "globalid", "id", "_id", "cod", "编号", "name"},
            true);
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
  add_field(toml, layer, "from_node",
            {"from", "bus1", "pac_1", "start", "node1", "起点", "起始", "首端", "起", "von_",
             "_ini", "barra_1"},
            true);
  add_field(toml, layer, "to_node",
            {"to_node", "tonode", "bus2", "pac_2", "end", "node2", "终点", "终止", "末端", "止",
             "to", "nach_", "_fim", "barra_2"},
            true);
  add_field(toml, layer, "feeder", {"feeder", "circuit", "ctmt", "馈线"}, false);
  add_field(toml, layer, "phases", {"phase", "fas_con", "fase", "相"}, false);
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

void add_rule(std::string& toml, const DescribedLayer& layer) {
  const LayerRole role = role_of(layer);
  if (role == LayerRole::unknown) return;
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
      add_field(toml, layer, "mrid", {"mrid", "cod_id", "id", "_id", "cod", "编号"}, true);
      add_field(toml, layer, "name", {"name", "nome", "名称"}, false);
      break;
    case LayerRole::feeders:
      add_field(toml, layer, "mrid", {"mrid", "cod_id", "id", "_id", "cod", "编号", "name"}, true);
      add_field(toml, layer, "name", {"name", "nome", "名称"}, false);
      add_field(toml, layer, "source_node",
                {"source", "head", "pac", "start", "起点", "起始", "首端", "首", "knoten", "nodo",
                 "poste"},
                true);
      add_field(toml, layer, "substation", {"substation", "sub", "变电站"}, false);
      break;
    case LayerRole::nodes:
      add_field(toml, layer, "mrid", {"mrid", "cod_id", "id", "_id", "cod", "编号", "name"}, true);
      break;
    case LayerRole::meters:
      add_field(toml, layer, "mrid", {"mrid", "cod_id", "id", "meter", "_id", "cod", "编号"}, true);
      add_field(toml, layer, "node",
                {"node", "bus", "pac", "节点", "接入点", "连接点", "knoten", "nodo", "poste"},
                true);
      add_field(toml, layer, "transformer",
                {"transformer", "uni_tr", "trafo", "变压器", "台区", "配变"}, false);
      add_field(toml, layer, "phases", {"phase", "fas_con", "fase", "相"}, false);
      add_field(toml, layer, "address", {"address", "地址", "endereco"}, false);
      break;
    default:
      add_device(toml, layer, role);
  }
}

}  // namespace

SourceDescription describe_source(VectorSource& source) {
  source.look_at_first(kFirstLookRows);
  SourceDescription description{source.name(), {}};
  if (const auto known = recognise_profile(source); known && *known) {
    description.shipped_profile = (*known)->name;
  }
  for (std::size_t i = 0; i < source.layers().size(); ++i) {
    description.layers.push_back(describe_layer(source, i));
  }
  return description;
}

std::string description_text(const SourceDescription& description) {
  std::string text = printable(description.name);
  if (!description.shipped_profile.empty()) {
    text += ", read through the shipped profile " + description.shipped_profile;
  }
  text += "\n";
  for (const DescribedLayer& layer : description.layers) {
    text += "\n" + printable(layer.name) + ": " +
            (layer.features < 0 ? "an unknown number of" : std::to_string(layer.features)) +
            " features, " + layer.geometry + ", " +
            (layer.crs.empty() ? "no reference system" : printable(layer.crs));
    if (layer.area) {
      char area[128];
      std::snprintf(area, sizeof area, ", around %.4f..%.4f east, %.4f..%.4f north",
                    layer.area->west_deg, layer.area->east_deg, layer.area->south_deg,
                    layer.area->north_deg);
      text += area;
    }
    if (layer.looked_at == kLookedAt && layer.features != static_cast<std::int64_t>(kLookedAt)) {
      text += "; examples of the first " + std::to_string(kLookedAt);
    }
    text += "\n";
    if (!layer.refusal.empty()) text += "  ! " + printable(layer.refusal) + "\n";
    for (const std::string& remark : layer.remarks) text += "  ! " + printable(remark) + "\n";
    for (const DescribedColumn& column : layer.columns) {
      text += "  " + printable(column.name) + " (" + lower_case(column.type) + "): ";
      if (!column.can_be_read) text += "of a type that is not read";
      if (column.can_be_read && column.filled == 0) text += "empty";
      for (std::size_t i = 0; i < column.examples.size(); ++i) {
        text += (i == 0 ? "" : " | ") + printable(column.examples[i]);
      }
      if (column.filled > 0 && column.filled < layer.looked_at) {
        text +=
            "  [" + std::to_string(column.filled) + " of " + std::to_string(layer.looked_at) + "]";
      }
      text += "\n";
    }
  }
  return text;
}

std::string description_text(const ModelDescription& description) {
  std::string text = printable(description.name) + ", a model of " + description.format +
                     ", read without a profile\n\n";
  for (const DescribedClass& one : description.classes) {
    std::string count = std::to_string(one.objects);
    count.insert(0, std::max<std::size_t>(count.size(), 10) - count.size(), ' ');
    text += count + "  " + printable(one.name) +
            (one.remark.empty() ? "" : " (" + one.remark + ")") + "\n";
  }
  if (description.classes.empty()) text += "nothing in it is an object\n";
  text += "\nfiles:\n";
  for (const std::string& file : description.files) text += "  " + printable(file) + "\n";
  return text;
}

std::string profile_skeleton(const SourceDescription& description) {
  std::string toml =
      "# A profile to be filled in; data/profiles/README.md says what every key means.\nname = "
      "\"our_"
      "network\"\n";
  const auto silent = std::ranges::any_of(description.layers, [](const DescribedLayer& layer) {
    return layer.crs.empty() && (layer.area || !layer.refusal.empty());
  });
  if (silent) toml += "\n[coordinates]\n# crs = \"EPSG:...\"\n";
  toml +=
      "\n# Where no column says what ends where, the drawing does; source_node, from_node, to_node "
      "and\n"
      "# node are left out then.\n# [connectivity]\n# mode = \"geometry\"\n";
  std::string rules;
  for (const LayerRole role :
       {LayerRole::substations, LayerRole::feeders, LayerRole::nodes, LayerRole::lines,
        LayerRole::switches, LayerRole::transformers, LayerRole::meters}) {
    const std::size_t before = rules.size();
    for (const DescribedLayer& layer : description.layers) {
      if (role_of(layer) == role) add_rule(rules, layer);
    }
    if (rules.size() > before) continue;
    if (role == LayerRole::feeders) {
      rules +=
          "\n[[feeders]]\nlayer = \"FILL_IN\"\nmrid = \"FILL_IN\"\nsource_node = \"FILL_IN\"\n";
    } else if (role == LayerRole::lines) {
      rules +=
          "\n[[devices]]\nlayer = \"FILL_IN\"\nmrid = \"FILL_IN\"\nkind = { default = "
          "\"ac_line_segment\" }\nfrom_node = \"FILL_IN\"\nto_node = \"FILL_IN\"\n";
    } else if (role == LayerRole::meters) {
      rules += "\n[[usage_points]]\nlayer = \"FILL_IN\"\nmrid = \"FILL_IN\"\nnode = \"FILL_IN\"\n";
    }
  }
  return toml + rules;
}

}  // namespace gridmend
