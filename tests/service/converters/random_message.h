#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "core/base/random.h"

namespace gridmend {

// Sets random fields of a message to random values, extreme ones among them; texts come from
// `texts`. Any message type: it walks the descriptor. At most some ten entries a repeated field,
// four levels.
void fill_at_random(google::protobuf::Message& message, Random& random,
                    const std::vector<std::string>& texts, int levels = 4);

// Flips, removes, repeats and inserts bytes, one to eight times.
void mutate(std::string& bytes, Random& random);

}  // namespace gridmend
