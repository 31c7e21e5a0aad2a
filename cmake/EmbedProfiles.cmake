# Writes OUTPUT, a .cc that holds the profiles INPUTS (paths parted by |) as texts.
# Called by a custom command of data/ingest.
string(REPLACE "|" ";" inputs "${INPUTS}")
list(SORT inputs)
set(entries "")
foreach(input IN LISTS inputs)
  get_filename_component(name "${input}" NAME_WE)
  file(READ "${input}" text)
  string(APPEND entries "    {\"${name}\", R\"profile(${text})profile\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"data/ingest/shipped_profiles.h\"

#include <array>

namespace gridmend {
namespace {

constexpr ShippedProfile kProfiles[] = {
${entries}};

}  // namespace

std::span<const ShippedProfile> shipped_profiles() { return kProfiles; }

}  // namespace gridmend
")
