// Who is supplied: usage points, or the loads where there are none.

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/ingest/cim_translation.h"
#include "data/ingest/letter_case.h"
#include "data/ingest/written_number.h"

namespace gridmend {
namespace {

constexpr std::int64_t kPointsATick = 50'000;
constexpr float kMostCustomers = 65'535;
constexpr std::size_t kLongestAddress = 240;
// One location may be that of millions of usage points.
constexpr std::size_t kMostAddressLetters = 1'000'000'000;

// What may name its usage points from its own side.
constexpr CimClass kEquipmentOfUsagePoints[] = {
    CimClass::energy_consumer, CimClass::power_electronics, CimClass::machine,
    CimClass::energy_source,   CimClass::network_injection, CimClass::power_transformer,
    CimClass::ac_line_segment, CimClass::node_marker};

// CustomerKind of IEC 61968-8.
UsagePointCategory category_of_kind(std::string_view kind) {
  if (kind == "pumpingLoad") return UsagePointCategory::pump_station;
  if (kind == "commercialIndustrial" || kind == "residentialAndCommercial" ||
      kind == "enterprise" || kind == "internalUse" || kind == "windMachine" ||
      kind == "subsidiary" || kind == "regionalOperator") {
    return UsagePointCategory::commercial;
  }
  return UsagePointCategory::residential;
}

// In delta a phase's part is connected to the next phase (IEC 61970-301, EnergyConsumerPhase).
PhaseSet with_next_phases(PhaseSet phases) {
  PhaseSet both = phases;
  if ((phases.bits & PhaseSet::kA) != 0) both.bits |= PhaseSet::kB;
  if ((phases.bits & PhaseSet::kB) != 0) both.bits |= PhaseSet::kC;
  if ((phases.bits & PhaseSet::kC) != 0) both.bits |= PhaseSet::kA;
  return both;
}

bool names_life_support(std::string_view need) {
  return lower_case(need).find("life") != std::string::npos;
}

}  // namespace

void CimTranslation::add_usage_points() {
  const auto points = index_.of_class(CimClass::usage_point);
  const auto consumers = index_.of_class(CimClass::energy_consumer);
  std::int64_t done = 0;
  const auto tell = [&](std::size_t all) {
    if (progress_ && done++ % kPointsATick == 0) {
      progress_("usage points", done - 1, static_cast<std::int64_t>(all));
    }
  };
  if (points.empty()) {
    for (const std::uint32_t i : consumers) {
      tell(consumers.size());
      add_consumer(Object{i});
    }
    return;
  }
  equipment_at_.assign(model_.objects(), CimModel::kNone);
  for (const CimClass cim_class : kEquipmentOfUsagePoints) {
    for (const std::uint32_t i : index_.of_class(cim_class)) {
      model_.for_each_reference(Object{i}, CimProperty::usage_point, [&](Object point) {
        std::uint32_t& equipment = equipment_at_[point.index];
        if (equipment == CimModel::kNone) equipment = i;
      });
    }
  }
  std::vector<std::uint8_t> has_usage_point(model_.objects(), 0);
  std::size_t elsewhere = 0;
  for (const std::uint32_t i : points) {
    tell(points.size());
    const auto category = model_.reference(Object{i}, CimProperty::service_category);
    const std::string_view kind =
        category ? model_.word_of(*category, CimProperty::service_kind) : std::string_view{};
    if (!kind.empty() && kind != "electricity") {
      ++elsewhere;
      continue;
    }
    if (const auto equipment = equipment_of_usage_point(Object{i})) {
      has_usage_point[equipment->index] = 1;
    }
    add_usage_point(Object{i});
  }
  const auto note = [&](std::uint32_t first, std::size_t count, DefectSeverity severity,
                        const char* what) {
    if (count == 0) return;
    defect(Object{first}, DefectClass::statement_not_understood, severity, {},
           std::to_string(count) + what, "not counted as usage points");
  };
  note(points.front(), elsewhere, DefectSeverity::note,
       " usage points are of other services than electricity");
  std::size_t without = 0;
  std::uint32_t first = 0;
  for (const std::uint32_t i : consumers) {
    if (has_usage_point[i] == 0 && without++ == 0) first = i;
  }
  note(first, without, DefectSeverity::warning,
       " loads have no UsagePoint, though the model has UsagePoints; this is the first");
}

// Of the phases of its parts, else of its terminal; a load without either takes all three.
PhaseSet CimTranslation::phases_of_consumer(Object consumer,
                                            const std::vector<CimTerminal>& terminals) const {
  const PhaseSet parts = phases_of_parts(consumer, CimClass::consumer_phase, CimProperty::phases);
  if (parts.any()) {
    const bool delta = model_.word_of(consumer, CimProperty::phase_connection) == "D";
    return delta ? with_next_phases(parts) : parts;
  }
  return terminals.empty() ? PhaseSet::abc()
                           : phases_of_terminal(terminals.front().object, PhaseSet::abc());
}

// At most so much of an address as a label needs, cut between characters.
std::string CimTranslation::address_in(std::string text) {
  if (text.size() > kLongestAddress) {
    std::size_t end = kLongestAddress;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  address_letters_ += text.size();
  if (address_letters_ > kMostAddressLetters) text.clear();
  return text;
}

void CimTranslation::add_consumer(Object consumer) {
  const std::string mrid = model_.mrid(consumer), name = address_in(name_of(consumer));
  index_.terminals_of(consumer, terminals_);
  if (terminals_.empty() || !terminals_.front().node.valid()) {
    return builder_.refuse_usage_point(at(consumer), mrid,
                                       "a load without a terminal at a connectivity node");
  }
  UsagePointInput input;
  input.mrid = mrid;
  input.address = name;
  const std::string node = model_.id(terminals_.front().node);
  input.node = node;
  input.phases = phases_of_consumer(consumer, terminals_);
  input.active = terminals_.front().connected && !out_of_service(consumer);
  if (const auto place = place_or_substations(consumer); !place.empty())
    input.position = place.front();
  const float customers = model_.number(consumer, CimProperty::customer_count).value_or(1);
  if (customers < 0 || customers > kMostCustomers || customers != std::floor(customers)) {
    defect(consumer, DefectClass::value_out_of_range, DefectSeverity::warning,
           "EnergyConsumer.customerCount", "cannot have " + number_text(customers) + " customers",
           customers > kMostCustomers ? "taken as 65535" : "taken as 1");
  }
  input.customers = customers > kMostCustomers ? std::uint16_t{65'535}
                    : customers >= 0 && customers == std::floor(customers)
                        ? static_cast<std::uint16_t>(customers)
                        : std::uint16_t{1};
  builder_.add_usage_point(at(consumer), input);
}

// A load before anything else that it names or that names it.
std::optional<CimTranslation::Object> CimTranslation::equipment_of_usage_point(Object point) const {
  std::optional<Object> found;
  const auto consider = [&](Object equipment) {
    const bool is_load = model_.class_of(equipment) == CimClass::energy_consumer;
    if (!found || (is_load && model_.class_of(*found) != CimClass::energy_consumer)) {
      found = equipment;
    }
  };
  if (equipment_at_[point.index] != CimModel::kNone) consider(Object{equipment_at_[point.index]});
  model_.for_each_reference(point, CimProperty::equipment, consider);
  return found;
}

std::string CimTranslation::address_of(Object location) const {
  // The parts of an address stand inside the location, or are objects of their own.
  const Object own = model_.reference(location, CimProperty::main_address).value_or(location);
  const Object street = model_.reference(own, CimProperty::street_detail).value_or(own);
  const Object town = model_.reference(own, CimProperty::town_detail).value_or(own);
  const auto part = [&](CimProperty property) { return model_.text_of(street, property); };
  std::string address{part(CimProperty::street_name)};
  const auto append = [&](std::string_view text, const char* between) {
    if (text.empty()) return;
    if (!address.empty()) address += between;
    address += text;
  };
  append(part(CimProperty::street_number), " ");
  append(part(CimProperty::street_suite), " / ");
  if (address.empty()) append(part(CimProperty::address_text), "");
  append(model_.text_of(town, CimProperty::town), ", ");
  return address;
}

UsagePointCategory CimTranslation::category_of(Object point) const {
  const auto agreement = model_.reference(point, CimProperty::agreement);
  auto customer = agreement ? model_.reference(*agreement, CimProperty::customer) : std::nullopt;
  for (const std::uint32_t i : index_.parts(point)) {
    if (customer) break;
    customer = model_.reference(Object{i}, CimProperty::customer);
  }
  if (!customer) return UsagePointCategory::residential;
  if (names_life_support(model_.text_of(*customer, CimProperty::special_need))) {
    return UsagePointCategory::life_support;
  }
  return category_of_kind(model_.word_of(*customer, CimProperty::customer_kind));
}

// As many as its meters name; one where they name none.
std::uint16_t CimTranslation::customers_of(Object point) const {
  std::vector<std::uint32_t> customers;
  for (const std::uint32_t i : index_.parts(point)) {
    const auto customer = model_.reference(Object{i}, CimProperty::customer);
    if (customer) customers.push_back(customer->index);
  }
  std::ranges::sort(customers);
  const auto end = std::unique(customers.begin(), customers.end());
  const auto count = std::clamp<std::ptrdiff_t>(end - customers.begin(), 1, 65'535);
  return static_cast<std::uint16_t>(count);
}

void CimTranslation::add_usage_point(Object point) {
  const std::string mrid = model_.mrid(point);
  const auto equipment = equipment_of_usage_point(point);
  if (!equipment) {
    return builder_.refuse_usage_point(at(point), mrid, "a usage point that names no equipment");
  }
  if (!model_.defined(*equipment)) {
    return builder_.refuse_usage_point(at(point), mrid,
                                       "a usage point whose equipment nothing defines");
  }
  UsagePointInput input;
  input.mrid = mrid;
  index_.terminals_of(*equipment, terminals_);
  std::string node, transformer;
  if (model_.class_of(*equipment) == CimClass::power_transformer) {
    transformer = first_unit_of(*equipment);
    const std::uint32_t lower_side = lower_side_[equipment->index];
    if (lower_side != CimModel::kNone) node = model_.id(Object{lower_side});
  } else if (!terminals_.empty() && terminals_.back().node.valid()) {
    node = model_.id(terminals_.back().node);
  } else {
    return builder_.refuse_usage_point(
        at(point), mrid, "a usage point whose equipment has no terminal at a connectivity node");
  }
  input.node = node;
  input.transformer = transformer;
  const std::string_view state = model_.word_of(point, CimProperty::connection_state);
  const bool connected = terminals_.empty() || terminals_.back().connected;
  input.active = !state.ends_with("Disconnected") && connected && !out_of_service(*equipment);
  const PhaseSet of_equipment =
      transformer.empty() ? phases_of_consumer(*equipment, terminals_) : PhaseSet::unknown_single();
  input.phases = phases_named(point, CimProperty::phases, of_equipment);
  input.customers = customers_of(point);
  input.category = category_of(point);
  std::string address;
  for (const CimProperty property :
       {CimProperty::service_location, CimProperty::usage_point_location, CimProperty::location}) {
    const auto location = model_.reference(point, property);
    if (!location) continue;
    if (address.empty()) address = address_of(*location);
    const auto place = places_.of(*location);
    if (!input.position && !place.empty()) input.position = place.front();
  }
  if (!input.position) {
    if (const auto place = place_or_substations(*equipment); !place.empty())
      input.position = place.front();
  }
  address = address_in(address.empty() ? name_of(point) : std::move(address));
  input.address = address;
  builder_.add_usage_point(at(point), input);
}

}  // namespace gridmend
