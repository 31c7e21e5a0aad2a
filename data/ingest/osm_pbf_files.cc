#include "data/ingest/osm_pbf_files.h"

#include <unistd.h>

#include <exception>
#include <future>
#include <osmium/io/detail/input_format.hpp>
#include <osmium/io/pbf_input.hpp>
#include <utility>

namespace gridmend {
namespace {

namespace detail = osmium::io::detail;

// libosmium's own parser, which may not be derived from, and what it leaves undone.
class ClosingPbfParser final : public detail::Parser {
 public:
  explicit ClosingPbfParser(detail::parser_arguments& args)
      : Parser(args),
        parser_(args),
        file_(args.fd),
        header_(args.header_promise),
        buffers_(args.output_queue) {}

  void run() override {
    try {
      parser_.run();
    } catch (...) {
      std::exception_ptr failure = std::current_exception();
      if (file_ >= 0) ::close(file_);
      // Only the parser knows whether it has given a header.
      try {
        header_.set_exception(failure);
      } catch (const std::future_error&) {
      }
      detail::add_to_queue(buffers_, std::move(failure));
    }
  }

 private:
  detail::PBFParser parser_;
  int file_;
  std::promise<osmium::io::Header>& header_;
  detail::future_buffer_queue_type& buffers_;
};

}  // namespace

void close_damaged_pbf_files() {
  [[maybe_unused]] static const bool registered = detail::ParserFactory::instance().register_parser(
      osmium::io::file_format::pbf, [](detail::parser_arguments& args) {
        return std::unique_ptr<detail::Parser>(new ClosingPbfParser{args});
      });
}

}  // namespace gridmend
