#include "tests/drawing/feeder_drawing.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace gridmend::drawing {
namespace {

constexpr double kColumn_m = 10;
constexpr double kRow_m = 50;

struct Token {
  std::string name;
  std::size_t row = 0;
  std::size_t begin = 0;  // columns [begin, end)
  std::size_t end = 0;
  bool normally_open = false;
  PhaseSet phases = PhaseSet::abc();
  PhaseSet to_phases = PhaseSet::none();
  struct Drawn {
    UsagePointCategory category;
    std::optional<PhaseSet> phases;
  };
  std::vector<Drawn> usage_points;
};

struct Place {
  std::size_t row;
  std::size_t column;
};

tl::unexpected<Error> unreadable(Place place, const std::string& what) {
  return refuse(ErrorCode::invalid_argument, "DRAWING_UNREADABLE",
                "row " + std::to_string(place.row + 1) + ", column " +
                    std::to_string(place.column + 1) + ": " + what);
}

bool is_node(const Token& token) {
  return token.name[0] == '+' || std::islower(static_cast<unsigned char>(token.name[0])) != 0;
}
bool is_source(const Token& token) { return token.name[0] == 'S'; }

std::optional<DeviceKind> kind_of(const Token& token) {
  switch (token.name[0]) {
    case 'A':
      return DeviceKind::ac_line_segment;
    case 'H':
      return DeviceKind::service_drop;
    case 'B':
      return DeviceKind::breaker;
    case 'R':
      return DeviceKind::recloser;
    case 'Z':
      return DeviceKind::sectionaliser;
    case 'F':
      return DeviceKind::fuse;
    case 'L':
      return DeviceKind::load_break_switch;
    case 'D':
      return DeviceKind::disconnector;
    case 'T':
      return DeviceKind::power_transformer;
    case 'V':
      return DeviceKind::voltage_regulator;
    default:
      return std::nullopt;
  }
}

// "3,hospital:A": three residential usage points and a hospital on phase A.
std::optional<std::vector<Token::Drawn>> read_usage_points(std::string_view text) {
  std::vector<Token::Drawn> points;
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    std::optional<PhaseSet> phases;
    if (const std::size_t colon = part.find(':'); colon != std::string_view::npos) {
      phases = parse_phases(part.substr(colon + 1));
      if (!phases) return std::nullopt;
      part = part.substr(0, colon);
    }
    if (const auto category = parse_usage_point_category(part)) {
      points.push_back({*category, phases});
    } else if (!part.empty() && part.size() <= 6 &&
               std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; })) {
      points.insert(points.end(), std::stoul(std::string{part}),
                    {UsagePointCategory::residential, phases});
    } else {
      return std::nullopt;
    }
  }
  return points;
}

class Reader {
 public:
  explicit Reader(std::string_view drawing) {
    while (!drawing.empty()) {
      const std::string_view row = drawing.substr(0, drawing.find('\n'));
      rows_.emplace_back(row);
      drawing.remove_prefix(std::min(drawing.size(), row.size() + 1));
    }
  }

