#include "data/ingest/cim_xml.h"

#include <expat.h>
#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

namespace gridmend {
namespace {

constexpr char kSeparator = '\x01';  // no URI and no name has it
constexpr int kChunkBytes = 1 << 18;

XmlName split(std::string_view name) {
  const auto at = name.rfind(kSeparator);
  if (at == std::string_view::npos) return {{}, name};
  return {name.substr(0, at), name.substr(at + 1)};
}

// Only these are asked of the machine's converter: a file's own words do not choose what is loaded.
constexpr auto kEncodings = std::to_array<std::string_view>(
    {"ISO-8859-2",   "ISO-8859-3",   "ISO-8859-4",   "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",
     "ISO-8859-8",   "ISO-8859-9",   "ISO-8859-10",  "ISO-8859-13",  "ISO-8859-14",  "ISO-8859-15",
     "ISO-8859-16",  "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253", "WINDOWS-1254",
     "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258", "KOI8-R",       "GBK",
     "GB2312",       "GB18030",      "BIG5",         "EUC-KR"});

class Converter {
 public:
  explicit Converter(const char* encoding) : handle_(iconv_open("UTF-16LE", encoding)) {}
  ~Converter() {
    if (valid()) iconv_close(handle_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  // iconv_open's failure is (iconv_t)-1.
  bool valid() const { return reinterpret_cast<std::intptr_t>(handle_) != -1; }

  // The character of the first plane that the bytes are; -1 for none, -2 when more bytes must
  // follow.
  int character(const char* bytes, std::size_t count) {
    std::array<char, 4> in{};
    std::copy_n(bytes, count, in.begin());
    std::array<unsigned char, 8> out{};
    char* from = in.data();
    char* to = reinterpret_cast<char*>(out.data());
    std::size_t from_left = count, to_left = out.size();
    iconv(handle_, nullptr, nullptr, nullptr, nullptr);
    if (iconv(handle_, &from, &from_left, &to, &to_left) == static_cast<std::size_t>(-1)) {
      return errno == EINVAL ? -2 : -1;
    }
    if (to_left != out.size() - 2) return -1;
    return out[0] | (out[1] << 8);
  }

 private:
  iconv_t handle_;
};

int XMLCALL convert(void* data, const char* bytes) {
  return static_cast<Converter*>(data)->character(bytes, 2);
}

int XMLCALL find_encoding(void* /*unused*/, const XML_Char* name, XML_Encoding* info) {
  std::string upper{name};
  std::ranges::transform(upper, upper.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (std::ranges::find(kEncodings, upper) == kEncodings.end()) return XML_STATUS_ERROR;
  // What utilities write as GB2312 is GBK.
  auto converter = std::make_unique<Converter>(upper == "GB2312" ? "GBK" : upper.c_str());
  if (!converter->valid()) return XML_STATUS_ERROR;
  for (int byte = 0; byte < 256; ++byte) {
    const char text = static_cast<char>(byte);
    info->map[byte] = converter->character(&text, 1);
  }
  info->convert = convert;
  info->release = [](void* data) { delete static_cast<Converter*>(data); };
  info->data = converter.release();
  return XML_STATUS_OK;
}

struct ParserFree {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<std::remove_pointer_t<XML_Parser>, ParserFree>;

class XmlReading {
 public:
  XmlReading(const XmlBytes& bytes, const std::string& file, XmlHandler& handler)
      : bytes_(bytes), file_(file), handler_(handler) {}

  Result<void> run() {
    parser_.reset(XML_ParserCreateNS(nullptr, kSeparator));
    XML_Parser parser = parser_.get();
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    XML_SetStartNamespaceDeclHandler(parser, on_namespace);
    XML_SetUnknownEncodingHandler(parser, find_encoding, nullptr);
    std::int64_t fed = 0;
    for (bool last = false; !last;) {
      void* buffer = XML_GetBuffer(parser, kChunkBytes);
      if (buffer == nullptr) return damaged();
      const auto got = bytes_(static_cast<char*>(buffer), kChunkBytes);
      if (!got) return unexpected(got.error());
      last = *got == 0;
      if (fed == 0) declare_wide(static_cast<const char*>(buffer), *got);
      fed += static_cast<std::int64_t>(*got);
      const auto status = XML_ParseBuffer(parser, static_cast<int>(*got), last ? 1 : 0);
      if (failure_) return unexpected(*failure_);
      if (status != XML_STATUS_OK) return damaged();
      if (!last &&
          fed - XML_GetCurrentByteIndex(parser) > static_cast<std::int64_t>(kLongestXmlToken)) {
        return refused("XML_TOKEN_TOO_LONG", "a tag or comment of more than 1 MiB begins");
      }
    }
    return {};
  }

 private:
  // Editors that save as UTF-16 leave the declaration saying UTF-8: the first bytes know better.
  void declare_wide(const char* begin, std::size_t size) {
    const std::string_view head{begin, std::min<std::size_t>(size, 2)};
    const char* encoding = nullptr;
    if (head == "\xff\xfe" || head == "\xfe\xff") encoding = "UTF-16";
    if (head == std::string_view{"<\0", 2}) encoding = "UTF-16LE";
    if (head == std::string_view{"\0<", 2}) encoding = "UTF-16BE";
    if (encoding != nullptr) XML_SetEncoding(parser_.get(), encoding);
  }

  static XmlReading& of(void* data) { return *static_cast<XmlReading*>(data); }

  std::uint32_t line() const {
    return static_cast<std::uint32_t>(XML_GetCurrentLineNumber(parser_.get()));
  }

  tl::unexpected<Error> refused(const char* reason, std::string what) const {
    return refuse_at({.file = file_, .layer = {}, .feature_id = {}, .column = {}},
                     ErrorCode::invalid_argument, reason,
                     std::move(what) + " in line " + std::to_string(line()));
  }

  tl::unexpected<Error> damaged() const {
    const auto code = XML_GetErrorCode(parser_.get());
    if (code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING) {
      return refused("XML_ENCODING", "the encoding it names is not known, or not its own,");
    }
    const char* said = XML_ErrorString(code);
    return refused("XML_DAMAGED",
                   std::string{"is damaged or cut off: "} + (said == nullptr ? "no memory" : said));
  }

  void stop(Error error) {
    if (!failure_) failure_ = std::move(error);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  static void XMLCALL on_start(void* data, const XML_Char* name, const XML_Char** attributes) {
    XmlReading& self = of(data);
    if (self.failure_) return;
    if (++self.depth_ > kDeepestXmlElement) {
      return self.stop(
          self.refused("XML_TOO_DEEP", "more than 32 elements stand in each other").value());
    }
    const auto taken = self.handler_.start_element(split(name), XmlAttributes{attributes},
                                                   self.depth_, self.line());
    if (!taken) self.stop(taken.error());
  }

  static void XMLCALL on_end(void* data, const XML_Char* /*name*/) {
    XmlReading& self = of(data);
    if (self.failure_) return;
    const auto taken = self.handler_.end_element(self.depth_);
    --self.depth_;
    if (!taken) self.stop(taken.error());
  }

  static void XMLCALL on_text(void* data, const XML_Char* text, int size) {
    XmlReading& self = of(data);
    if (!self.failure_) self.handler_.characters({text, static_cast<std::size_t>(size)});
  }

  static void XMLCALL on_doctype(void* data, const XML_Char* name, const XML_Char* /*system*/,
                                 const XML_Char* /*pubid*/, int /*has_internal*/) {
    XmlReading& self = of(data);
    self.handler_.declare_doctype(name);
    Error error = self.refused("XML_DTD", "a document type (<!DOCTYPE ...>) is declared").value();
    error.message +=
        "; entities that it may hold can fetch and grow without end, and no CIM needs "
        "any: delete the declaration";
    self.stop(std::move(error));
  }

  static void XMLCALL on_namespace(void* data, const XML_Char* /*prefix*/, const XML_Char* uri) {
    XmlReading& self = of(data);
    if (uri != nullptr && !self.failure_) self.handler_.declare_namespace(uri);
  }

  const XmlBytes& bytes_;
  const std::string& file_;
  XmlHandler& handler_;
  Parser parser_;
  std::optional<Error> failure_;
  int depth_ = 0;
};

}  // namespace

const char* XmlAttributes::find(std::string_view space, std::string_view local) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    const XmlName name = split(*pair);
    if (name.local == local && name.space == space) return pair[1];
  }
  return nullptr;
}

Result<void> read_xml(const XmlBytes& bytes, const std::string& file, XmlHandler& handler) {
  return XmlReading{bytes, file, handler}.run();
}

}  // namespace gridmend
