//===- WindowTaps.h - Where a window's taps lie in an image -----*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_COMPILER_REFERENCE_WINDOWTAPS_H
#define EDGECC_COMPILER_REFERENCE_WINDOWTAPS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace edgecc::reference {

/// The input pixels under a window that moves over any number of spatial axes.
/// Pixels are numbered row-major.
class WindowTaps {
public:
  WindowTaps(llvm::ArrayRef<int64_t> inputSizes,
             llvm::ArrayRef<int64_t> outputSizes,
             llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> strides,
             llvm::ArrayRef<int64_t> padsLow,
             llvm::ArrayRef<int64_t> dilations) {
    for (size_t i = 0; i != kernel.size(); ++i) {
      Axis axis{inputSizes[i], outputSizes[i], kernel[i], {}};
      for (int64_t output = 0; output != outputSizes[i]; ++output)
        for (int64_t tap = 0; tap != kernel[i]; ++tap) {
          int64_t at = output * strides[i] - padsLow[i] + tap * dilations[i];
          axis.coordinates.push_back(at >= 0 && at < inputSizes[i] ? at : -1);
        }
      axes.push_back(std::move(axis));
    }
    int64_t taps = 1;
    for (int64_t size : kernel)
      taps *= size;
    pixels.resize(size_t(std::max<int64_t>(taps, 1)));
  }

  /// The pixel under each tap for the window of `outputPixel`, -1 outside the
  /// image. Valid until the next call.
  llvm::ArrayRef<int64_t> at(int64_t outputPixel) {
    llvm::SmallVector<int64_t, 4> position(axes.size());
    for (size_t i = axes.size(); i-- > 0; outputPixel /= axes[i].outputSize)
      position[i] = outputPixel % axes[i].outputSize;
    pixels.front() = 0;
    int64_t count = 1;
    for (auto [axis, output] : llvm::zip_equal(axes, position)) {
      const int64_t *coordinates =
          axis.coordinates.data() + output * axis.kernel;
      // From the end, so that each entry is read before others take its place.
      for (int64_t i = count; i-- > 0;) {
        int64_t pixel = pixels[size_t(i)];
        int64_t *taps = pixels.data() + i * axis.kernel;
        for (int64_t tap = axis.kernel; tap-- > 0;)
          taps[tap] = pixel < 0 || coordinates[tap] < 0
                          ? -1
                          : pixel * axis.inputSize + coordinates[tap];
      }
      count *= axis.kernel;
    }
    return pixels;
  }

  /// How many taps of the window of `outputPixel` lie inside the image.
  int64_t countInside(int64_t outputPixel) {
    return llvm::count_if(at(outputPixel),
                          [](int64_t pixel) { return pixel >= 0; });
  }

private:
  struct Axis {
    int64_t inputSize, outputSize, kernel;
    /// [output position][tap], -1 outside the image.
    llvm::SmallVector<int64_t, 0> coordinates;
  };
  llvm::SmallVector<Axis, 2> axes;
  llvm::SmallVector<int64_t> pixels;
};

} // namespace edgecc::reference

#endif // EDGECC_COMPILER_REFERENCE_WINDOWTAPS_H
