#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/error.h"

namespace gridmend {

struct XmlName {
  std::string_view space;  // the namespace's URI, empty for none
  std::string_view local;
};

class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
  // Null when the element has no such attribute.
  const char* find(std::string_view space, std::string_view local) const;

 private:
  const char** pairs_;
};

// What a document is told as, in its order. Depth counts from 1, the root. A handler that returns a
// failure ends the reading with it.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual Result<void> start_element(const XmlName& name, const XmlAttributes& attributes,
                                     int depth, std::uint32_t line) = 0;
  virtual void characters(std::string_view text) = 0;
  virtual Result<void> end_element(int depth) = 0;
  virtual void declare_namespace(std::string_view uri) = 0;
  // A document type, as it is named; the reading ends with XML_DTD.
  virtual void declare_doctype(std::string_view /*name*/) {}
};

// The next bytes into the buffer; 0 at the end; a failure when they cannot be read.
using XmlBytes = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;

// Reads a document in pieces through expat: memory is bounded by the longest token, time is linear.
// UTF-8, Latin-1 and ASCII as XML says, UTF-16 by its first bytes whatever the declaration says,
// and by name ISO-8859-n, windows-125n, KOI8-R, GBK, GB2312, GB18030 (its one- and two-byte part),
// Big5 and EUC-KR. Refuses by name, with the line: XML_DTD (any document type, and so every entity
// declaration and everything external), XML_TOO_DEEP (more than 32 elements in each other),
// XML_TOKEN_TOO_LONG (a tag or comment of more than 1 MiB), XML_ENCODING, XML_DAMAGED (not
// well-formed, or cut off).
Result<void> read_xml(const XmlBytes& bytes, const std::string& file, XmlHandler& handler);

inline constexpr int kDeepestXmlElement = 32;
inline constexpr std::size_t kLongestXmlToken = std::size_t{1} << 20;

}  // namespace gridmend
