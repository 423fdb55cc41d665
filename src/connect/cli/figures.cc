#include "connect/cli/figures.h"

#include <cstdio>

namespace chat::cli {

double Figures::most() const {
  return values_.empty() ? 0 : *std::max_element(values_.begin(), values_.end());
}

std::string Figures::text(int decimals) const {
  if (values_.empty()) return "nothing";
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  char buffer[96];
  std::snprintf(buffer, sizeof buffer, "%.*f (%.*f to %.*f)", decimals, sorted[sorted.size() / 2],
                decimals, sorted.front(), decimals, sorted.back());
  return buffer;
}

}  // namespace chat::cli
