//===- ScalarKernels.cpp - Scalar operations on blocks of elements --------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScalarProgram.h"

#include "llvm/ADT/TypeSwitch.h"
#include "llvm/ADT/bit.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace edgecc;
using namespace edgecc::reference;
using Kernel = ScalarProgram::Kernel;
using Operands = ScalarProgram::Operands;

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

template <typename T> static const T *input(const Operands &o, unsigned index) {
  return static_cast<const T *>(o.in[index]);
}

template <typename T, typename Fn> static void unary(const Operands &o) {
  const T *a = input<T>(o, 0);
  T *out = static_cast<T *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = Fn::apply(a[i]);
}

template <typename T, typename Fn> static void binary(const Operands &o) {
  const T *a = input<T>(o, 0), *b = input<T>(o, 1);
  T *out = static_cast<T *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = Fn::apply(a[i], b[i]);
}

template <typename T> static void fusedMultiplyAdd(const Operands &o) {
  const T *a = input<T>(o, 0), *b = input<T>(o, 1), *c = input<T>(o, 2);
  T *out = static_cast<T *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = std::fma(a[i], b[i], c[i]);
}

template <typename T> static void select(const Operands &o) {
  const int64_t *condition = input<int64_t>(o, 0);
  const T *a = input<T>(o, 1), *b = input<T>(o, 2);
  T *out = static_cast<T *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = condition[i] ? a[i] : b[i];
}

/// The low `width` bits as registers hold them: sign-extended, i1 as 0 or 1.
static int64_t hold(uint64_t value, unsigned width) {
  if (width == 1)
    return int64_t(value & 1);
  return int64_t(value << (64 - width)) >> (64 - width);
}
/// The held value as a signed number: a true i1 is -1.
static int64_t asSigned(int64_t value, unsigned width) {
  return width == 1 ? -value : value;
}
static uint64_t asUnsigned(int64_t value, unsigned width) {
  return uint64_t(value) << (64 - width) >> (64 - width);
}

/// Of signed numbers.
template <typename Fn> static void integerBinary(const Operands &o) {
  const int64_t *a = input<int64_t>(o, 0), *b = input<int64_t>(o, 1);
  int64_t *out = static_cast<int64_t *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = hold(uint64_t(Fn::apply(asSigned(a[i], o.width),
                                     asSigned(b[i], o.width), o.width)),
                  o.outWidth);
}

/// Of unsigned numbers.
template <typename Fn> static void unsignedBinary(const Operands &o) {
  const int64_t *a = input<int64_t>(o, 0), *b = input<int64_t>(o, 1);
  int64_t *out = static_cast<int64_t *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = hold(uint64_t(Fn::apply(asUnsigned(a[i], o.width),
                                     asUnsigned(b[i], o.width), o.width)),
                  o.outWidth);
}

template <typename Fn> static void integerUnary(const Operands &o) {
  const int64_t *a = input<int64_t>(o, 0);
  int64_t *out = static_cast<int64_t *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = hold(uint64_t(Fn::apply(a[i], o.width)), o.outWidth);
}

template <typename From, typename To> static void convert(const Operands &o) {
  const From *a = input<From>(o, 0);
  To *out = static_cast<To *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = To(a[i]);
}

template <typename To> static void signedToFloat(const Operands &o) {
  const int64_t *a = input<int64_t>(o, 0);
  To *out = static_cast<To *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = To(asSigned(a[i], o.width));
}

template <typename To> static void unsignedToFloat(const Operands &o) {
  const int64_t *a = input<int64_t>(o, 0);
  To *out = static_cast<To *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = To(asUnsigned(a[i], o.width));
}

