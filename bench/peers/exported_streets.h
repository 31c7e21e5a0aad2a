#pragma once

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

namespace gridmend {

// The graph that `bench_hierarchy ... --export DIR` writes, one array a file: arcs of a vertex are
// [first_out[v], first_out[v + 1]), weights in milliseconds, positions in degrees.
struct ExportedStreets {
  explicit ExportedStreets(const std::string& folder)
      : first_out{read_array<unsigned>(folder + "/first_out")},
        head{read_array<unsigned>(folder + "/head")},
        weight{read_array<unsigned>(folder + "/weight")},
        longitude{read_array<float>(folder + "/longitude")},
        latitude{read_array<float>(folder + "/latitude")} {}

  std::vector<unsigned> first_out, head, weight;
  std::vector<float> longitude, latitude;

  unsigned vertices() const { return static_cast<unsigned>(first_out.size() - 1); }

 private:
  template <class Value>
  static std::vector<Value> read_array(const std::string& path) {
    std::ifstream in{path, std::ios::binary | std::ios::ate};
    if (!in) {
      std::fprintf(stderr, "cannot read %s\n", path.c_str());
      std::exit(1);
    }
    const auto size = static_cast<std::size_t>(in.tellg());
    in.seekg(0);
    std::vector<Value> values(size / sizeof(Value));
    in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(size));
    return values;
  }
};

}  // namespace gridmend
