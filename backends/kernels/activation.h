// ONNX's activation functions of recurrent layers. The reference interpreter
// includes this file, too.
#ifndef EDGECC_KERNELS_ACTIVATION_H
#define EDGECC_KERNELS_ACTIVATION_H

#include <cmath>

namespace edgecc {
namespace kernels {
namespace {

enum class Activation {
  Affine,
  Elu,
  HardSigmoid,
  LeakyRelu,
  Relu,
  ScaledTanh,
  Sigmoid,
  Softplus,
  Softsign,
  Tanh,
  ThresholdedRelu,
};

/// `alpha` and `beta` are ignored where the function has no such parameter.
template <Activation Kind>
inline float activate(float x, [[maybe_unused]] float alpha,
                      [[maybe_unused]] float beta) {
  if constexpr (Kind == Activation::Affine)
    return alpha * x + beta;
  else if constexpr (Kind == Activation::Elu)
    return x < 0.0f ? alpha * std::expm1(x) : x;
  else if constexpr (Kind == Activation::HardSigmoid)
    return std::fmin(std::fmax(alpha * x + beta, 0.0f), 1.0f);
  else if constexpr (Kind == Activation::LeakyRelu)
    return x < 0.0f ? alpha * x : x;
  else if constexpr (Kind == Activation::Relu)
    return x < 0.0f ? 0.0f : x;
  else if constexpr (Kind == Activation::ScaledTanh)
    return alpha * std::tanh(beta * x);
  else if constexpr (Kind == Activation::Sigmoid)
    return 1.0f / (1.0f + std::exp(-x));
  else if constexpr (Kind == Activation::Softplus)
    return std::fmax(x, 0.0f) + std::log1p(std::exp(-std::fabs(x)));
  else if constexpr (Kind == Activation::Softsign)
    return x / (1.0f + std::fabs(x));
  else if constexpr (Kind == Activation::Tanh)
    return std::tanh(x);
  else
    return x > alpha ? x : 0.0f;
}

} // namespace
} // namespace kernels
} // namespace edgecc

#endif // EDGECC_KERNELS_ACTIVATION_H
