// Stan Math: its functions of doubles and of vectors, and their gradients in reverse mode.
// The headers of single functions, because stan/math.hpp takes ten times as long to compile.
#include <stan/math/version.hpp>

#if STAN_MATH_MAJOR >= 4
#include <stan/math/rev/core.hpp>
#include <stan/math/rev/fun/inv_logit.hpp>
#include <stan/math/rev/fun/log1p_exp.hpp>
#include <stan/math/rev/fun/log_softmax.hpp>
#include <stan/math/rev/fun/log_sum_exp.hpp>
#include <stan/math/rev/fun/softmax.hpp>
#else
#include <stan/math/rev/core.hpp>
#include <stan/math/rev/scal/fun/inv_logit.hpp>
#include <stan/math/rev/scal/fun/log1p_exp.hpp>
#include <stan/math/rev/scal/fun/log_sum_exp.hpp>
#include <stan/math/rev/arr/fun/log_sum_exp.hpp>
#include <stan/math/rev/mat/fun/log_softmax.hpp>
#include <stan/math/rev/mat/fun/log_sum_exp.hpp>
#include <stan/math/prim/mat/fun/log_softmax.hpp>
#include <stan/math/prim/mat/fun/softmax.hpp>
#endif

#include <vector>

#include "shim.hpp"

using stan::math::var;
using Vector = Eigen::VectorXd;
using Variables = Eigen::Matrix<var, Eigen::Dynamic, 1>;

// What reverse mode records in its life is forgotten at its end, whatever is thrown.
struct Tape {
  Tape() { stan::math::start_nested(); }
  ~Tape() { stan::math::recover_memory_nested(); }
};

Vector vector(const double* x, std::size_t n) { return Eigen::Map<const Vector>(x, n); }

void write(const Vector& from, double* to) { Eigen::Map<Vector>(to, from.size()) = from; }

// Writes the derivatives by n variables of the number that f makes of them.
template <typename Function>
void gradient(const double* x, std::size_t n, double* out, Function f) {
  Tape tape;
  Variables v = vector(x, n);
  var y = f(v);
  stan::math::grad(y.vi_);
  for (std::size_t i = 0; i < n; ++i) out[i] = v(i).adj();
}

double logsumexp_std(const double* x, std::size_t n) {
  return stan::math::log_sum_exp(std::vector<double>(x, x + n));
}

void log_softmax_var(const double* x, std::size_t n, double* out) {
  Tape tape;
  Variables v = vector(x, n);
  Variables y = stan::math::log_softmax(v);
  for (std::size_t i = 0; i < n; ++i) out[i] = y(i).val();
}

#define LOGADDEXP(x, n) stan::math::log_sum_exp(x[0], x[1])
#define LOGSUMEXP(x, n) stan::math::log_sum_exp(vector(x, n))
#define SOFTPLUS(x, n) stan::math::log1p_exp(x[0])
#define LOGISTIC(x, n) stan::math::inv_logit(x[0])
#define SOFTMAX(x, n, y) write(stan::math::softmax(vector(x, n)), y)
#define LOG_SOFTMAX(x, n, y) write(stan::math::log_softmax(vector(x, n)), y)
#define GRADIENT(f) gradient(x, k, y, [](const Variables& v) -> var { return f; })

SHIM_NUMBER(logaddexp, binary64, double, LOGADDEXP)
SHIM_NUMBER(logsumexp, binary64, double, LOGSUMEXP)
SHIM_NUMBER(logsumexp_std, binary64, double, logsumexp_std)
SHIM_NUMBER(softplus, binary64, double, SOFTPLUS)
SHIM_NUMBER(logistic, binary64, double, LOGISTIC)
SHIM_ROW(softmax, binary64, double, SOFTMAX)
SHIM_ROW(log_softmax, binary64, double, LOG_SOFTMAX)
SHIM_ROW(log_softmax_var, binary64, double, log_softmax_var)

#define BY_LOGSUMEXP(x, k, y) GRADIENT(stan::math::log_sum_exp(v))
#define BY_LOGADDEXP(x, k, y) GRADIENT(stan::math::log_sum_exp(v(0), v(1)))
#define BY_SOFTPLUS(x, k, y) GRADIENT(stan::math::log1p_exp(v(0)))
#define BY_LOG_SOFTMAX(x, k, y) GRADIENT(stan::math::log_softmax(v)(0))

SHIM_ROW(logsumexp_grad, binary64, double, BY_LOGSUMEXP)
SHIM_ROW(logaddexp_grad, binary64, double, BY_LOGADDEXP)
SHIM_ROW(softplus_grad, binary64, double, BY_SOFTPLUS)
SHIM_ROW(log_softmax_grad, binary64, double, BY_LOG_SOFTMAX)
