#pragma once

#include <initializer_list>
#include <string>

namespace CLI {
class App;
}

namespace gridmend {

// What no option of any command takes, checked before a command runs, so that it is a wrong usage
// and not a refused input: numbers that are not finite, and negative ones where a count is wanted.
void check_numbers(CLI::App& app);
// No option of this command is an empty text.
void check_texts(CLI::App& command);

// For Option::check: what is wrong with a number that must be more than nothing.
std::string check_positive(const std::string& text);
// The same of one that must be nothing or more.
std::string check_not_negative(const std::string& text);

// For Option::check: what is wrong with a file's name that must end in one of these (given in lower
// case), whatever its case; empty: nothing.
std::string check_ending(const std::string& file, std::initializer_list<const char*> endings);

}  // namespace gridmend
