// Boost.Math: logistic_sigmoid, which later releases have.
#include <boost/math/special_functions/logistic_sigmoid.hpp>

#include "shim.hpp"

#define LOGISTIC(x, n) boost::math::logistic_sigmoid(x[0])

SHIM_NUMBER(logistic, binary32, float, LOGISTIC)
SHIM_NUMBER(logistic, binary64, double, LOGISTIC)
