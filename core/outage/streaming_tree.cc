#include "core/outage/streaming_tree.h"

#include <algorithm>
#include <cmath>

#include "core/base/check.h"
#include "core/outage/group_likelihood.h"

namespace gridmend {

StreamingTree::StreamingTree(const ZoneTree& tree)
    : zones_(tree.parent.size()), root_span_(tree.parent.size(), kNone) {
  for (std::size_t v = 0; v < zones_.size(); ++v) {
    GRIDMEND_CHECK(tree.parent[v] == kNoParent || tree.parent[v] < v,
                   "a parent stands before its children");
    zones_[v].parent = tree.parent[v];
    zones_[v].prior = tree.prior[v];
    zones_[v].log_likelihood = tree.log_likelihood[v];
  }
  const std::vector<std::uint32_t> behind = link_children();
  spans_.reserve(2 * zones_.size());
  // Tops from the last to the first: whatever hangs below a path is built before it.
  for (std::uint32_t v = size(); v-- > 0;) {
    if (zones_[v].top != v) continue;
    tops_.push_back(v);
    build_path(v, behind);
    if (zones_[v].parent == kNone) roots_.push_back(v);
  }
}

// Answers how many zones stand behind each, itself included.
std::vector<std::uint32_t> StreamingTree::link_children() {
  std::vector<std::uint32_t> behind(zones_.size(), 1);
  for (std::uint32_t v = size(); v-- > 0;) {
    const std::uint32_t p = zones_[v].parent;
    if (p == kNone) continue;
    behind[p] += behind[v];
    if (zones_[p].heavy == kNone || behind[v] > behind[zones_[p].heavy]) zones_[p].heavy = v;
  }
  for (std::uint32_t v = 0; v < size(); ++v) {
    const std::uint32_t p = zones_[v].parent;
    const bool goes_on = p != kNone && zones_[p].heavy == v;
    zones_[v].top = goes_on ? zones_[p].top : v;
    if (goes_on || p == kNone) continue;
    zones_[v].next_light = zones_[p].first_light;
    zones_[p].first_light = v;
    ++zones_[p].light_children;
  }
  return behind;
}

void StreamingTree::build_path(std::uint32_t top, const std::vector<std::uint32_t>& behind) {
  std::vector<std::uint32_t> path;
  std::vector<std::uint64_t> weight_before{0};
  for (std::uint32_t v = top; v != kNone; v = zones_[v].heavy) {
    sum_light(v);
    path.push_back(v);
    // A zone weighs what hangs on it sideways: a change from there climbs fewer spans here.
    const std::uint32_t heavy = zones_[v].heavy;
    weight_before.push_back(weight_before.back() + behind[v] -
                            (heavy == kNone ? 0 : behind[heavy]));
  }
  root_span_[top] = build_span(path, weight_before, 0, path.size());
}

std::uint32_t StreamingTree::build_span(const std::vector<std::uint32_t>& path,
                                        const std::vector<std::uint64_t>& weight_before,
                                        std::size_t first, std::size_t last) {
  const auto id = static_cast<std::uint32_t>(spans_.size());
  spans_.emplace_back();
  if (last - first == 1) {
    spans_[id].map = leaf_map(zones_[path[first]]);
    zones_[path[first]].leaf = id;
    return id;
  }
  const std::uint64_t middle_weight = (weight_before[first] + weight_before[last]) / 2;
  const auto begin = weight_before.begin() + static_cast<std::ptrdiff_t>(first) + 1;
  const auto end = weight_before.begin() + static_cast<std::ptrdiff_t>(last);
  const auto found = std::lower_bound(begin, end, middle_weight);
  const std::size_t middle =
      std::min<std::size_t>(static_cast<std::size_t>(found - weight_before.begin()), last - 1);
  const std::uint32_t left = build_span(path, weight_before, first, middle);
  const std::uint32_t right = build_span(path, weight_before, middle, last);
  spans_[left].up = spans_[right].up = id;
  spans_[id].left = left;
  spans_[id].right = right;
  spans_[id].map = compose(spans_[left].map, spans_[right].map);
  return id;
}

StreamingTree::Map StreamingTree::leaf_map(const Zone& zone) const {
  const double q = zone.prior;
  const double closed = std::log1p(-q);
  const double open = std::log(q);
  const double scale = std::max(closed, open);
  return {closed + zone.log_likelihood + zone.light, open,
          closed + zone.log_likelihood + zone.light_best - scale, open - scale};
}

StreamingTree::Map StreamingTree::compose(const Map& above, const Map& below) {
  return {above.a + below.a, log_add(above.a + below.b, above.b), above.c + below.c,
          std::max(above.c + below.d, above.d)};
}

// Below the last zone of a path there is nothing: e^0 and 0.
StreamingTree::Messages StreamingTree::at_end(const Map& map) {
  return {log_add(map.a, map.b), std::max(map.c, map.d)};
}

StreamingTree::Messages StreamingTree::path_messages(std::uint32_t top) const {
  return at_end(spans_[root_span_[top]].map);
}

StreamingTree::Messages StreamingTree::messages(std::uint32_t zone) const {
  // From the zone to the end of its path: its leaf, then every right neighbour on the way up.
  Map map = spans_[zones_[zone].leaf].map;
  for (std::uint32_t s = zones_[zone].leaf; spans_[s].up != kNone; s = spans_[s].up) {
    const Span& up = spans_[spans_[s].up];
    if (up.left == s) map = compose(map, spans_[up.right].map);
  }
  return at_end(map);
}

double StreamingTree::passed_down_to(std::uint32_t zone) const {
  double sum = spans_[zones_[zone].leaf].map.a;
  for (std::uint32_t s = zones_[zone].leaf; spans_[s].up != kNone; s = spans_[s].up) {
    const Span& up = spans_[spans_[s].up];
    if (up.right == s) sum += spans_[up.left].map.a;
  }
  return sum;
}

void StreamingTree::sum_light(std::uint32_t v) {
  Zone& zone = zones_[v];
  zone.light = zone.light_best = 0;
  for (std::uint32_t c = zone.first_light; c != kNone; c = zones_[c].next_light) {
    const Messages messages = path_messages(c);
    zone.light += messages.sum;
    zone.light_best += messages.best;
  }
  zone.until_fresh = zone.light_children;
}

void StreamingTree::change_light(std::uint32_t parent, const Messages& before,
                                 const Messages& after) {
  Zone& zone = zones_[parent];
  if (zone.until_fresh <= 1) {
    sum_light(parent);
    return;
  }
  --zone.until_fresh;
  zone.light += after.sum - before.sum;
  zone.light_best += after.best - before.best;
}

void StreamingTree::refresh(std::uint32_t v) {
  while (v != kNone) {
    const std::uint32_t top = zones_[v].top;
    const Messages before = path_messages(top);
    std::uint32_t s = zones_[v].leaf;
    spans_[s].map = leaf_map(zones_[v]);
    for (s = spans_[s].up; s != kNone; s = spans_[s].up) {
      spans_[s].map = compose(spans_[spans_[s].left].map, spans_[spans_[s].right].map);
    }
    v = zones_[top].parent;
    if (v != kNone) change_light(v, before, path_messages(top));
  }
}

void StreamingTree::assign(std::span<const double> prior, std::span<const double> log_likelihood) {
  GRIDMEND_CHECK(prior.size() == zones_.size() && log_likelihood.size() == zones_.size(),
                 "a zone tree's columns are of one length");
  for (std::size_t v = 0; v < zones_.size(); ++v) {
    zones_[v].prior = prior[v];
    zones_[v].log_likelihood = log_likelihood[v];
  }
  // As they were built: what hangs below a path before it, and in a path the parts before the
  // whole.
  for (std::size_t i = 0; i < tops_.size(); ++i) {
    for (std::uint32_t v = tops_[i]; v != kNone; v = zones_[v].heavy) {
      sum_light(v);
      spans_[zones_[v].leaf].map = leaf_map(zones_[v]);
    }
    const std::size_t first = root_span_[tops_[i]];
    const std::size_t end = i + 1 < tops_.size() ? root_span_[tops_[i + 1]] : spans_.size();
    for (std::size_t s = end; s-- > first;) {
      if (spans_[s].left == kNone) continue;
      spans_[s].map = compose(spans_[spans_[s].left].map, spans_[spans_[s].right].map);
    }
  }
}

void StreamingTree::set_prior(std::uint32_t zone, double prior) {
  zones_[zone].prior = prior;
  refresh(zone);
}

void StreamingTree::set_log_likelihood(std::uint32_t zone, double log_likelihood) {
  zones_[zone].log_likelihood = log_likelihood;
  refresh(zone);
}

double StreamingTree::message(std::uint32_t zone) const { return messages(zone).sum; }
double StreamingTree::best_message(std::uint32_t zone) const { return messages(zone).best; }

// Along one heavy path log h telescopes: the sum of a down to the zone, plus the message that comes
// up to it, less the message at the path's top.
double StreamingTree::p_live(std::uint32_t zone) const {
  double log_live = 0;
  for (std::uint32_t v = zone; v != kNone;) {
    const std::uint32_t top = zones_[v].top;
    const std::uint32_t below = zones_[v].heavy;
    log_live += passed_down_to(v) - path_messages(top).sum;
    if (below != kNone) log_live += messages(below).sum;
    v = zones_[top].parent;
  }
  return std::min(1.0, std::exp(log_live));
}

double StreamingTree::p_active(std::uint32_t zone) const {
  const double q = zones_[zone].prior;
  if (q <= 0) return 0;
  const std::uint32_t parent = zones_[zone].parent;
  const double fed = parent == kNone ? 1 : p_live(parent);
  return fed * std::min(1.0, q * std::exp(-message(zone)));
}

double StreamingTree::p_open(std::uint32_t zone) const {
  const std::uint32_t parent = zones_[zone].parent;
  const double fed = parent == kNone ? 1 : p_live(parent);
  return p_active(zone) + (1 - fed) * zones_[zone].prior;
}

bool StreamingTree::cut_if_fed(std::uint32_t zone) const {
  const Zone& z = zones_[zone];
  const double below = z.heavy == kNone ? 0 : messages(z.heavy).best;
  return std::log(z.prior / (1 - z.prior)) > z.log_likelihood + z.light_best + below;
}

double StreamingTree::log_evidence() const {
  double sum = 0;
  for (const std::uint32_t root : roots_) sum += path_messages(root).sum;
  return sum;
}

}  // namespace gridmend
