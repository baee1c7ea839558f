// IT++: the Jacobian logarithm of quantised log-likelihood ratios, with its default tables.
#include <itpp/comm/llr.h>

#include <stdexcept>

#include "shim.hpp"

double jaclog(const double* x) {
  static const itpp::LLR_calc_unit unit;
  for (int i = 0; i < 2; ++i)
    if (x[i] != x[i])
      throw std::domain_error("to_qllr converts NaN to int, and jaclog reads outside its table");
  return unit.to_double(unit.jaclog(unit.to_qllr(x[0]), unit.to_qllr(x[1])));
}

#define JACLOG(x, n) jaclog(x)

SHIM_NUMBER(jaclog, binary64, double, JACLOG)
