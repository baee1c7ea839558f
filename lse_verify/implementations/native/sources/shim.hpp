// What shims are made of: a loop over rows, and exceptions turned into words.
// All else of a source is hidden (-fvisibility=hidden), because two releases of one library can be
// loaded into one process, and the system would give both the static variables of either.
#pragma once

#include <cstddef>
#include <exception>
#include <string>

namespace shim {

inline const char* said(const char* words) {
  static thread_local std::string kept;
  kept = words;
  return kept.c_str();
}

// Calls f(row, n, where its numbers go) for each of m rows; null, or the words of what it threw.
template <typename Real, typename Function>
const char* each(const Real* rows, std::size_t m, std::size_t n, Real* out, std::size_t n_out,
                 Function f) {
  try {
    for (std::size_t i = 0; i < m; ++i) f(rows + i * n, n, out + i * n_out);
    return nullptr;
  } catch (const std::exception& error) {
    return said(error.what());
  } catch (...) {
    return said("it threw something that is no std::exception");
  }
}

}  // namespace shim

#define SHIM_SEEN extern "C" __attribute__((visibility("default")))

// Declares `name_format` as f(row, n), a number.
#define SHIM_NUMBER(name, format, Real, f)                                                    \
  SHIM_SEEN const char* name##_##format(const Real* rows, std::size_t m, std::size_t n,       \
                                        Real* out) {                                          \
    return shim::each(rows, m, n, out, 1,                                                     \
                      [](const Real* x, std::size_t k, Real* y) { *y = f(x, k); });           \
  }

// Declares `name_format` as f(row, n, out), which writes n numbers.
#define SHIM_ROW(name, format, Real, f)                                                       \
  SHIM_SEEN const char* name##_##format(const Real* rows, std::size_t m, std::size_t n,       \
                                        Real* out) {                                          \
    return shim::each(rows, m, n, out, n,                                                     \
                      [](const Real* x, std::size_t k, Real* y) { f(x, k, y); });             \
  }
