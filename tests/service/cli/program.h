#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace gridmend {

struct Ran {
  int exit_code = -1;
  std::string output;
};

// What a shell makes of a line: its output, and the exit code of its last command.
inline Ran run_in_shell(const std::string& line) {
  Ran ran;
  FILE* pipe = ::popen(line.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

// The program with these arguments, as a shell reads them; standard output and standard error.
inline Ran gridmend(const std::string& arguments) {
  return run_in_shell("'" GRIDMEND_PROGRAM "' " + arguments + " 2>&1");
}
// Standard output alone; standard error goes to nowhere.
inline Ran gridmend_output(const std::string& arguments) {
  return run_in_shell("'" GRIDMEND_PROGRAM "' " + arguments + " 2>/dev/null");
}

}  // namespace gridmend
