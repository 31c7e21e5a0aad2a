#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gridmend {

// GDAL set up once for the process: drivers registered, network file systems switched off, nothing
// printed.
void prepare_gdal();

// While it lives, GDAL's errors of this thread are kept here instead of being printed.
class GdalErrors {
 public:
  GdalErrors();
  ~GdalErrors();
  GdalErrors(const GdalErrors&) = delete;
  GdalErrors& operator=(const GdalErrors&) = delete;

  // The first error since the last clear(), of a long one its beginning and its end; `otherwise`
  // when GDAL said nothing.
  std::string message(std::string_view otherwise) const;
  bool any() const { return !first_.empty(); }
  // Those since the last clear(), at most kMostWarnings.
  const std::vector<std::string>& warnings() const { return warnings_; }
  void clear() {
    first_.clear();
    warnings_.clear();
  }

  static constexpr std::size_t kMostWarnings = 256;

 private:
  static void keep(int severity, int number, const char* message);
  std::string first_;
  std::vector<std::string> warnings_;
};

}  // namespace gridmend