/// Towards zero. Where arith leaves the result open, it saturates and NaN
/// gives 0, so that the interpreter itself is defined.
template <typename From> static void floatToSigned(const Operands &o) {
  const From *a = input<From>(o, 0);
  int64_t *out = static_cast<int64_t *>(o.out);
  From limit = std::ldexp(From(1), int(o.outWidth) - 1);
  int64_t max = int64_t((uint64_t(1) << (o.outWidth - 1)) - 1);
  for (int64_t i = 0; i != o.count; ++i) {
    From x = a[i];
    int64_t value = x >= limit ? max : x < -limit ? -max - 1 : 0;
    if (x >= -limit && x < limit)
      value = int64_t(x);
    out[i] = hold(uint64_t(value), o.outWidth);
  }
}

template <typename From> static void floatToUnsigned(const Operands &o) {
  const From *a = input<From>(o, 0);
  int64_t *out = static_cast<int64_t *>(o.out);
  From limit = std::ldexp(From(1), int(o.outWidth));
  for (int64_t i = 0; i != o.count; ++i) {
    From x = a[i];
    uint64_t value = x >= limit ? ~uint64_t(0) : 0;
    if (x > From(0) && x < limit)
      value = uint64_t(x);
    out[i] = hold(value, o.outWidth);
  }
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// The function that a scalar operation computes.
template <typename OpT> struct Scalar;

#define EDGE_UNARY(OpT, Expression)                                            \
  template <> struct Scalar<OpT> {                                             \
    template <typename T> static T apply(T x) { return Expression; }           \
  };
#define EDGE_BINARY(OpT, Expression)                                           \
  template <> struct Scalar<OpT> {                                             \
    template <typename T> static T apply(T a, T b) { return Expression; }      \
  };
#define EDGE_BITS(OpT, Expression)                                             \
  template <> struct Scalar<OpT> {                                             \
    static int64_t apply(int64_t x, [[maybe_unused]] unsigned width) {         \
      return Expression;                                                       \
    }                                                                          \
  };
#define EDGE_INTEGER(OpT, Type, Expression)                                    \
  template <> struct Scalar<OpT> {                                             \
    static Type apply(Type a, Type b, [[maybe_unused]] unsigned width) {       \
      return Expression;                                                       \
    }                                                                          \
  };
#define EDGE_SIGNED(OpT, Expression) EDGE_INTEGER(OpT, int64_t, Expression)
#define EDGE_UNSIGNED(OpT, Expression) EDGE_INTEGER(OpT, uint64_t, Expression)

EDGE_UNARY(arith::NegFOp, -x)
EDGE_UNARY(math::AbsFOp, std::fabs(x))
EDGE_UNARY(math::AcosOp, std::acos(x))
EDGE_UNARY(math::AcoshOp, std::acosh(x))
EDGE_UNARY(math::AsinOp, std::asin(x))
EDGE_UNARY(math::AsinhOp, std::asinh(x))
EDGE_UNARY(math::AtanOp, std::atan(x))
EDGE_UNARY(math::AtanhOp, std::atanh(x))
EDGE_UNARY(math::CbrtOp, std::cbrt(x))
EDGE_UNARY(math::CeilOp, std::ceil(x))
EDGE_UNARY(math::CosOp, std::cos(x))
EDGE_UNARY(math::CoshOp, std::cosh(x))
EDGE_UNARY(math::ErfOp, std::erf(x))
EDGE_UNARY(math::ExpOp, std::exp(x))
EDGE_UNARY(math::Exp2Op, std::exp2(x))
EDGE_UNARY(math::ExpM1Op, std::expm1(x))
EDGE_UNARY(math::FloorOp, std::floor(x))
EDGE_UNARY(math::LogOp, std::log(x))
EDGE_UNARY(math::Log10Op, std::log10(x))
EDGE_UNARY(math::Log1pOp, std::log1p(x))
EDGE_UNARY(math::Log2Op, std::log2(x))
EDGE_UNARY(math::RoundOp, std::round(x))
EDGE_UNARY(math::RoundEvenOp, std::nearbyint(x))
EDGE_UNARY(math::RsqrtOp, T(1) / std::sqrt(x))
EDGE_UNARY(math::SinOp, std::sin(x))
EDGE_UNARY(math::SinhOp, std::sinh(x))
EDGE_UNARY(math::SqrtOp, std::sqrt(x))
EDGE_UNARY(math::TanOp, std::tan(x))
EDGE_UNARY(math::TanhOp, std::tanh(x))
EDGE_UNARY(math::TruncOp, std::trunc(x))

EDGE_BINARY(arith::AddFOp, a + b)
EDGE_BINARY(arith::SubFOp, a - b)
EDGE_BINARY(arith::MulFOp, a *b)
EDGE_BINARY(arith::DivFOp, a / b)
EDGE_BINARY(arith::RemFOp, std::fmod(a, b))
// maximumf and minimumf give NaN if either is NaN, maxnumf and minnumf the
// other one.
EDGE_BINARY(arith::MaximumFOp, (a > b || a != a) ? a : b)
EDGE_BINARY(arith::MinimumFOp, (a < b || a != a) ? a : b)
EDGE_BINARY(arith::MaxNumFOp, (a > b || b != b) ? a : b)
EDGE_BINARY(arith::MinNumFOp, (a < b || b != b) ? a : b)
EDGE_BINARY(math::Atan2Op, std::atan2(a, b))
EDGE_BINARY(math::CopySignOp, std::copysign(a, b))
EDGE_BINARY(math::PowFOp, std::pow(a, b))

// Sums and products as unsigned numbers: they wrap around, as arith says.
EDGE_UNSIGNED(arith::AddIOp, a + b)
EDGE_UNSIGNED(arith::SubIOp, a - b)
EDGE_UNSIGNED(arith::MulIOp, a *b)
EDGE_UNSIGNED(arith::AndIOp, a &b)
EDGE_UNSIGNED(arith::OrIOp, a | b)
EDGE_UNSIGNED(arith::XOrIOp, a ^ b)
EDGE_UNSIGNED(arith::MaxUIOp, std::max(a, b))
EDGE_UNSIGNED(arith::MinUIOp, std::min(a, b))
EDGE_SIGNED(arith::MaxSIOp, std::max(a, b))
EDGE_SIGNED(arith::MinSIOp, std::min(a, b))
// Where arith leaves the result open (division by 0, shifts by the width or
// more), it is 0, so that the interpreter itself is defined.
EDGE_SIGNED(arith::DivSIOp, b == 0    ? 0
                            : b == -1 ? int64_t(-uint64_t(a))
                                      : a / b)
EDGE_SIGNED(arith::RemSIOp, b == 0 || b == -1 ? 0 : a % b)
EDGE_UNSIGNED(arith::DivUIOp, b == 0 ? 0 : a / b)
EDGE_UNSIGNED(arith::RemUIOp, b == 0 ? 0 : a % b)
EDGE_UNSIGNED(arith::ShLIOp, b < width ? a << b : 0)
EDGE_UNSIGNED(arith::ShRUIOp, b < width ? a >> b : 0)
EDGE_SIGNED(arith::ShRSIOp, b >= 0 && b < int64_t(width) ? a >> b : 0)

EDGE_BITS(arith::ExtSIOp, asSigned(x, width))
EDGE_BITS(arith::ExtUIOp, int64_t(asUnsigned(x, width)))
EDGE_BITS(arith::TruncIOp, x)
EDGE_BITS(math::AbsIOp, x < 0 ? int64_t(-uint64_t(x)) : x)
EDGE_BITS(math::CountLeadingZerosOp,
          llvm::countl_zero(asUnsigned(x, width)) + int64_t(width) - 64)
EDGE_BITS(math::CountTrailingZerosOp,
          std::min<int64_t>(llvm::countr_zero(asUnsigned(x, width)), width))
EDGE_BITS(math::CtPopOp, llvm::popcount(asUnsigned(x, width)))

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

template <typename T>
static constexpr bool compareOrdered(arith::CmpFPredicate predicate, T a, T b) {
  using P = arith::CmpFPredicate;
  switch (predicate) {
  case P::OEQ:
  case P::UEQ:
    return a == b;
  case P::OGT:
  case P::UGT:
    return a > b;
  case P::OGE:
  case P::UGE:
    return a >= b;
  case P::OLT:
  case P::ULT:
    return a < b;
  case P::OLE:
  case P::ULE:
    return a <= b;
  case P::ONE:
  case P::UNE:
    return a != b;
  case P::ORD:
  case P::AlwaysTrue:
    return true;
  case P::UNO:
  case P::AlwaysFalse:
    return false;
  }
  return false;
}

/// What a comparison with NaN gives.
static constexpr bool isTrueUnordered(arith::CmpFPredicate predicate) {
  using P = arith::CmpFPredicate;
  return predicate == P::UEQ || predicate == P::UGT || predicate == P::UGE ||
         predicate == P::ULT || predicate == P::ULE || predicate == P::UNE ||
         predicate == P::UNO || predicate == P::AlwaysTrue;
}

template <typename T, arith::CmpFPredicate kPredicate>
static void compareFloats(const Operands &o) {
  const T *a = input<T>(o, 0), *b = input<T>(o, 1);
  int64_t *out = static_cast<int64_t *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] = a[i] != a[i] || b[i] != b[i]
                 ? isTrueUnordered(kPredicate)
                 : compareOrdered(kPredicate, a[i], b[i]);
}

