#pragma once

namespace gridmend {

// What GDAL wants back, for std::unique_ptr. Datasets: dataset_opening.h.
struct FeatureDestroyer {
  void operator()(void* feature) const;
};
struct GeometryDestroyer {
  void operator()(void* geometry) const;
};
struct FileCloser {
  void operator()(void* file) const;  // a VSILFILE
};

}  // namespace gridmend
