#include "data/ingest/profile_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "data/ingest/connectivity_check.h"
#include "data/ingest/drawn_network.h"
#include "data/ingest/feature_shape.h"
#include "data/ingest/field_binding.h"
#include "data/ingest/in_quotes.h"
#include "data/ingest/profile_layers.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

constexpr std::int64_t kFeaturesATick = 20'000;
constexpr double kPartsMeet_m = 1;

// An override of a profile tied to its column.
struct BoundOverride {
  FieldBinding field;
  const OverrideRule* rule;
};

std::vector<BoundOverride> bind_overrides(ColumnPlan& plan,
                                          const std::vector<OverrideRule>& rules) {
  std::vector<BoundOverride> bound;
  for (const OverrideRule& rule : rules) bound.push_back({plan.bind(rule.field), &rule});
  return bound;
}

class ProfileReader {
 public:
  ProfileReader(const FeatureSource& source, const Profile& profile, NetworkBuilder& builder,
                const ReadingProgress& progress)
      : source_(source), profile_(profile), builder_(builder), progress_(progress) {
    const ConnectivityRule& rule = profile.connectivity;
    const bool checked = rule.mode == ConnectivityMode::ids_checked;
    if (checked) check_.emplace(rule);
    if (rule.mode == ConnectivityMode::geometry || (checked && rule.drawing_wins)) {
      drawn_.emplace(rule);
    }
  }

  Result<void> run();

 private:
  // The feature at hand, for defects.
  struct At {
    SourceFeature feature;
    std::string_view mrid;
  };
  using Visit = std::function<Result<void>(const VectorFeature&, SourceFeature)>;

  Result<void> read_lookup(const LookupRule& rule);
  Result<void> read_rule(const SubstationRule& rule, std::size_t layer);
  Result<void> read_rule(const FeederRule& rule, std::size_t layer);
  Result<void> read_rule(const NodeRule& rule, std::size_t layer);
  Result<void> read_rule(const DeviceRule& rule, std::size_t layer);
  Result<void> read_rule(const UsagePointRule& rule, std::size_t layer);

  template <class Rule>
  Result<void> read_all(const std::vector<Rule>& rules);
  Result<void> visit_layer(std::size_t layer, const ColumnPlan& plan, const Visit& visit);
  void look_at_text_and_geometry(const VectorFeature& feature, At at, const ColumnPlan& plan);
  // Where the layer is one of lines, or of points: what else was drawn in it.
  void report_shape(FeatureShape shape, At at, bool is_line, bool may_be_area);
  void report_unknown(At at, const FieldBinding& field, std::string_view raw,
                      std::string_view taken_as);

  float number(const VectorFeature& feature, At at, const FieldBinding& field);
  bool flag(const VectorFeature& feature, At at, const FieldBinding& field, bool otherwise);
  // `told`: the source says them; else they are the default.
  PhaseSet phases(const VectorFeature& feature, At at, const FieldBinding& field,
                  PhaseSet otherwise, bool& told);
  template <class Enum>
  Enum word(const VectorFeature& feature, At at, const FieldBinding& field,
            const std::vector<BoundOverride>& overrides,
            std::optional<Enum> (*parse)(std::string_view), Enum otherwise);
  std::uint16_t customers(const VectorFeature& feature, At at, const FieldBinding& field);
  static std::optional<Position> position(const VectorFeature& feature);
  // A drawn device may be cut in two: its parts need a name.
  std::string made_mrid(At at, std::size_t layer);

  const FeatureSource& source_;
  const Profile& profile_;
  NetworkBuilder& builder_;
  const ReadingProgress& progress_;
  Lookups lookups_;
  std::optional<DrawnNetwork> drawn_;
  std::optional<ConnectivityCheck> check_;
  std::optional<Polyline> chain_;  // of the feature at hand, whose parts were drawn in disorder
  const LayerRule* layer_rule_ = nullptr;  // of the rule that is being read
  std::set<std::pair<std::size_t, std::string>> told_;
};

std::optional<Position> ProfileReader::position(const VectorFeature& feature) {
  if (feature.geometry().empty()) return std::nullopt;
  return feature.geometry().front();
}

std::string ProfileReader::made_mrid(At at, std::size_t layer) {
  std::string made = source_.layers()[layer].name + "#" + std::to_string(at.feature.number);
  builder_.add_defect(at.feature, {}, DefectClass::empty_id, DefectSeverity::warning, {},
                      "has no id", "named " + in_quotes(std::string_view{made}));
  return made;
}

