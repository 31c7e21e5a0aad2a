#include "service/engine/supply_picture.h"

#include <mutex>
#include <optional>

namespace gridmend {

struct SupplyPicture::Derived {
  std::once_flag forest_once;
  std::once_flag inference_once;
  std::optional<SupplyForest> forest;
  std::optional<InferenceForest> inference;
};

SupplyPicture::SupplyPicture(NetworkModel network, SwitchState switches)
    : network_(std::move(network)),
      switches_(std::move(switches)),
      derived_(std::make_unique<Derived>()) {}
SupplyPicture::~SupplyPicture() = default;

const SupplyForest& SupplyPicture::forest() const {
  std::call_once(derived_->forest_once,
                 [this] { derived_->forest = SupplyForest::derive(network_, switches_); });
  return *derived_->forest;
}

const InferenceForest& SupplyPicture::inference() const {
  const SupplyForest& supply = forest();
  std::call_once(derived_->inference_once,
                 [&] { derived_->inference = InferenceForest::contract(supply); });
  return *derived_->inference;
}

}  // namespace gridmend
