#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace gridmend {

// A CIM file in the writing, one object after another.
class CimText {
 public:
  struct Value {
    std::string_view property;  // "Switch.normalOpen"
    std::string value;          // "#L1" is a reference, anything else text
  };

  // rdf:ID, or rdf:about for what adds to an object of another file.
  CimText& define(std::string_view cim_class, std::string_view id,
                  std::initializer_list<Value> values = {});
  CimText& about(std::string_view cim_class, std::string_view id,
                 std::initializer_list<Value> values = {});
  CimText& raw(std::string_view text);

  // Equipment with its two terminals, "ID.1" and "ID.2", at nodes that are defined apart.
  CimText& between(std::string_view cim_class, std::string_view id, std::string_view from,
                   std::string_view to, std::initializer_list<Value> values = {});
  // Equipment with one terminal, "ID.1".
  CimText& at(std::string_view cim_class, std::string_view id, std::string_view node,
              std::initializer_list<Value> values = {});
  CimText& nodes(std::initializer_list<std::string_view> ids);
  // A location of the object, "ID.place", in the coordinate system "crs".
  CimText& place(std::string_view id, std::initializer_list<std::pair<double, double>> points);

  std::string text() const;

 private:
  void element(std::string_view cim_class, std::string_view attribute, std::string_view id,
               std::initializer_list<Value> values);
  std::string body_;
};

// A folder of files that goes with it.
class CimFolder {
 public:
  CimFolder();
  ~CimFolder();
  CimFolder(const CimFolder&) = delete;
  CimFolder& operator=(const CimFolder&) = delete;

  std::filesystem::path write(std::string_view name, std::string_view bytes) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A feeder in the distribution dialect, to be added to:
//
//   S (source)==CB==L1--n2--F1--n3--T1 (centre-tapped, phase B)--n4 (C1: s1 s2)
//                    |
//                    n2--TIE/--n9     n2: C2 (phases A, C)
CimText small_feeder();

}  // namespace gridmend
