#pragma once

#include <string_view>

namespace gridmend {

inline constexpr std::string_view kTown = R"(
  S==B1--n1--F1--n2--T1(4)
         |       |
         |       n3--T2(4,hospital)
         |
         n4--R1--n5--F2--T3(4)
                 |
                 n6--L1/--n7--T5(4)
                          |
                          n8--B2==S2
)";

// Another import of it: a lateral more, and F2 under another name.
inline constexpr std::string_view kGrownTown = R"(
  S==B1--n0--F0--n9--T9(3)
         |
         n1--F1--n2--T1(4)
         |       |
         |       n3--T2(4,hospital)
         |
         n4--R1--n5--F7--T3(4)
                 |
                 n6--L1/--n7--T5(4)
                          |
                          n8--B2==S2
)";

}  // namespace gridmend
