#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace gridmend {

// A PostgreSQL server of a test's own: on a free port of loopback, in a folder that goes with it,
// by a user without rights, with the database `grid`, PostGIS in it, and a password for everybody.
class PostgisCluster {
 public:
  // Null where PostgreSQL 15 with PostGIS is not installed.
  static std::unique_ptr<PostgisCluster> start();
  ~PostgisCluster();
  PostgisCluster(const PostgisCluster&) = delete;
  PostgisCluster& operator=(const PostgisCluster&) = delete;

  // As the superuser; what psql prints, empty where it fails.
  std::string run(const std::string& sql) const;
  std::uint16_t port() const { return port_; }
  const std::string& password() const { return password_; }

 private:
  PostgisCluster() = default;
  bool initialise();
  bool serve();

  std::filesystem::path folder_;
  std::string password_ = "s3cret of the cluster";
  std::uint16_t port_ = 0;
  pid_t server_ = -1;
};

}  // namespace gridmend
