// Boost.Math: logaddexp and logsumexp. The header of the second includes that of the first, and
// neither can be included twice.
#include <boost/math/special_functions/logsumexp.hpp>

#include <boost/math/distributions/logistic.hpp>

#include "shim.hpp"

// An answer where there is none, and no exception: the policies that Boost has for that.
using Quiet = boost::math::policies::policy<
    boost::math::policies::domain_error<boost::math::policies::ignore_error>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>>;

template <typename Real>
Real logsumexp(const Real* x, std::size_t n) {
  // It reads the largest of the range, whether there is one or not.
  if (n == 0) throw std::invalid_argument("boost::math::logsumexp reads beyond an empty range");
  return boost::math::logsumexp(x, x + n);
}

template <typename Real>
Real logistic_cdf(Real x) {
  return boost::math::cdf(boost::math::logistic_distribution<Real, Quiet>(0, 1), x);
}

#define BOTH(name, f)                  \
  SHIM_NUMBER(name, binary32, float, f) \
  SHIM_NUMBER(name, binary64, double, f)

#define LOGADDEXP(x, n) boost::math::logaddexp(x[0], x[1])
#define LOGISTIC_CDF(x, n) logistic_cdf(x[0])

BOTH(logaddexp, LOGADDEXP)
BOTH(logsumexp, logsumexp)
BOTH(logistic_cdf, LOGISTIC_CDF)