void ProfileReader::report_unknown(At at, const FieldBinding& field, std::string_view raw,
                                   std::string_view taken_as) {
  builder_.add_defect(at.feature, at.mrid, DefectClass::unknown_value, DefectSeverity::warning,
                      field.column_name(), "the value " + in_quotes(raw) + " is not known",
                      "taken as " + in_quotes(taken_as));
}

void ProfileReader::look_at_text_and_geometry(const VectorFeature& feature, At at,
                                              const ColumnPlan& plan) {
  if (const auto column = feature.repaired_column(); column && *column < plan.columns().size()) {
    builder_.add_defect(at.feature, at.mrid, DefectClass::text_not_utf8, DefectSeverity::warning,
                        plan.columns()[*column].name, "the text is not UTF-8",
                        "kept with U+FFFD for what cannot be read");
  }
  if (feature.geometry_invalid()) {
    builder_.add_defect(
        at.feature, at.mrid, DefectClass::invalid_geometry, DefectSeverity::warning, {},
        "the geometry cannot be read: it is not finite, or neither point nor line nor area",
        "placed by its neighbours");
  }
  if (const std::size_t others = feature.points_left_out(); others > 0) {
    builder_.add_defect(at.feature, at.mrid, DefectClass::invalid_geometry, DefectSeverity::note,
                        {}, "has " + std::to_string(others + 1) + " positions",
                        "placed at the first");
  }
  // What was only drawn is read part by part.
  chain_.reset();
  const double gap_m = drawn_ ? 0 : widest_gap_m(feature.geometry(), feature.line_ends());
  if (gap_m > kPartsMeet_m) {
    auto lines = joined_parts(feature.geometry(), feature.line_ends(), kPartsMeet_m);
    if (lines.size() == 1) chain_ = std::move(lines.front());
  }
  if (gap_m > kPartsMeet_m && !chain_) {
    builder_.add_defect(
        at.feature, at.mrid, DefectClass::invalid_geometry, DefectSeverity::note, {},
        "its parts do not follow one another: " + std::to_string(std::lround(gap_m)) +
            " m lie between the end of one and the beginning of the next",
        "joined straight");
  }
}

void ProfileReader::report_shape(FeatureShape shape, At at, bool is_line, bool may_be_area) {
  if (shape == FeatureShape::none || shape == (is_line ? FeatureShape::line : FeatureShape::point))
    return;
  if (shape == FeatureShape::area && may_be_area) return;
  const std::string drawn = shape == FeatureShape::area   ? "is an area"
                            : shape == FeatureShape::line ? "is a line"
                                                          : "is a point";
  const std::string action = is_line && drawn_             ? "not drawn with the others"
                             : shape == FeatureShape::area ? "taken as a point in its middle"
                             : shape == FeatureShape::line ? "placed where it begins"
                                                           : "taken as a line without length";
  builder_.add_defect(at.feature, at.mrid, DefectClass::invalid_geometry, DefectSeverity::warning,
                      {}, drawn + " where a " + (is_line ? "line" : "point") + " is expected",
                      action);
}

float ProfileReader::number(const VectorFeature& feature, At at, const FieldBinding& field) {
  bool known = true;
  const double value = field.number(feature, known).value_or(0);
  if (known && value >= 0 && value < 1e9) return static_cast<float>(value);
  report_unknown(at, field, known ? number_text(value) : std::string{field.text(feature).raw}, "0");
  return 0;
}

bool ProfileReader::flag(const VectorFeature& feature, At at, const FieldBinding& field,
                         bool otherwise) {
  bool known = true;
  const bool value = field.flag(feature, known).value_or(otherwise);
  if (!known) report_unknown(at, field, field.text(feature).raw, value ? "yes" : "no");
  return value;
}

PhaseSet ProfileReader::phases(const VectorFeature& feature, At at, const FieldBinding& field,
                               PhaseSet otherwise, bool& told) {
  const FieldValue value = field.text(feature);
  const auto parsed = parse_written_phases(value.text);
  const bool usable = parsed && parsed->any();
  told = usable && !value.raw.empty();
  const PhaseSet result = usable ? *parsed : parse_phases(field.fallback()).value_or(otherwise);
  if (!usable && !value.raw.empty()) {
    report_unknown(at, field, value.raw, to_string(result));
  }
  return result;
}

