#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string>

namespace gridmend {

// A port of this machine that notices whoever knocks.
class LoopbackListener {
 public:
  LoopbackListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    ::bind(socket_, reinterpret_cast<sockaddr*>(&address_), size);
    ::listen(socket_, 1);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address_), &size);
  }
  ~LoopbackListener() { ::close(socket_); }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;

  std::uint16_t port() const { return ntohs(address_.sin_port); }
  std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  bool connected() const {
    pollfd waiting{socket_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
  }
  // 0 or an errno, in whatever process calls it.
  int knock() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (socket < 0) return errno;
    const int result =
        ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof address_);
    const int error = result == 0 ? 0 : errno;
    ::close(socket);
    return error;
  }

 private:
  int socket_;
  sockaddr_in address_{};
};

}  // namespace gridmend
