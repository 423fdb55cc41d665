// Figures of several runs, and what stands for many measured values. Pure; one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace chat::cli {

// One figure, measured in each run.
class Figures {
 public:
  void add(double value) { values_.push_back(value); }
  double most() const;  // 0: nothing was measured
  // The median and the range: `5.0 (4.8 to 5.9)`.
  std::string text(int decimals) const;

 private:
  std::vector<double> values_;
};

// The smallest value that at least so many percent of the values do not exceed (nearest rank); T{}
// of none. Reorders the values.
template <typename T>
T percentile(std::vector<T>& values, size_t percent) {
  if (values.empty()) return T{};
  const size_t rank = std::max<size_t>((values.size() * percent + 99) / 100, 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::min(rank, values.size()) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace chat::cli
