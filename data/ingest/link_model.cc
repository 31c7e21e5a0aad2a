#include "data/ingest/link_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gridmend {
namespace {

constexpr int kRounds = 30;
// The fit leans on usual weights as strongly as so many observations would.
constexpr double kRidge = 2;
constexpr std::array<double, kLinkFeatures> kUsualWeights = {1, 0.5, 1, 1};
// The error rate starts from what utilities report and leans on it as on so many observations.
constexpr double kUsualErrors = 0.02;
constexpr double kUsualErrorsWeight = 50;
constexpr double kHighestErrors = 0.25;
constexpr double kLongestStep = 1;
// Right links that look odd: of usage points alone at their place, and where others hang beside.
constexpr double kOddAlone = 0.025;
constexpr double kOddAmongOthers = 0.002;

double odd_share(const ObservedLink& observed) {
  return observed.alone ? kOddAlone : kOddAmongOthers;
}

using Vector = std::array<double, kLinkFeatures>;
using Matrix = std::array<Vector, kLinkFeatures>;

// Symmetric positive definite (a ridge lies on its diagonal).
Vector solve(Matrix a, Vector b) {
  for (std::size_t k = 0; k < kLinkFeatures; ++k) {
    for (std::size_t i = k + 1; i < kLinkFeatures; ++i) {
      const double times = a[i][k] / a[k][k];
      for (std::size_t j = k; j < kLinkFeatures; ++j) a[i][j] -= times * a[k][j];
      b[i] -= times * b[k];
    }
  }
  for (std::size_t k = kLinkFeatures; k-- > 0;) {
    for (std::size_t j = k + 1; j < kLinkFeatures; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

}  // namespace

std::vector<double> LinkModel::by_features(const ObservedLink& observed) const {
  std::vector<double> p(observed.features.size());
  double highest = -1e300;
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] = 0;
    for (std::size_t k = 0; k < kLinkFeatures; ++k) p[i] += weights_[k] * observed.features[i][k];
    highest = std::max(highest, p[i]);
  }
  double all = 0;
  for (double& value : p) all += value = std::exp(value - highest);
  for (double& value : p) value /= all;
  return p;
}

std::vector<double> LinkModel::posterior(const ObservedLink& observed,
                                         const std::vector<double>& by_features) const {
  std::vector<double> p = by_features;
  if (p.size() < 2) return p;
  const double odd = odd_share(observed);
  const double elsewhere = error_rate_ / static_cast<double>(p.size() - 1);
  double all = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i] = (1 - odd) * p[i] + odd / static_cast<double>(p.size());
    all += p[i] *= i == observed.linked ? 1 - error_rate_ : elsewhere;
  }
  for (double& value : p) value /= all;
  return p;
}

std::vector<double> LinkModel::posterior(const ObservedLink& observed) const {
  return posterior(observed, by_features(observed));
}

// One expectation and one Newton step of the maximisation.
void LinkModel::step(const std::vector<ObservedLink>& observed) {
  Vector gradient{};
  Matrix hessian{};
  double wrong = kUsualErrors * kUsualErrorsWeight;
  for (const ObservedLink& one : observed) {
    const std::vector<double> p = by_features(one);
    std::vector<double> right = posterior(one, p);
    wrong += 1 - right[one.linked];
    // What the features did not decide teaches nothing about them.
    const double odd = odd_share(one);
    double decided = 0;
    for (std::size_t i = 0; i < p.size(); ++i) {
      const double by = (1 - odd) * p[i];
      right[i] *= by / (by + odd / static_cast<double>(p.size()));
      decided += right[i];
    }
    Vector mean{};
    for (std::size_t i = 0; i < p.size(); ++i) {
      for (std::size_t k = 0; k < kLinkFeatures; ++k) {
        mean[k] += p[i] * one.features[i][k];
        gradient[k] += (right[i] - decided * p[i]) * one.features[i][k];
      }
    }
    for (std::size_t i = 0; i < p.size(); ++i) {
      for (std::size_t k = 0; k < kLinkFeatures; ++k) {
        for (std::size_t l = 0; l < kLinkFeatures; ++l) {
          hessian[k][l] +=
              decided * p[i] * (one.features[i][k] - mean[k]) * (one.features[i][l] - mean[l]);
        }
      }
    }
  }
  for (std::size_t k = 0; k < kLinkFeatures; ++k) {
    gradient[k] -= kRidge * (weights_[k] - kUsualWeights[k]);
    hessian[k][k] += kRidge;
  }
  const Vector change = solve(hessian, gradient);
  for (std::size_t k = 0; k < kLinkFeatures; ++k) {
    // More of what speaks for a transformer never speaks against it.
    weights_[k] = std::max(0.0, weights_[k] + std::clamp(change[k], -kLongestStep, kLongestStep));
  }
  error_rate_ =
      std::min(kHighestErrors, wrong / (static_cast<double>(observed.size()) + kUsualErrorsWeight));
}

LinkModel LinkModel::fit(const std::vector<ObservedLink>& observed) {
  LinkModel model;
  model.weights_ = kUsualWeights;
  model.error_rate_ = kUsualErrors;
  if (observed.empty()) return model;
  for (int round = 0; round < kRounds; ++round) model.step(observed);
  return model;
}

}  // namespace gridmend