template <class Enum>
Enum ProfileReader::word(const VectorFeature& feature, At at, const FieldBinding& field,
                         const std::vector<BoundOverride>& overrides,
                         std::optional<Enum> (*parse)(std::string_view), Enum otherwise) {
  const FieldValue value = field.text(feature);
  std::optional<Enum> parsed = parse(value.text);
  const bool known = parsed || value.text.empty();
  if (!parsed) parsed = parse(field.fallback());
  Enum result = parsed.value_or(otherwise);
  for (const BoundOverride& override_rule : overrides) {
    const auto& when = override_rule.rule->when;
    if (!when.empty() && std::ranges::find(when, to_string(result)) == when.end()) continue;
    const FieldValue refined = override_rule.field.text(feature);
    if (refined.raw.empty() || refined.text.empty()) continue;
    if (const auto meaning = parse(refined.text)) {
      result = *meaning;
      break;
    }
  }
  if (!known) report_unknown(at, field, value.raw, to_string(result));
  return result;
}

std::uint16_t ProfileReader::customers(const VectorFeature& feature, At at,
                                       const FieldBinding& field) {
  bool known = true;
  const double value = field.number(feature, known).value_or(1);
  if (known && value >= 0 && value <= 65'535 && value == std::floor(value)) {
    return static_cast<std::uint16_t>(value);
  }
  report_unknown(at, field, known ? number_text(value) : std::string{field.text(feature).raw}, "1");
  return 1;
}

Result<void> ProfileReader::visit_layer(std::size_t layer, const ColumnPlan& plan,
                                        const Visit& visit) {
  if (auto one = check_only_one(source_, layer); !one) return one;
  const VectorLayer& description = source_.layers()[layer];
  const SourceLayer source_layer = builder_.layer(description.file, description.name);
  ColumnPlan filtered = plan;
  const auto keeps = filtered.bind_where(layer_rule_->where);
  std::int64_t read = 0;
  auto result =
      source_.read_placed(layer, filtered.columns(), layer_rule_->geometry,
                          [&](const VectorFeature& feature) -> Result<void> {
                            if (progress_ && read % kFeaturesATick == 0)
                              progress_(description.name, read, description.features);
                            ++read;
                            if (!keeps(feature)) return {};
                            return visit(feature, SourceFeature{source_layer, feature.number()});
                          });
  for (LayerFinding& finding : source_.take_findings(layer)) {
    const auto told = std::pair{layer, finding.message};
    if (!told_.insert(told).second) continue;  // layers are read more than once
    builder_.add_defect({source_layer, -1}, {}, finding.defect_class, finding.severity, {},
                        std::move(finding.message), std::move(finding.action));
  }
  if (progress_) progress_(description.name, read, read);
  return result;
}

Result<void> ProfileReader::read_lookup(const LookupRule& rule) {
  const auto layer = find_layer(source_, rule.layer);
  layer_rule_ = &rule.layer;
  Lookup& lookup = lookups_[rule.name];
  if (!layer) return {};
  ColumnPlan plan{source_.layers()[*layer], lookups_};
  const FieldBinding id = plan.bind(rule.id);
  const FieldBinding value = plan.bind(rule.value);
  return visit_layer(*layer, plan,
                     [&](const VectorFeature& feature, SourceFeature) -> Result<void> {
                       const std::string_view key = id.text(feature).text;
                       if (key.empty()) return {};
                       if (rule.value.given) {
                         lookup.add(key, value.text(feature).text);
                       } else if (const auto at = position(feature); at && is_on_earth(*at)) {
                         lookup.add(key, *at);
                       }
                       return {};
                     });
}

Result<void> ProfileReader::read_rule(const SubstationRule& rule, std::size_t layer) {
  ColumnPlan plan{source_.layers()[layer], lookups_};
  const FieldBinding mrid = plan.bind(rule.mrid);
  const FieldBinding name = plan.bind(rule.name);
  return visit_layer(
      layer, plan, [&](const VectorFeature& feature, SourceFeature at) -> Result<void> {
        const std::string_view id = mrid.text(feature).text;
        look_at_text_and_geometry(feature, {at, id}, plan);
        report_shape(shape_of(feature), {at, id}, false, true);
        builder_.add_substation(at, {id, name.text(feature).text, position(feature)});
        return {};
      });
}

