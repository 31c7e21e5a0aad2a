#include "service/engine/supply_picture.h"

#include <mutex>
#include <optional>

namespace gridmend {

struct SupplyPicture::Derived {
  std::once_flag forest_once;
  std::once_flag inference_once;
  std::once_flag sections_once;
  std::optional<SupplyForest> forest;
  std::optional<InferenceForest> inference;
  std::vector<SectionFeeding> sections;
  TopologyMemory topologies;
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

const std::vector<SectionFeeding>& SupplyPicture::sections(const SupplyForest& normal) const {
  const SupplyForest& present = forest();
  std::call_once(derived_->sections_once, [&] {
    derived_->sections =
        feeding_of_sections(Sections::derive(network_, switches_), normal, present, switches_);
  });
  return derived_->sections;
}

TopologyMemory& SupplyPicture::topologies() const { return derived_->topologies; }

const InferenceForest& SupplyPicture::inference() const {
  const SupplyForest& supply = forest();
  std::call_once(derived_->inference_once,
                 [&] { derived_->inference = InferenceForest::contract(supply); });
  return *derived_->inference;
}

}  // namespace gridmend
