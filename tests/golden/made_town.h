#pragma once

#include <filesystem>

#include "core/base/error.h"
#include "data/synth/town.h"

namespace gridmend::golden {

// The town of import_made_town.txt, as `gridmend synth --usage-points 3000 --seed 7` writes it.
inline Result<void> write_made_town(const std::filesystem::path& folder) {
  TownSettings settings;
  settings.usage_points = 3000;
  settings.seed = 7;
  const auto town = make_town(settings);
  if (!town) return unexpected(town.error());
  return write_town(*town, folder);
}

}  // namespace gridmend::golden
