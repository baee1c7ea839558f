// Loops over a C function that is given by its address; see loops.py.
#include <cstddef>

#pragma GCC visibility push(default)
extern "C" {

void values(double (*f)(double), const double* x, std::size_t m, double* out) {
  for (std::size_t i = 0; i < m; ++i) out[i] = f(x[i]);
}

void pairs(double (*f)(double, double), const double* a, const double* b, std::size_t m,
           double* out) {
  for (std::size_t i = 0; i < m; ++i) out[i] = f(a[i], b[i]);
}

void rows(double (*f)(const double*, int), const double* x, std::size_t m, std::size_t n,
          double* out) {
  for (std::size_t i = 0; i < m; ++i) out[i] = f(x + i * n, static_cast<int>(n));
}

void distribution(double (*f)(double, double, double, int, int), const double* x, std::size_t m,
                  double* out) {
  for (std::size_t i = 0; i < m; ++i) out[i] = f(x[i], 0.0, 1.0, 1, 0);
}

}
