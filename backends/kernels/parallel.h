// Layers in parts that may run at the same time, each on a thread of its own.
//
//   inParts<Parts>(parallel, kernel, args...)  calls kernel(part, args...) for
//            every part. `parallel` is the caller's ParallelFor (NAME.h); where
//            it has no function, the parts follow each other.
//   beginOfPart(items, part, parts)  the first of the items that a part
//            computes; what it computes ends where the next part begins
#ifndef EDGECC_KERNELS_PARALLEL_H
#define EDGECC_KERNELS_PARALLEL_H

namespace edgecc {
namespace kernels {
namespace {

[[maybe_unused]] constexpr int beginOfPart(int items, int part, int parts) {
  return items / parts * part + items % parts * part / parts;
}

template <int Parts, class Parallel, class... Params, class... Args>
void inParts(const Parallel &parallel, void (*kernel)(int, Params...),
             Args... args) {
  auto compute = [=](int part) { kernel(part, args...); };
  if (!parallel.run) {
    for (int part = 0; part < Parts; ++part)
      compute(part);
    return;
  }
  parallel.run(
      parallel.user, Parts,
      [](void *arg, int part) {
        (*static_cast<decltype(compute) *>(arg))(part);
      },
      &compute);
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_PARALLEL_H
