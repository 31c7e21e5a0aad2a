#include "core/network/link_suspicion.h"

#include <algorithm>
#include <string>
#include <tuple>

namespace gridmend {
namespace {

constexpr double kRounding = 1e-4;

tl::unexpected<Error> invalid(std::size_t row, const std::string& what) {
  return refuse(ErrorCode::invalid_argument, "SUSPECTED_LINKS_INVALID",
                "suspected link " + std::to_string(row) + ": " + what);
}

Result<void> check_row(const SuspectedLink& link, std::size_t row, const NetworkModel& network) {
  if (link.usage_point.index >= network.usage_points().size()) {
    return invalid(row, "its usage point does not exist");
  }
  if (link.likelier.index >= network.devices().size() ||
      network.devices()[link.likelier].kind != DeviceKind::power_transformer) {
    return invalid(row, "the likelier device is no power transformer");
  }
  if (link.declared != network.usage_points()[link.usage_point].transformer) {
    return invalid(row, "the declared device is not the usage point's transformer");
  }
  if (link.declared == link.likelier) return invalid(row, "declared and likelier are the same");
  // Refuses NaN too.
  if (!(link.probability >= 0 && link.probability <= 1)) {
    return invalid(row, "its probability lies outside 0 to 1");
  }
  return {};
}

}  // namespace

Result<SuspectedLinks> SuspectedLinks::from_rows(std::vector<SuspectedLink> rows,
                                                 const NetworkModel& network) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (auto sound = check_row(rows[row], row, network); !sound) {
      return unexpected(sound.error());
    }
  }
  std::ranges::sort(rows, [](const SuspectedLink& a, const SuspectedLink& b) {
    return std::tuple{a.usage_point, -a.probability, a.likelier} <
           std::tuple{b.usage_point, -b.probability, b.likelier};
  });
  double sum = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const bool first = row == 0 || rows[row - 1].usage_point != rows[row].usage_point;
    sum = (first ? 0 : sum) + static_cast<double>(rows[row].probability);
    if (sum > 1 + kRounding) return invalid(row, "the usage point's probabilities exceed 1");
  }
  SuspectedLinks links;
  links.rows_ = Table<SuspectedLink>{std::move(rows)};
  for (const SuspectedLink& link : links.rows()) {
    const auto same =
        std::ranges::count(links.of(link.usage_point), link.likelier, &SuspectedLink::likelier);
    if (same > 1) return invalid(0, "the same pair of usage point and transformer comes twice");
  }
  return links;
}

std::span<const SuspectedLink> SuspectedLinks::of(Id<UsagePoint> usage_point) const {
  const auto run =
      std::ranges::equal_range(rows_.values(), usage_point, {}, &SuspectedLink::usage_point);
  return {run.begin(), run.end()};
}

double SuspectedLinks::declared_probability(Id<UsagePoint> usage_point) const {
  double suspected = 0;
  for (const SuspectedLink& link : of(usage_point)) {
    suspected += static_cast<double>(link.probability);
  }
  return std::max(0.0, 1 - suspected);
}

}  // namespace gridmend