template <arith::CmpIPredicate kPredicate>
static void compareIntegers(const Operands &o) {
  const int64_t *a = input<int64_t>(o, 0), *b = input<int64_t>(o, 1);
  int64_t *out = static_cast<int64_t *>(o.out);
  for (int64_t i = 0; i != o.count; ++i)
    out[i] =
        arith::applyCmpPredicate(kPredicate, APInt(o.width, uint64_t(a[i])),
                                 APInt(o.width, uint64_t(b[i])));
}

template <typename T, size_t... kPredicates>
static Kernel getFloatComparison(arith::CmpFPredicate predicate,
                                 std::index_sequence<kPredicates...>) {
  static constexpr Kernel kKernels[] = {
      compareFloats<T, arith::CmpFPredicate(kPredicates)>...};
  return kKernels[size_t(predicate)];
}

template <size_t... kPredicates>
static Kernel getIntegerComparison(arith::CmpIPredicate predicate,
                                   std::index_sequence<kPredicates...>) {
  static constexpr Kernel kKernels[] = {
      compareIntegers<arith::CmpIPredicate(kPredicates)>...};
  return kKernels[size_t(predicate)];
}

//===----------------------------------------------------------------------===//
// Choice of a kernel
//===----------------------------------------------------------------------===//

/// The kernel of the element type; null for types that are not computed with.
static Kernel forFloat(Type type, Kernel f32, Kernel f64) {
  return type.isF32() ? f32 : type.isF64() ? f64 : nullptr;
}

