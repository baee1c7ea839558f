// Eigen: the logistic function of arrays. Arrays of its own, as its users have them: it computes
// those in packets from their first number on, and what is left of them number by number.
#include <Eigen/Core>

#include "shim.hpp"

template <typename Real>
const char* logistic(const Real* x, std::size_t m, Real* out) {
  using Values = Eigen::Array<Real, Eigen::Dynamic, 1>;
  // One row of all numbers: they are what makes an array.
  return shim::each(x, 1, m, out, m, [](const Real* row, std::size_t n, Real* y) {
    const Values given = Eigen::Map<const Values>(row, n);
    const Values got = given.logistic();
    Eigen::Map<Values>(y, n) = got;
  });
}

#define LOGISTIC(format, Real)                                                              \
  SHIM_SEEN const char* logistic_##format(const Real* rows, std::size_t m, std::size_t,     \
                                          Real* out) {                                      \
    return logistic(rows, m, out);                                                          \
  }

LOGISTIC(binary16, Eigen::half)
LOGISTIC(bfloat16, Eigen::bfloat16)
LOGISTIC(binary32, float)
LOGISTIC(binary64, double)
