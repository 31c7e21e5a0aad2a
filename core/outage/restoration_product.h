#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/outage/epoch_product.h"

namespace gridmend {

// An EpochTree in which some devices were put back in service between epochs R - 1 and R. What is
// still dark then has a cause of its own, which the restored device may have hidden: a nested
// outage. A zone is looked at twice: before the restoration, when it had died in k = min(T of every
// device up to the root, those before R), and after it, when it counts as died in
// j = min(T of the same devices, but for openings that were undone). An opening of a restored
// device before R is undone; one from R on is not.
//
// Columns have R + 1 numbers a zone before (0 .. R - 1, R: lived through) and K + 1 after.
struct RestorationTree {
  std::uint32_t epochs = 0;    // K
  std::uint32_t restored = 0;  // R, at most K
  std::span<const std::uint32_t> parent;
  std::span<const std::uint8_t> is_restored;
  std::span<const double> opening;     // P(T_v = k), K + 1 a zone
  std::span<const double> log_before;  // log P(what was heard before | died in k), R + 1 a zone
  std::span<const double> log_after;   // log P(what was heard after | died in j), K + 1 a zone
};

struct RestorationMarginals {
  std::vector<double> p_before;  // R + 1 a zone
  std::vector<double> p_after;   // K + 1 a zone
  std::vector<double> p_open;    // P(T_v = k), K + 1 a zone
  // P(v is open after the restoration and a live feed reaches it): what must be repaired next; and
  // of that, P(it had opened before, when its feed was dead already): the restoration revealed
  // it.
  std::vector<double> p_active_after;
  std::vector<double> p_revealed;
  double log_evidence = 0;  // log P(evidence) - log P(evidence | all died in epoch 0 and stayed so)
};

// O(zones * R * K^2), exact; K is a handful. Without restored devices it says what the epochs do.
void infer_restoration_marginals(const RestorationTree& tree, RestorationMarginals& out);

}  // namespace gridmend