  Result<NetworkRecords> read() {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (auto done = read_row(row); !done) return unexpected(done.error());
    }
    if (auto done = name_terminals(); !done) return unexpected(done.error());
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      if (auto done = join_row(row); !done) return unexpected(done.error());
      if (auto done = join_downward(row); !done) return unexpected(done.error());
    }
    return records();
  }

 private:
  struct Link {
    std::size_t from_token, to_token, from_terminal, to_terminal;
  };

  char at(std::size_t row, std::size_t column) const {
    return row < rows_.size() && column < rows_[row].size() ? rows_[row][column] : ' ';
  }

  std::optional<std::size_t> token_at(std::size_t row, std::size_t column) const {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const Token& t = tokens_[i];
      if (t.row == row && t.begin <= column && column < t.end) return i;
    }
    return std::nullopt;
  }

  Result<void> read_row(std::size_t row) {
    const std::string& text = rows_[row];
    for (std::size_t column = 0; column < text.size();) {
      const char c = text[column];
      if (c == ' ' || c == '-' || c == '=' || c == '|') {
        ++column;
      } else if (c == '+' || std::isalpha(static_cast<unsigned char>(c)) != 0) {
        auto token = read_token({row, column});
        if (!token) return unexpected(token.error());
        column = token->end;
        tokens_.push_back(std::move(*token));
      } else {
        return unreadable({row, column}, "'" + std::string(1, c) + "' means nothing here");
      }
    }
    return {};
  }

  Result<Token> read_token(Place place) const {
    const std::string& text = rows_[place.row];
    Token token;
    token.row = place.row;
    token.begin = token.end = place.column;
    if (text[token.end] == '+') {
      ++token.end;
      token.name = "+" + std::to_string(place.row + 1) + ":" + std::to_string(place.column + 1);
    }
    while (token.end < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[token.end])) != 0 ||
            text[token.end] == '_')) {
      token.name += text[token.end++];
    }
    if (!is_node(token) && !is_source(token) && !kind_of(token)) {
      return unreadable(place, "no device begins with '" + token.name.substr(0, 1) + "'");
    }
    if (auto done = read_attributes(text, token); !done) return unexpected(done.error());
    return token;
  }

  static Result<void> read_attributes(const std::string& text, Token& token) {
    while (token.end < text.size()) {
      const Place place{token.row, token.end};
      const char opening = text[token.end];
      if (opening == '/') {
        token.normally_open = true;
        ++token.end;
        continue;
      }
      if (opening != '[' && opening != '(') return {};
      const std::size_t close = text.find(opening == '[' ? ']' : ')', token.end);
      if (close == std::string::npos) return unreadable(place, "a bracket stays open");
      const std::string inside = text.substr(token.end + 1, close - token.end - 1);
      if (opening == '[') {
        const std::size_t arrow = inside.find('>');
        const auto phases = parse_phases(std::string_view{inside}.substr(0, arrow));
        const auto to = arrow == std::string::npos
                            ? PhaseSet::none()
                            : parse_phases(std::string_view{inside}.substr(arrow + 1));
        if (!phases || !to) return unreadable(place, "'" + inside + "' are no phases");
        token.phases = *phases;
        token.to_phases = *to;
      } else {
        const auto usage_points = read_usage_points(inside);
        if (!usage_points) return unreadable(place, "'" + inside + "' are no usage points");
        token.usage_points = *usage_points;
      }
      token.end = close + 1;
    }
    return {};
  }

  // Terminals of token i are 2i and 2i + 1; what has one connectivity node has them joined.
  Result<void> name_terminals() {
    terminals_.resize(tokens_.size() * 2);
    std::iota(terminals_.begin(), terminals_.end(), std::size_t{0});
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      const auto [it, is_new] = first.emplace(token.name, i);
      if (!is_new && !is_node(token)) {
        return unreadable({token.row, token.begin}, "'" + token.name + "' is drawn twice");
      }
      if (is_node(token)) join(2 * i, 2 * it->second);
      if (is_node(token) || is_source(token)) join(2 * i, 2 * i + 1);
    }
    return {};
  }

  std::size_t root(std::size_t terminal) const {
    while (terminals_[terminal] != terminal) terminal = terminals_[terminal];
    return terminal;
  }
  void join(std::size_t a, std::size_t b) {
    const std::size_t root_a = root(a);
    const std::size_t root_b = root(b);
    terminals_[std::max(root_a, root_b)] = std::min(root_a, root_b);
  }

  Result<void> join_row(std::size_t row) {
    std::optional<std::size_t> left;
    std::string gap;
    for (std::size_t column = 0; column <= rows_[row].size(); ++column) {
      const auto token = token_at(row, column);
      const char c = at(row, column);
      if (!token && c != ' ' && column < rows_[row].size()) gap += c;
      if (!token && column < rows_[row].size()) continue;
      const bool is_line = !gap.empty() && gap.find_first_not_of('-') == std::string::npos;
      const bool is_joint = !gap.empty() && gap.find_first_not_of('=') == std::string::npos;
      if ((is_line || is_joint) && !(left && token)) {
        return unreadable({row, column}, "a connection leads nowhere");
      }
      if (!is_line && !is_joint && gap.find_first_not_of('|') != std::string::npos) {
        return unreadable({row, column}, "'" + gap + "' is no connection");
      }
      if (is_line) links_.push_back({*left, *token, 2 * *left + 1, 2 * *token});
      if (is_joint) join(2 * *left + 1, 2 * *token);
      if (!token) break;
      left = token;
      gap.clear();
      column = tokens_[*token].end - 1;
    }
    return {};
  }

  // Vertical lines that begin below a token of the row above.
  Result<void> join_downward(std::size_t row) {
    for (std::size_t column = 0; column < rows_[row].size(); ++column) {
      if (at(row, column) != '|' || token_at(row, column)) continue;
      if (row > 0 && at(row - 1, column) == '|') continue;
      std::size_t below = row;
      while (at(below, column) == '|') ++below;
      const auto upper = row > 0 ? token_at(row - 1, column) : std::nullopt;
      const auto lower = token_at(below, column);
      if (!upper || !lower) return unreadable({row, column}, "a connection leads nowhere");
      links_.push_back({*upper, *lower, 2 * *upper + 1, 2 * *lower});
    }
    return {};
  }

  static Position position(const Token& token) {
    const double middle = static_cast<double>(token.begin + token.end) / 2;
    return LocalPlane{{120, 30}}.to_position(
        {middle * kColumn_m, -static_cast<double>(token.row) * kRow_m});
  }

  // A connectivity node is named by a lower-case name on it, else by its first terminal.
  std::string node_name(std::size_t root_terminal) const {
    for (std::size_t terminal = root_terminal; terminal < terminals_.size(); ++terminal) {
      if (root(terminal) == root_terminal && is_node(tokens_[terminal / 2])) {
        return tokens_[terminal / 2].name;
      }
    }
    const Token& token = tokens_[root_terminal / 2];
    if (is_source(token)) return token.name;
    return token.name + (root_terminal % 2 == 0 ? ".1" : ".2");
  }

  NetworkRecords records() {
    number_nodes();
    for (std::size_t i = 0; i < tokens_.size(); ++i) add_source(i);
    for (std::size_t i = 0; i < tokens_.size(); ++i) add_device(i);
    for (const Link& link : links_) add_line(link);
    for (std::size_t i = 0; i < tokens_.size(); ++i) add_usage_points(i);
    if (feeders_.size() == 1) {
      for (Device& device : devices_) device.feeder = Id<Feeder>{0};
    }
    NetworkRecords records;
    records.substations = Table<Substation>{std::move(substations_)};
    records.feeders = Table<Feeder>{std::move(feeders_)};
    records.nodes = Table<ConnectivityNode>{std::move(nodes_)};
    records.devices = Table<Device>{std::move(devices_)};
    records.usage_points = Table<UsagePoint>{std::move(usage_points_)};
    records.vertices = Table<Vertex, Position>{std::move(vertices_)};
    records.texts = std::move(texts_).finish();
    return records;
  }

  void number_nodes() {
    node_of_.resize(terminals_.size());
    for (std::size_t terminal = 0; terminal < terminals_.size(); ++terminal) {
      if (root(terminal) != terminal) {
        node_of_[terminal] = node_of_[root(terminal)];
        continue;
      }
      node_of_[terminal] = Id<ConnectivityNode>{nodes_.size()};
      ConnectivityNode node;
      node.position = position(tokens_[terminal / 2]);
      node.mrid = texts_.add(node_name(terminal));
      nodes_.push_back(node);
    }
  }

  void add_source(std::size_t i) {
    const Token& token = tokens_[i];
    if (!is_source(token)) return;
    const TextId mrid = texts_.add(token.name);
    substations_.push_back({.position = position(token), .mrid = mrid, .name = mrid});
    feeders_.push_back({.mrid = mrid,
                        .name = mrid,
                        .substation = Id<Substation>{substations_.size() - 1},
                        .source_node = node_of_[2 * i],
                        .nominal_kv = 10});
  }

  void add_device(std::size_t i) {
    const Token& token = tokens_[i];
    const auto kind = kind_of(token);
    if (is_node(token) || is_source(token) || !kind) return;
    Device device;
    device.position = position(token);
    device.mrid = texts_.add(token.name);
    device.from = node_of_[2 * i];
    device.to = node_of_[2 * i + 1];
    device.nominal_kv = 10;
    device.kind = *kind;
    device.phases = token.phases;
    device.to_phases = token.to_phases;
    device.normally_open = token.normally_open ? 1 : 0;
    if (*kind == DeviceKind::power_transformer) transformer_of_[i] = Id<Device>{devices_.size()};
    devices_.push_back(device);
  }

  void add_line(const Link& link) {
    const Position ends[] = {position(tokens_[link.from_token]), position(tokens_[link.to_token])};
    Device device;
    device.position = position_along(ends, distance_m(ends[0], ends[1]) / 2);
    device.mrid = texts_.add(tokens_[link.from_token].name + "-" + tokens_[link.to_token].name);
    device.from = node_of_[link.from_terminal];
    device.to = node_of_[link.to_terminal];
    device.vertices_begin = static_cast<std::uint32_t>(vertices_.size());
    vertices_.insert(vertices_.end(), std::begin(ends), std::end(ends));
    device.vertices_end = static_cast<std::uint32_t>(vertices_.size());
    device.length_m = static_cast<float>(distance_m(ends[0], ends[1]));
    device.nominal_kv = 10;
    devices_.push_back(device);
  }

  void add_usage_points(std::size_t i) {
    const Token& token = tokens_[i];
    const PhaseSet there = token.to_phases.any() ? token.to_phases : token.phases;
    const std::uint8_t live = there.live_bits();
    const bool single = live == PhaseSet::kA || live == PhaseSet::kB || live == PhaseSet::kC;
    const bool legs = live == 0 && there.split_bits() != 0;
    for (std::size_t k = 0; k < token.usage_points.size(); ++k) {
      UsagePoint usage_point;
      usage_point.position = position(token);
      usage_point.mrid = texts_.add(token.name + "." + std::to_string(k + 1));
      usage_point.node = node_of_[2 * i + 1];
      if (transformer_of_.contains(i)) usage_point.transformer = transformer_of_[i];
      usage_point.category = token.usage_points[k].category;
      if (single || legs) usage_point.phases = there;
      if (token.usage_points[k].phases) usage_point.phases = *token.usage_points[k].phases;
      usage_points_.push_back(usage_point);
    }
  }

  std::vector<std::string> rows_;
  std::vector<Token> tokens_;
  std::vector<std::size_t> terminals_;  // union-find
  std::vector<Link> links_;

  TextPoolBuilder texts_;
  std::vector<Id<ConnectivityNode>> node_of_;  // by terminal
  std::map<std::size_t, Id<Device>> transformer_of_;
  std::vector<Substation> substations_;
  std::vector<Feeder> feeders_;
  std::vector<ConnectivityNode> nodes_;
  std::vector<Device> devices_;
  std::vector<UsagePoint> usage_points_;
  std::vector<Position> vertices_;
};

