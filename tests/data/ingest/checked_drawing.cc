#include "tests/data/ingest/checked_drawing.h"

#include <gtest/gtest.h>

#include "data/ingest/network_checks.h"
#include "tests/drawing/feeder_drawing.h"

namespace gridmend {
namespace {

template <class Record>
Record& found(std::vector<Record>& records, const std::vector<std::string>& texts,
              std::string_view mrid) {
  for (Record& record : records) {
    if (texts.at(record.mrid.index) == mrid) return record;
  }
  ADD_FAILURE() << "nothing is called " << mrid;
  static Record none;
  return none;
}

}  // namespace

CheckedDrawing::CheckedDrawing(std::string_view drawing) {
  auto read = drawing::read_feeders(drawing);
  EXPECT_TRUE(read) << describe(read.error());
  if (!read) return;
  records_ = std::move(*read);
  devices_.assign(records_.devices.begin(), records_.devices.end());
  usage_points_.assign(records_.usage_points.begin(), records_.usage_points.end());
  nodes_.assign(records_.nodes.begin(), records_.nodes.end());
  for (std::size_t i = 0; i < records_.texts.size(); ++i) {
    texts_.emplace_back(records_.texts[TextId{i}]);
  }
}

Device& CheckedDrawing::device(std::string_view mrid) { return found(devices_, texts_, mrid); }
UsagePoint& CheckedDrawing::usage_point(std::string_view mrid) {
  return found(usage_points_, texts_, mrid);
}
ConnectivityNode& CheckedDrawing::node(std::string_view mrid) {
  return found(nodes_, texts_, mrid);
}

void CheckedDrawing::set_all_kv(float kv) {
  for (Device& device : devices_) device.nominal_kv = kv;
}

void CheckedDrawing::set_feeder_kv(std::string_view mrid, float kv) {
  std::vector<Feeder> feeders{records_.feeders.begin(), records_.feeders.end()};
  found(feeders, texts_, mrid).nominal_kv = kv;
  records_.feeders = Table<Feeder>{std::move(feeders)};
}

Id<Device> CheckedDrawing::id(std::string_view mrid) const {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    if (texts_.at(devices_[i].mrid.index) == mrid) return Id<Device>{i};
  }
  ADD_FAILURE() << "no device " << mrid;
  return {};
}

Id<Feeder> CheckedDrawing::feeder(std::string_view mrid) const {
  for (const Id<Feeder> id : records_.feeders.ids()) {
    if (texts_.at(records_.feeders[id].mrid.index) == mrid) return id;
  }
  ADD_FAILURE() << "no feeder " << mrid;
  return {};
}

void CheckedDrawing::rename_usage_point(std::string_view from, std::string_view to) {
  texts_.at(usage_point(from).mrid.index) = to;
}

void CheckedDrawing::declare(std::initializer_list<std::string_view> devices,
                             std::string_view feeder_mrid) {
  for (const std::string_view mrid : devices) device(mrid).feeder = feeder(feeder_mrid);
}

void CheckedDrawing::check() {
  if (checked_) return;
  checked_ = true;
  TextPoolBuilder texts;
  for (std::size_t i = 1; i < texts_.size(); ++i) texts.add(texts_[i]);
  records_.texts = std::move(texts).finish();
  records_.devices = Table<Device>{devices_};
  records_.usage_points = Table<UsagePoint>{usage_points_};
  records_.nodes = Table<ConnectivityNode>{nodes_};
  built_.records = records_;
  for (const std::string& layer : layers) built_.layers.push_back({"drawn", layer, {}, {}});
  built_.layer_of_device.assign(devices_.size(), 0);
  built_.layer_of_usage_point = layer_of_usage_point;
  if (layer_of_usage_point.empty()) built_.layer_of_usage_point.assign(usage_points_.size(), 0);
  auto network = NetworkModel::from_records(records_);
  ASSERT_TRUE(network) << describe(network.error());
  network_ = std::make_unique<NetworkModel>(std::move(*network));
  if (open_loops(SupplyForest::derive(*network_, SwitchState{*network_}), settings, built_)) {
    network_ = std::make_unique<NetworkModel>(*NetworkModel::from_records(built_.records));
  }
  const SwitchState switches{*network_};
  check_network(SupplyForest::derive(*network_, switches), switches, settings, built_);
}

std::vector<Defect> CheckedDrawing::find(DefectClass defect_class) {
  check();
  std::vector<Defect> defects;
  for (const Defect& defect : built_.defects.defects()) {
    if (defect.defect_class == defect_class) defects.push_back(defect);
  }
  return defects;
}

std::size_t CheckedDrawing::found_in_all() {
  check();
  return built_.defects.total();
}

}  // namespace gridmend
