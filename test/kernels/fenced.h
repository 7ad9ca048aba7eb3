//===- fenced.h -------------------------------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Arrays that end where memory ends. Vectors that reach beyond fault, also
// where a sanitizer does not see them.
#ifndef EDGECC_TEST_KERNELS_FENCED_H
#define EDGECC_TEST_KERNELS_FENCED_H

#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <sys/mman.h>

namespace edgecc {
namespace kernels {
namespace {

template <class T> class Fenced {
public:
  explicit Fenced(int count) : size(static_cast<std::size_t>(count)) {
    constexpr std::size_t kPage = 4096;
    const std::size_t bytes = size * sizeof(T);
    const std::size_t inside = (bytes + kPage - 1) / kPage * kPage;
    const std::size_t all = inside + 2 * kPage;
    void *pages = mmap(nullptr, all, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    auto *begin = static_cast<std::uint8_t *>(pages);
    mprotect(begin, kPage, PROT_NONE);
    mprotect(begin + kPage + inside, kPage, PROT_NONE);
    memory = std::shared_ptr<void>(pages, [all](void *p) { munmap(p, all); });
    elements = reinterpret_cast<T *>(begin + kPage + inside - bytes);
  }
  explicit Fenced(const std::vector<T> &values)
      : Fenced(static_cast<int>(values.size())) {
    std::memcpy(elements, values.data(), size * sizeof(T));
  }

  T *data() const { return elements; }
  T *end() const { return elements + size; }
  std::vector<T> copy() const { return {elements, elements + size}; }

private:
  std::size_t size;
  std::shared_ptr<void> memory;
  T *elements;
};

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_TEST_KERNELS_FENCED_H
