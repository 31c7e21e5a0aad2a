#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/network/supply_forest.h"
#include "data/ingest/check_settings.h"
#include "data/ingest/network_builder.h"

namespace gridmend {

// A drawn network (tests/drawing) whose records a test changes before the checks look at it.
class CheckedDrawing {
 public:
  explicit CheckedDrawing(std::string_view drawing);

  // By mRID; a name that is not there fails the test and answers a record of no network.
  Device& device(std::string_view mrid);
  UsagePoint& usage_point(std::string_view mrid);
  ConnectivityNode& node(std::string_view mrid);
  Id<Device> id(std::string_view mrid) const;
  Id<Feeder> feeder(std::string_view mrid) const;
  void rename_usage_point(std::string_view from, std::string_view to);
  void declare(std::initializer_list<std::string_view> devices, std::string_view feeder);

  void set_all_kv(float kv);
  void set_feeder_kv(std::string_view mrid, float kv);

  CheckSettings settings;
  std::vector<std::string> layers = {""};
  std::vector<std::uint16_t> layer_of_usage_point;  // empty: all of the first

  // Runs all checks; the defects of one class, in the order they were found.
  std::vector<Defect> find(DefectClass defect_class);
  std::size_t found_in_all();
  const std::vector<FindingGroup>& groups() const { return built_.findings; }  // once checked
  const NetworkModel& network() const { return *network_; }

 private:
  void check();

  NetworkRecords records_;
  std::vector<Device> devices_;
  std::vector<UsagePoint> usage_points_;
  std::vector<ConnectivityNode> nodes_;
  std::vector<std::string> texts_;
  std::unique_ptr<NetworkModel> network_;
  BuiltNetwork built_;
  bool checked_ = false;
};

}  // namespace gridmend