static bool isHeldInteger(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  return integer && integer.getWidth() <= 64;
}
static Kernel forInteger(Type type, Kernel kernel) {
  return isHeldInteger(type) ? kernel : nullptr;
}

static Kernel getComparison(arith::CmpFOp op) {
  std::make_index_sequence<16> all;
  arith::CmpFPredicate predicate = op.getPredicate();
  return forFloat(op.getLhs().getType(),
                  getFloatComparison<float>(predicate, all),
                  getFloatComparison<double>(predicate, all));
}

static Kernel getSelect(arith::SelectOp op) {
  Type type = op.getType();
  return isHeldInteger(type) ? select<int64_t>
                             : forFloat(type, select<float>, select<double>);
}

static Kernel getConversion(Operation *op) {
  Type from = op->getOperand(0).getType(), to = op->getResult(0).getType();
  return TypeSwitch<Operation *, Kernel>(op)
      .Case<arith::SIToFPOp>([&](auto) {
        return forFloat(to, signedToFloat<float>, signedToFloat<double>);
      })
      .Case<arith::UIToFPOp>([&](auto) {
        return forFloat(to, unsignedToFloat<float>, unsignedToFloat<double>);
      })
      .Case<arith::FPToSIOp>([&](auto) {
        return forFloat(from, floatToSigned<float>, floatToSigned<double>);
      })
      .Case<arith::FPToUIOp>([&](auto) {
        return forFloat(from, floatToUnsigned<float>, floatToUnsigned<double>);
      })
      .Case<arith::ExtFOp>([&](auto) -> Kernel {
        return from.isF32() && to.isF64() ? convert<float, double> : nullptr;
      })
      .Case<arith::TruncFOp>([&](auto) -> Kernel {
        return from.isF64() && to.isF32() ? convert<double, float> : nullptr;
      })
      .Default(Kernel(nullptr));
}

