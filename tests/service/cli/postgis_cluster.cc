#include "tests/service/cli/postgis_cluster.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "tests/data/ingest/loopback_listener.h"

namespace gridmend {
namespace {

namespace fs = std::filesystem;

const fs::path kPrograms = "/usr/lib/postgresql/15/bin";

// PostgreSQL refuses to run as root.
void become_nobody() {
  if (::geteuid() != 0) return;
  const passwd* nobody = ::getpwnam("nobody");
  if (nobody == nullptr || ::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 ||
      ::setuid(nobody->pw_uid) != 0) {
    ::_exit(127);
  }
}

pid_t spawn(const std::vector<std::string>& words, const fs::path& log, bool as_nobody) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0666);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (as_nobody) become_nobody();
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

bool succeeded(pid_t child) {
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

}  // namespace

std::unique_ptr<PostgisCluster> PostgisCluster::start() {
  if (!fs::exists(kPrograms / "initdb") ||
      !fs::exists("/usr/share/postgresql/15/extension/postgis.control")) {
    return nullptr;
  }
  std::unique_ptr<PostgisCluster> cluster{new PostgisCluster};
  std::string folder = (fs::temp_directory_path() / "gridmend_pg_XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return nullptr;
  cluster->folder_ = folder;
  fs::permissions(folder, fs::perms::all);
  if (!cluster->initialise() || !cluster->serve()) return nullptr;
  return cluster;
}

bool PostgisCluster::initialise() {
  std::ofstream{folder_ / "password"} << password_ << "\n";
  return succeeded(
      spawn({kPrograms / "initdb", "-D", folder_ / "data", "-U", "admin", "-A", "scram-sha-256",
             "--pwfile", folder_ / "password", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
            folder_ / "log", true));
}

bool PostgisCluster::serve() {
  {
    const LoopbackListener free;  // its port is nobody's in a moment
    port_ = free.port();
  }
  server_ = spawn({kPrograms / "postgres", "-D", folder_ / "data", "-k", folder_, "-h", "127.0.0.1",
                   "-p", std::to_string(port_), "-F"},
                  folder_ / "log", true);
  for (int tries = 0; tries < 100; ++tries) {
    if (succeeded(
            spawn({kPrograms / "pg_isready", "-q", "-h", "127.0.0.1", "-p", std::to_string(port_)},
                  folder_ / "log", false))) {
      return !run("CREATE DATABASE grid").empty() && !run("CREATE EXTENSION postgis").empty();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  }
  return false;
}

PostgisCluster::~PostgisCluster() {
  if (server_ > 0) {
    ::kill(server_, SIGINT);
    ::waitpid(server_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string PostgisCluster::run(const std::string& sql) const {
  std::ofstream{folder_ / "run.sql"} << sql << ";\n";
  const fs::path answer = folder_ / "answer";
  fs::remove(answer);
  ::setenv("PGPASSWORD", password_.c_str(), 1);
  const std::string database = sql.starts_with("CREATE DATABASE") ? "postgres" : "grid";
  const bool done = succeeded(
      spawn({kPrograms / "psql", "-h", "127.0.0.1", "-p", std::to_string(port_), "-U", "admin",
             "-d", database, "-v", "ON_ERROR_STOP=1", "-A", "-t", "-f", folder_ / "run.sql"},
            answer, false));
  ::unsetenv("PGPASSWORD");
  std::ifstream in{answer};
  return done ? std::string{std::istreambuf_iterator<char>{in}, {}} : std::string{};
}

}  // namespace gridmend
