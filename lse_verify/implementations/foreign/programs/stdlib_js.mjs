/** Call a function of one number on every number. */
const each = (f) => ({ numbers }) => numbers.map((x) => f(x));

/** Call a function of two numbers on every row of two. */
const pairs = (f) => ({ numbers, nRows }) =>
  Float64Array.from({ length: nRows }, (_, i) => f(numbers[2 * i], numbers[2 * i + 1]));

export default (require) => ({
  "logaddexp": pairs(require("@stdlib/math-base-special-logaddexp")),
  "softplus": each(require("@stdlib/math-base-special-log1pexp")),
  "logistic": each(require("@stdlib/math-base-special-expit")),
});