Result<void> ProfileReader::read_rule(const FeederRule& rule, std::size_t layer) {
  ColumnPlan plan{source_.layers()[layer], lookups_};
  const FieldBinding mrid = plan.bind(rule.mrid);
  const FieldBinding name = plan.bind(rule.name);
  const FieldBinding substation = plan.bind(rule.substation);
  const FieldBinding source_node = plan.bind(rule.source_node);
  const FieldBinding nominal_kv = plan.bind(rule.nominal_kv, ColumnKind::number);
  const FieldBinding active = plan.bind(rule.active, ColumnKind::flag);
  return visit_layer(
      layer, plan, [&](const VectorFeature& feature, SourceFeature at) -> Result<void> {
        const At here{at, mrid.text(feature).text};
        if (!flag(feature, here, active, true)) return {};
        look_at_text_and_geometry(feature, here, plan);
        const FeederInput feeder{here.mrid, name.text(feature).text, substation.text(feature).text,
                                 source_node.text(feature).text, number(feature, here, nominal_kv)};
        if (!drawn_) {
          builder_.add_feeder(at, feeder);
        } else if (!feature.outline().empty()) {
          drawn_->add_feeder(at, feeder, feature.outline(), rule.levels, rule.reach_m);
        } else {
          drawn_->add_feeder(at, feeder,
                             feature.geometry().first(feature.geometry().empty() ? 0 : 1),
                             rule.levels, rule.reach_m);
        }
        return {};
      });
}

Result<void> ProfileReader::read_rule(const NodeRule& rule, std::size_t layer) {
  ColumnPlan plan{source_.layers()[layer], lookups_};
  const FieldBinding mrid = plan.bind(rule.mrid);
  auto result =
      visit_layer(layer, plan, [&](const VectorFeature& feature, SourceFeature at) -> Result<void> {
        const At here{at, mrid.text(feature).text};
        look_at_text_and_geometry(feature, here, plan);
        report_shape(shape_of(feature), here, false, false);
        builder_.add_node(at, {here.mrid, position(feature)});
        return {};
      });
  builder_.declare_nodes_complete();
  return result;
}

Result<void> ProfileReader::read_rule(const DeviceRule& rule, std::size_t layer) {
  ColumnPlan plan{source_.layers()[layer], lookups_};
  const FieldBinding mrid = plan.bind(rule.mrid);
  const FieldBinding from_node = plan.bind(rule.from_node), to_node = plan.bind(rule.to_node);
  const FieldBinding kind = plan.bind(rule.kind), feeder = plan.bind(rule.feeder);
  const FieldBinding phase_letters = plan.bind(rule.phases);
  const FieldBinding normally_open = plan.bind(rule.normally_open, ColumnKind::flag);
  const FieldBinding active = plan.bind(rule.active, ColumnKind::flag);
  const FieldBinding underground = plan.bind(rule.underground, ColumnKind::flag);
  const FieldBinding nominal_kv = plan.bind(rule.nominal_kv, ColumnKind::number);
  const FieldBinding rated_kva = plan.bind(rule.rated_kva, ColumnKind::number);
  const FieldBinding height_m = plan.bind(rule.live_part_height_m, ColumnKind::number);
  const FieldBinding length_m = plan.bind(rule.length_m, ColumnKind::number);
  const FieldBinding to_phase_letters = plan.bind(rule.to_phases);
  const FieldBinding from_place = plan.bind(rule.from_place), to_place = plan.bind(rule.to_place);
  const FieldBinding level = plan.bind(rule.level), to_level = plan.bind(rule.to_level);
  const auto kind_overrides = bind_overrides(plan, rule.kind_overrides);
  std::string id;
  return visit_layer(
      layer, plan, [&](const VectorFeature& feature, SourceFeature at) -> Result<void> {
        const std::string_view plain_id = mrid.text(feature).text;
        id = plain_id.empty() ? std::string{} : rule.mrid_prefix + std::string{plain_id};
        const At here{at, id};
        look_at_text_and_geometry(feature, here, plan);
        DeviceInput device;
        device.mrid = id;
        device.kind = word(feature, here, kind, kind_overrides, parse_device_kind,
                           DeviceKind::ac_line_segment);
        const bool is_line =
            device.kind == DeviceKind::ac_line_segment || device.kind == DeviceKind::service_drop;
        if (is_line) report_shape(shape_of(feature), here, true, false);
        device.from_node = from_node.text(feature).text;
        device.to_node = to_node.text(feature).text;
        device.feeder = feeder.text(feature).text;
        device.phases = phases(feature, here, phase_letters, PhaseSet::abc(), device.phases_told);
        bool unused = false;
        device.to_phases = phases(feature, here, to_phase_letters, PhaseSet::none(), unused);
        // Out of service is open for good.
        device.normally_open =
            flag(feature, here, normally_open, false) || !flag(feature, here, active, true);
        device.underground = flag(feature, here, underground, false);
        device.nominal_kv = number(feature, here, nominal_kv);
        device.rated_kva = number(feature, here, rated_kva);
        device.live_part_height_m = number(feature, here, height_m);
        device.length_m = number(feature, here, length_m);
        device.geometry = chain_ ? std::span<const Position>{*chain_} : feature.geometry();
        device.from_position = from_place.place(feature);
        device.to_position = to_place.place(feature);
        if (check_) check_->add_device(at, device, level.text(feature).text);
        if (!drawn_) {
          builder_.add_device(at, device);
          return {};
        }
        if (id.empty()) device.mrid = id = made_mrid(here, layer);
        drawn_->add_device(
            at, device,
            {level.text(feature).text, to_level.text(feature).text, rule.tapped, rule.reach_m},
            feature.line_ends());
        return {};
      });
}