Kernel reference::getScalarKernel(Operation *op) {
  Type type = op->getNumOperands() ? op->getOperand(0).getType() : Type();
  if (!type || op->getNumResults() != 1)
    return nullptr;
  return TypeSwitch<Operation *, Kernel>(op)
      .Case<arith::NegFOp, math::AbsFOp, math::AcosOp, math::AcoshOp,
            math::AsinOp, math::AsinhOp, math::AtanOp, math::AtanhOp,
            math::CbrtOp, math::CeilOp, math::CosOp, math::CoshOp, math::ErfOp,
            math::ExpOp, math::Exp2Op, math::ExpM1Op, math::FloorOp,
            math::LogOp, math::Log10Op, math::Log1pOp, math::Log2Op,
            math::RoundOp, math::RoundEvenOp, math::RsqrtOp, math::SinOp,
            math::SinhOp, math::SqrtOp, math::TanOp, math::TanhOp,
            math::TruncOp>([&](auto scalar) {
        using Fn = Scalar<decltype(scalar)>;
        return forFloat(type, unary<float, Fn>, unary<double, Fn>);
      })
      .Case<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
            arith::RemFOp, arith::MaximumFOp, arith::MinimumFOp,
            arith::MaxNumFOp, arith::MinNumFOp, math::Atan2Op, math::CopySignOp,
            math::PowFOp>([&](auto scalar) {
        using Fn = Scalar<decltype(scalar)>;
        return forFloat(type, binary<float, Fn>, binary<double, Fn>);
      })
      .Case<math::FmaOp>([&](auto) {
        return forFloat(type, fusedMultiplyAdd<float>,
                        fusedMultiplyAdd<double>);
      })
      .Case<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::AndIOp,
            arith::OrIOp, arith::XOrIOp, arith::MaxUIOp, arith::MinUIOp,
            arith::DivUIOp, arith::RemUIOp, arith::ShLIOp, arith::ShRUIOp>(
          [&](auto scalar) {
            return forInteger(type, unsignedBinary<Scalar<decltype(scalar)>>);
          })
      .Case<arith::MaxSIOp, arith::MinSIOp, arith::DivSIOp, arith::RemSIOp,
            arith::ShRSIOp>([&](auto scalar) {
        return forInteger(type, integerBinary<Scalar<decltype(scalar)>>);
      })
      .Case<arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp, math::AbsIOp,
            math::CountLeadingZerosOp, math::CountTrailingZerosOp,
            math::CtPopOp>([&](auto scalar) {
        return forInteger(type, integerUnary<Scalar<decltype(scalar)>>);
      })
      .Case<arith::CmpFOp>(getComparison)
      .Case<arith::CmpIOp>([&](arith::CmpIOp compare) {
        return forInteger(type,
                          getIntegerComparison(compare.getPredicate(),
                                               std::make_index_sequence<10>()));
      })
      .Case<arith::SelectOp>(getSelect)
      .Default(getConversion);
}
