// The region file, .gmr, format version 2. Numbers are in the byte order of the machine that wrote
// them, which the header states; everything else is refused by name.
//
//   file     = header table section*
//   header   = "GRIDMEND" byte_order:u32 (0x01020304) version:u32 file_size:u64
//              content_high:u64 content_low:u64 section_count:u32 reserved:u32
//              table_checksum:u64 header_checksum:u64               64 bytes
//   table    = entry{section_count}
//   entry    = kind:u32 record_size:u32 offset:u64 length:u64 checksum:u64
//   section  = zero bytes up to the next multiple of 64, then `length` bytes
//
// Checksums are XXH3-64. Every section kind below occurs exactly once. Sections of records hold
// them as core/network/records.h and routing/road/road_records.h declare them, so that a mapped
// file is used as it is. A pool of texts is two sections: offsets (u32, one more than there are
// texts, ascending from 0) and letters.
//
// Other kinds may be there or not. One whose highest bit (0x80000000) is set may be ignored by a
// program that does not know it: what can be derived again, such as an index over the roads. One
// without that bit must be understood, and its file is refused otherwise: what changes the meaning
// of the records, or what the state of a server depends on. The content id covers the sections of
// network and roads, and of the optional ones those that must be understood.
//
// Of those that may be ignored:
//
//   defect_subjects = a DefectSubject (data/region/defect.h) a defect, in their order
//   suspected_links = SuspectedLink (core/network/link_suspicion.h) records
//   road_order      = u32 a state of the roads (routing/road/road_states.h): each once, that which
//                     is contracted first at the front. Another one is left aside with a note.
//
// Version 1 differs in one byte of a device: to_phases was reserved, and 0.
//
//   defects    = count:u32 defect{count}
//   defect     = class:u8 severity:u8 has_position:u8 file:text layer:text feature_id:text
//                column:text message:text action:text [longitude:f64 latitude:f64]
//   provenance = name:text profile:text licence:text count:u32 source:text{count}
//   text       = length:u32 letters

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/region/byte_codec.h"
#include "data/region/region.h"
#include "data/region/section_file.h"
#include "routing/road/road_states.h"