Result<void> ProfileReader::read_rule(const UsagePointRule& rule, std::size_t layer) {
  ColumnPlan plan{source_.layers()[layer], lookups_};
  const FieldBinding mrid = plan.bind(rule.mrid), node = plan.bind(rule.node);
  const FieldBinding transformer = plan.bind(rule.transformer), address = plan.bind(rule.address);
  const FieldBinding phase_letters = plan.bind(rule.phases), category = plan.bind(rule.category);
  const FieldBinding group = plan.bind(rule.communication_group), place = plan.bind(rule.place);
  const FieldBinding households = plan.bind(rule.customers, ColumnKind::number);
  const FieldBinding active = plan.bind(rule.active, ColumnKind::flag);
  const auto category_overrides = bind_overrides(plan, rule.category_overrides);
  return visit_layer(
      layer, plan, [&](const VectorFeature& feature, SourceFeature at) -> Result<void> {
        const At here{at, mrid.text(feature).text};
        look_at_text_and_geometry(feature, here, plan);
        report_shape(shape_of(feature), here, false, true);
        UsagePointInput point;
        point.mrid = here.mrid;
        point.address = address.text(feature).text;
        point.node = node.text(feature).text;
        point.transformer = transformer.text(feature).text;
        point.communication_group = group.text(feature).text;
        point.position = position(feature);
        if (!point.position) point.position = place.place(feature);
        point.customers = customers(feature, here, households);
        point.category = word(feature, here, category, category_overrides,
                              parse_usage_point_category, UsagePointCategory::residential);
        point.phases =
            phases(feature, here, phase_letters, PhaseSet::unknown_single(), point.phases_told);
        point.active = flag(feature, here, active, true);
        if (drawn_) {
          drawn_->add_usage_point(at, point, rule.levels, rule.reach_m);
        } else {
          builder_.add_usage_point(at, point);
        }
        return {};
      });
}

template <class Rule>
Result<void> ProfileReader::read_all(const std::vector<Rule>& rules) {
  for (const Rule& rule : rules) {
    const auto layer = find_layer(source_, rule.layer);
    if (!layer) {
      if (rule.layer.required) return refuse_missing_layer(source_, profile_, rule.layer);
      continue;
    }
    layer_rule_ = &rule.layer;
    if (auto read = read_rule(rule, *layer); !read) return read;
  }
  return {};
}

Result<void> ProfileReader::run() {
  for (const LookupRule& rule : profile_.lookups) {
    if (auto read = read_lookup(rule); !read) return read;
  }
  if (auto speaks = check_any_layer(source_, profile_); !speaks) return speaks;
  if (auto read = read_all(profile_.substations); !read) return read;
  if (auto read = read_all(profile_.feeders); !read) return read;
  if (auto read = read_all(profile_.nodes); !read) return read;
  if (auto read = read_all(profile_.devices); !read) return read;
  if (auto read = read_all(profile_.usage_points); !read) return read;
  if (check_) {
    check_->locate();
    check_->report(builder_);
    builder_.declare_lines_compared();
  }
  if (!drawn_) return {};
  DrawnNetwork::PlaceOfNode place_of_node;
  if (check_) place_of_node = [this](std::string_view node) { return check_->position_of(node); };
  std::move(*drawn_).resolve(builder_, place_of_node);
  return {};
}

}  // namespace

Result<void> read_through_profile(const FeatureSource& source, const Profile& profile,
                                  NetworkBuilder& builder, const ReadingProgress& progress) {
  return ProfileReader{source, profile, builder, progress}.run();
}

}  // namespace gridmend