template <class Record>
Id<Record> found(std::optional<Id<Record>> id, std::string_view mrid) {
  if (!id) std::fprintf(stderr, "the drawing has no '%s'\n", std::string{mrid}.c_str());
  GRIDMEND_CHECK(id, "a drawing has what its test names");
  return *id;
}

}  // namespace

Result<NetworkRecords> read_feeders(std::string_view drawing) { return Reader{drawing}.read(); }

NetworkModel draw(std::string_view drawing) {
  auto records = read_feeders(drawing);
  if (!records) std::fprintf(stderr, "%s\n", describe(records.error()).c_str());
  GRIDMEND_CHECK(records, "a test's drawing can be read");
  auto network = NetworkModel::from_records(std::move(*records));
  GRIDMEND_CHECK(network, "a drawing makes a network");
  return std::move(*network);
}

Id<Device> device(const NetworkModel& network, std::string_view mrid) {
  return found(network.find_device(mrid), mrid);
}
Id<Feeder> feeder(const NetworkModel& network, std::string_view mrid) {
  return found(network.find_feeder(mrid), mrid);
}
Id<UsagePoint> usage_point(const NetworkModel& network, std::string_view mrid) {
  return found(network.find_usage_point(mrid), mrid);
}

Id<ConnectivityNode> node(const NetworkModel& network, std::string_view name) {
  for (const Id<ConnectivityNode> id : network.nodes().ids()) {
    if (network.mrid(id) == name) return id;
  }
  // A terminal that was joined to another carries the other's name: ask its device or feeder.
  if (const auto source = network.find_feeder(name)) return network.feeders()[*source].source_node;
  const std::size_t dot = name.rfind('.');
  const auto owner = network.find_device(name.substr(0, dot));
  if (dot == std::string_view::npos || !owner) return found<ConnectivityNode>({}, name);
  const Device& device = network.devices()[*owner];
  return name.substr(dot) == ".1" ? device.from : device.to;
}

}  // namespace gridmend::drawing