namespace gridmend {
namespace {

constexpr FormatVersions kVersions{1, kRegionFormat};

enum class SectionKind : std::uint32_t {
  substations = 1,
  feeders,
  connectivity_nodes,
  devices,
  usage_points,
  communication_groups,
  polyline_vertices,
  text_offsets,
  text_letters,
  road_vertices = 32,
  road_edges,
  road_turn_restrictions,
  road_shapes,
  road_text_offsets,
  road_text_letters,
  road_origin,
  defects = 64,
  provenance,
  defect_subjects = kMayIgnore | 1,
  suspected_links = kMayIgnore | 2,
  road_order = kMayIgnore | 3,
};

constexpr std::uint32_t number_of(SectionKind kind) { return static_cast<std::uint32_t>(kind); }

bool is_known(std::uint32_t kind) {
  const auto within = [kind](SectionKind first, SectionKind last) {
    return kind >= number_of(first) && kind <= number_of(last);
  };
  return within(SectionKind::substations, SectionKind::text_letters) ||
         within(SectionKind::road_vertices, SectionKind::road_origin) ||
         within(SectionKind::defects, SectionKind::provenance);
}

template <class Record, class Value>
std::span<const std::byte> bytes_of(const Table<Record, Value>& table) {
  static_assert(std::is_trivially_copyable_v<Value>);
  return std::as_bytes(table.values());
}

template <class Record, class Value>
Section section_of(SectionKind kind, const Table<Record, Value>& table) {
  return {number_of(kind), sizeof(Value), bytes_of(table)};
}

void add_network(std::vector<Section>& sections, const NetworkRecords& network) {
  sections.push_back(section_of(SectionKind::substations, network.substations));
  sections.push_back(section_of(SectionKind::feeders, network.feeders));
  sections.push_back(section_of(SectionKind::connectivity_nodes, network.nodes));
  sections.push_back(section_of(SectionKind::devices, network.devices));
  sections.push_back(section_of(SectionKind::usage_points, network.usage_points));
  sections.push_back(section_of(SectionKind::communication_groups, network.communication_groups));
  sections.push_back(section_of(SectionKind::polyline_vertices, network.vertices));
  sections.push_back(section_of(SectionKind::text_offsets, network.texts.offsets()));
  sections.push_back(section_of(SectionKind::text_letters, network.texts.letters()));
}

void add_roads(std::vector<Section>& sections, const RoadRecords& roads) {
  sections.push_back(section_of(SectionKind::road_vertices, roads.vertices));
  sections.push_back(section_of(SectionKind::road_edges, roads.edges));
  sections.push_back(section_of(SectionKind::road_turn_restrictions, roads.turn_restrictions));
  sections.push_back(section_of(SectionKind::road_shapes, roads.shapes));
  sections.push_back(section_of(SectionKind::road_text_offsets, roads.texts.offsets()));
  sections.push_back(section_of(SectionKind::road_text_letters, roads.texts.letters()));
}

ByteWriter encode_defects(const std::vector<Defect>& defects) {
  ByteWriter writer;
  writer.number(static_cast<std::uint32_t>(defects.size()));
  for (const Defect& defect : defects) {
    writer.number(static_cast<std::uint8_t>(defect.defect_class));
    writer.number(static_cast<std::uint8_t>(defect.severity));
    writer.number(static_cast<std::uint8_t>(defect.position.has_value() ? 1 : 0));
    writer.text(defect.place.file);
    writer.text(defect.place.layer);
    writer.text(defect.place.feature_id);
    writer.text(defect.place.column);
    writer.text(defect.message);
    writer.text(defect.action);
    if (defect.position) {
      writer.number(defect.position->longitude_deg);
      writer.number(defect.position->latitude_deg);
    }
  }
  return writer;
}

std::vector<DefectSubject> subjects_of(const std::vector<Defect>& defects) {
  std::vector<DefectSubject> subjects;
  const bool any = std::ranges::any_of(
      defects, [](const Defect& defect) { return defect.subject != DefectSubject{}; });
  for (const Defect& defect : defects) {
    if (any) subjects.push_back(defect.subject);
  }
  return subjects;
}

// What may be left out is left out when it says nothing.
template <class Record>
void add_optional(std::vector<Section>& sections, SectionKind kind,
                  std::span<const Record> records) {
  if (records.empty()) return;
  sections.push_back({number_of(kind), sizeof(Record), std::as_bytes(records)});
}

ByteWriter encode_provenance(const RegionProvenance& provenance) {
  ByteWriter writer;
  writer.text(provenance.name);
  writer.text(provenance.profile);
  writer.text(provenance.licence);
  writer.number(static_cast<std::uint32_t>(provenance.sources.size()));
  for (const std::string& source : provenance.sources) writer.text(source);
  return writer;
}

// Hands out sections as tables over the mapping and remembers the first that is not there.
class SectionReader {
 public:
  explicit SectionReader(const SectionFile& file) : file_(file) {}

  template <class Record, class Value>
  void read(SectionKind kind, Table<Record, Value>& table) {
    const Section* section = file_.find(number_of(kind));
    if (section == nullptr || section->record_size != sizeof(Value)) {
      complete_ = false;
      return;
    }
    // Sections start at multiples of 64 of a mapping that starts at a page.
    const auto* values = reinterpret_cast<const Value*>(section->bytes.data());
    table = Table<Record, Value>{std::span{values, section->bytes.size() / sizeof(Value)},
                                 file_.owner()};
  }

  TextPool read_texts(SectionKind offsets_kind, SectionKind letters_kind) {
    Table<Text, std::uint32_t> offsets;
    Table<Text, char> letters;
    read(offsets_kind, offsets);
    read(letters_kind, letters);
    return {std::move(offsets), std::move(letters)};
  }

  std::span<const std::byte> read_bytes(SectionKind kind) {
    const Section* section = file_.find(number_of(kind));
    if (section != nullptr) return section->bytes;
    complete_ = false;
    return {};
  }

