#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gridmend {

// A town in the native layout as a folder of GeoJSON files, to be spoilt by tests:
//
//   S1==CB1--n1--L1--n2--F1--n3--T1--v1--D1--m1 (u1, u2)
//                    |
//                    n2--TIE/--n9--L9--s2==S2
//
// Features are texts of GeoJSON; layers are written by write().
class TownSource {
 public:
  TownSource();
  ~TownSource();
  TownSource(const TownSource&) = delete;
  TownSource& operator=(const TownSource&) = delete;

  // By layer name; erase a layer or push a feature, then write().
  std::map<std::string, std::vector<std::string>> layers;

  // Replaces the first `from` in the layer's features; a `from` that is not there fails the test.
  void replace(const std::string& layer, std::string_view from, std::string_view to);

  const std::filesystem::path& write() const;  // the folder
  void write_file(const std::string& name, std::string_view bytes) const;
  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

std::string point_feature(double longitude, double latitude, const std::string& properties);
std::string line_feature(const std::string& coordinates, const std::string& properties);
std::string bare_feature(const std::string& properties);

}  // namespace gridmend