  // Empty when the file has no such section.
  template <class Record>
  std::span<const Record> read_optional(SectionKind kind) {
    const Section* section = file_.find(number_of(kind));
    if (section == nullptr) return {};
    if (section->record_size != sizeof(Record)) {
      complete_ = false;
      return {};
    }
    return {reinterpret_cast<const Record*>(section->bytes.data()),
            section->bytes.size() / sizeof(Record)};
  }

  bool complete() const { return complete_; }

 private:
  const SectionFile& file_;
  bool complete_ = true;
};

NetworkRecords read_network(SectionReader& reader) {
  NetworkRecords network;
  reader.read(SectionKind::substations, network.substations);
  reader.read(SectionKind::feeders, network.feeders);
  reader.read(SectionKind::connectivity_nodes, network.nodes);
  reader.read(SectionKind::devices, network.devices);
  reader.read(SectionKind::usage_points, network.usage_points);
  reader.read(SectionKind::communication_groups, network.communication_groups);
  reader.read(SectionKind::polyline_vertices, network.vertices);
  network.texts = reader.read_texts(SectionKind::text_offsets, SectionKind::text_letters);
  return network;
}

RoadRecords read_roads(SectionReader& reader) {
  RoadRecords roads;
  reader.read(SectionKind::road_vertices, roads.vertices);
  reader.read(SectionKind::road_edges, roads.edges);
  reader.read(SectionKind::road_turn_restrictions, roads.turn_restrictions);
  reader.read(SectionKind::road_shapes, roads.shapes);
  roads.texts = reader.read_texts(SectionKind::road_text_offsets, SectionKind::road_text_letters);
  const auto origin = reader.read_bytes(SectionKind::road_origin);
  roads.origin = static_cast<RoadOrigin>(ByteReader{origin}.number<std::uint8_t>());
  return roads;
}

bool valid_texts(const TextPool& texts) {
  const auto offsets = texts.offsets().values();
  if (offsets.empty()) return texts.letters().empty();
  return offsets.front() == 0 && offsets.back() == texts.letters().size() &&
         std::ranges::is_sorted(offsets);
}

bool refers_into(TextId id, const TextPool& texts) {
  return !id.valid() || id.index < texts.size();
}

template <class Records>
bool valid_positions(const Records& records) {
  return std::ranges::all_of(records, [](const auto& r) { return is_on_earth(r.position); });
}

// What NetworkModel::from_records does not look at: positions, texts of records it never follows.
bool valid_network(const NetworkRecords& n) {
  const auto named = [&n](const auto& record) { return refers_into(record.mrid, n.texts); };
  return valid_texts(n.texts) && valid_positions(n.substations) && valid_positions(n.nodes) &&
         valid_positions(n.devices) && valid_positions(n.usage_points) &&
         std::ranges::all_of(n.vertices, is_on_earth) && std::ranges::all_of(n.nodes, named) &&
         std::ranges::all_of(
             n.substations,
             [&](const Substation& s) { return named(s) && refers_into(s.name, n.texts); }) &&
         std::ranges::all_of(n.communication_groups,
                             [&n](TextId id) { return refers_into(id, n.texts); });
}

bool valid_roads(const RoadRecords& r) {
  const auto valid_edge = [&r](const RoadEdge& e) {
    return refers_into(e.name, r.texts) && static_cast<int>(e.road_class) < kRoadClasses &&
           e.structure <= RoadStructure::ford && e.shape_begin <= e.shape_end &&
           e.shape_end <= r.shapes.size();
  };
  return valid_texts(r.texts) && r.origin <= RoadOrigin::synthetic && valid_positions(r.vertices) &&
         std::ranges::all_of(r.shapes, is_on_earth) && std::ranges::all_of(r.edges, valid_edge);
}

std::optional<std::vector<Defect>> decode_defects(std::span<const std::byte> bytes) {
  constexpr std::size_t kSmallestDefect = 27;
  ByteReader reader{bytes};
  const auto count = reader.number<std::uint32_t>();
  if (reader.failed() || count > reader.remaining() / kSmallestDefect) return std::nullopt;
  std::vector<Defect> defects(count);
  for (Defect& defect : defects) {
    const auto defect_class = reader.number<std::uint8_t>();
    const auto severity = reader.number<std::uint8_t>();
    const auto has_position = reader.number<std::uint8_t>();
    if (defect_class >= kDefectClasses || severity > 2 || has_position > 1) return std::nullopt;
    defect.defect_class = static_cast<DefectClass>(defect_class);
    defect.severity = static_cast<DefectSeverity>(severity);
    defect.place.file = reader.text();
    defect.place.layer = reader.text();
    defect.place.feature_id = reader.text();
    defect.place.column = reader.text();
    defect.message = reader.text();
    defect.action = reader.text();
    if (has_position == 0) continue;
    const double longitude = reader.number<double>();
    const double latitude = reader.number<double>();
    defect.position = Position{longitude, latitude};
  }
  if (reader.failed() || !reader.at_end()) return std::nullopt;
  return defects;
}

template <class Record>
bool refers_into(Id<Record> id, std::size_t size) {
  return !id.valid() || id.index < size;
}

// False: the section is there and does not fit.
bool read_subjects(std::span<const DefectSubject> subjects, const NetworkModel& network,
                   std::vector<Defect>& defects) {
  if (subjects.empty()) return true;
  if (subjects.size() != defects.size()) return false;
  for (std::size_t i = 0; i < defects.size(); ++i) {
    const DefectSubject& subject = subjects[i];
    if (!refers_into(subject.device, network.devices().size()) ||
        !refers_into(subject.usage_point, network.usage_points().size()) ||
        !refers_into(subject.feeder, network.feeders().size())) {
      return false;
    }
    defects[i].subject = subject;
  }
  return true;
}

std::optional<RegionProvenance> decode_provenance(std::span<const std::byte> bytes) {
  ByteReader reader{bytes};
  RegionProvenance provenance;
  provenance.name = reader.text();
  provenance.profile = reader.text();
  provenance.licence = reader.text();
  const auto count = reader.number<std::uint32_t>();
  if (reader.failed() || count > reader.remaining() / sizeof(std::uint32_t)) return std::nullopt;
  for (std::uint32_t i = 0; i < count; ++i) provenance.sources.push_back(reader.text());
  if (reader.failed() || !reader.at_end()) return std::nullopt;
  return provenance;
}

tl::unexpected<Error> damaged(const std::filesystem::path& path, std::string message) {
  return refuse_at({.file = path.string(), .layer = {}, .feature_id = {}, .column = {}},
                   ErrorCode::invalid_argument, "REGION_DAMAGED", std::move(message));
}

// Version 1 wrote zeros where to_phases is now, so its records are read as they stand.
bool valid_for_version(const NetworkRecords& network, std::uint32_t version) {
  return version > 1 || std::ranges::all_of(network.devices, [](const Device& device) {
           return device.to_phases == PhaseSet::none();
         });
}

Result<void> check_kinds(const SectionFile& file, const std::filesystem::path& path) {
  for (const Section& section : file.sections()) {
    if (is_known(section.kind) || (section.kind & kMayIgnore) != 0) continue;
    return refuse_at({.file = path.string(), .layer = {}, .feature_id = {}, .column = {}},
                     ErrorCode::invalid_argument, "REGION_SECTION_UNKNOWN",
                     "has a section of kind " + std::to_string(section.kind) +
                         ", which must be understood and is not known to this program: it was "
                         "written by a newer one");
  }
  return {};
}

// It only saves time: one that does not fit is no reason to refuse the region.
void take_road_order(std::span<const Id<GraphVertex>> order, Region& region) {
  if (order.empty()) return;
  const std::uint32_t states = RoadStates::count(region.roads);
  std::vector<char> named(states, 0);
  bool fits = order.size() == states;
  for (std::size_t i = 0; fits && i < order.size(); ++i) {
    fits = order[i].index < states && named[order[i].index] == 0;
    if (fits) named[order[i].index] = 1;
  }
  if (fits) {
    region.road_order.assign(order.begin(), order.end());
  } else {
    region.notes.emplace_back(
        "the order of its road index does not fit its roads: it is found again when it is needed");
  }
}

// An error of the records is an error of this file.
Error placed(Error error, const std::filesystem::path& path) {
  error.place.file = path.string();
  return error;
}

}  // namespace

Hash128 content_id(const NetworkRecords& network, const RoadRecords& roads) {
  std::vector<Section> sections;
  add_network(sections, network);
  add_roads(sections, roads);
  Hasher hasher;
  for (const Section& section : sections) {
    hasher.add(section.kind).add(static_cast<std::uint64_t>(section.bytes.size()));
    hasher.add_bytes(section.bytes);
  }
  hasher.add(roads.origin);
  return hasher.finish();
}

Result<void> write_region(const Region& region, const std::filesystem::path& path) {
  const NetworkRecords& network = region.network.records();
  const RoadRecords& roads = region.roads.records();
  const ByteWriter defects = encode_defects(region.defects);
  const ByteWriter provenance = encode_provenance(region.provenance);
  const std::byte origin{static_cast<std::uint8_t>(roads.origin)};

  std::vector<Section> sections;
  add_network(sections, network);
  add_roads(sections, roads);
  sections.push_back({number_of(SectionKind::road_origin), 1, {&origin, 1}});
  sections.push_back({number_of(SectionKind::defects), 1, defects.bytes()});
  sections.push_back({number_of(SectionKind::provenance), 1, provenance.bytes()});
  const std::vector<DefectSubject> subjects = subjects_of(region.defects);
  add_optional(sections, SectionKind::defect_subjects, std::span<const DefectSubject>{subjects});
  add_optional(sections, SectionKind::suspected_links, region.suspected_links.rows());
  static_assert(sizeof(Id<GraphVertex>) == sizeof(std::uint32_t));
  add_optional(sections, SectionKind::road_order,
               std::span<const Id<GraphVertex>>{region.road_order});
  return write_sections(path, kRegionFormat, content_id(network, roads), sections);
}

Result<Region> open_region(const std::filesystem::path& path, RegionCheck check) {
  const auto file = SectionFile::open(path, kVersions);
  if (!file) return unexpected(file.error());
  if (auto known = check_kinds(*file, path); !known) return unexpected(known.error());
  SectionReader reader{*file};
  NetworkRecords network = read_network(reader);
  RoadRecords roads = read_roads(reader);
  auto defects = decode_defects(reader.read_bytes(SectionKind::defects));
  auto provenance = decode_provenance(reader.read_bytes(SectionKind::provenance));
  const auto subjects = reader.read_optional<DefectSubject>(SectionKind::defect_subjects);
  const auto suspected = reader.read_optional<SuspectedLink>(SectionKind::suspected_links);
  const auto road_order = reader.read_optional<Id<GraphVertex>>(SectionKind::road_order);
  if (!reader.complete()) return damaged(path, "lacks a section or has one of another record size");
  if (!valid_network(network)) return damaged(path, "its network has invalid texts or positions");
  if (!valid_roads(roads)) return damaged(path, "its roads have invalid texts or positions");
  if (!defects || !provenance) return damaged(path, "its defects or its provenance are unreadable");
  if (!valid_for_version(network, file->version())) {
    return damaged(path, "its devices have bytes set that version 1 reserved");
  }
  if (check == RegionCheck::content_id && content_id(network, roads) != file->content()) {
    return refuse_at(
        {.file = path.string(), .layer = {}, .feature_id = {}, .column = {}},
        ErrorCode::invalid_argument, "REGION_ID_WRONG",
        "says it is region " + to_hex(file->content()) + ", but its content is another one's");
  }

  auto model = NetworkModel::from_records(std::move(network));
  if (!model) return unexpected(placed(model.error(), path));
  auto graph = RoadGraph::from_records(std::move(roads));
  if (!graph) return unexpected(placed(graph.error(), path));
  if (!read_subjects(subjects, *model, *defects)) {
    return damaged(path, "its defects are about records that it does not have");
  }
  auto links = SuspectedLinks::from_rows({suspected.begin(), suspected.end()}, *model);
  if (!links) return unexpected(placed(links.error(), path));
  Region region{std::move(*model), std::move(*graph), std::move(*defects), std::move(*provenance),
                file->content(),   file->version(),   std::move(*links)};
  take_road_order(road_order, region);
  return region;
}

}  // namespace gridmend
