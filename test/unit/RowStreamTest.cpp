//===- RowStreamTest.cpp - Networks computed row by row -------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Random int8 networks of which everything that can be is computed row by row:
// the generated code gives the interpreter's bits.
//
//===----------------------------------------------------------------------===//

#include "EmitTesting.h"

#include "edgecc/Passes/Passes.h"
#include "edgecc/Passes/RowSchedule.h"

#include "mlir/IR/Verifier.h"

#include <random>

using namespace mlir;
using namespace edgecc;
using reference::Tensor;

namespace {

class RowStreamTest : public edgecc::testing::GeneratedCodeTest,
                      public ::testing::WithParamInterface<int> {
protected:
  int64_t pick(int64_t lo, int64_t hi) {
    return std::uniform_int_distribution<int64_t>(lo, hi)(random);
  }

  Tensor makeRandom(RankedTensorType type, int lo, int hi) {
    Tensor tensor(type);
    if (edge::getStorageType(type.getElementType()).isInteger(32))
      for (int32_t &x : tensor.getData<int32_t>())
        x = int32_t(pick(-1000, 1000));
    else
      for (int8_t &x : tensor.getData<int8_t>())
        x = int8_t(pick(lo, hi));
    return tensor;
  }

  Value makeConstant(OpBuilder &b, RankedTensorType type) {
    Tensor tensor = makeRandom(type, -20, 20);
    return b.create<edge::ConstantOp>(b.getUnknownLoc(), type, tensor.toAttr());
  }

  Type quantized(OpBuilder &b, double scale, int64_t zero) {
    return quant::UniformQuantizedType::get(quant::QuantizationFlags::Signed,
                                            b.getIntegerType(8), b.getF32Type(),
                                            scale, zero, -128, 127);
  }

  static ArrayRef<int64_t> shapeOf(Value value) {
    return cast<RankedTensorType>(value.getType()).getShape();
  }

  Value makeConv(OpBuilder &b, Value x, bool isDepthwise) {
    ArrayRef<int64_t> in = shapeOf(x);
    int64_t kh = std::min(pick(1, 4), in[1]), kw = std::min(pick(1, 3), in[2]);
    int64_t sh = pick(1, 2), sw = pick(1, 2);
    int64_t outputs = isDepthwise ? in[3] : pick(1, 9);
    SmallVector<int64_t> pads{pick(0, kh - 1), pick(0, kw - 1), pick(0, kh - 1),
                              pick(0, kw - 1)};
    Type f32 = b.getF32Type();
    SmallVector<double> scales(outputs, 0.01), biasScales(outputs, 0.0005);
    SmallVector<int64_t> zeros(outputs, 0);
    auto perAxis = [&](unsigned bits, ArrayRef<double> s, int64_t lo,
                       int64_t hi) {
      return quant::UniformQuantizedPerAxisType::get(
          quant::QuantizationFlags::Signed, b.getIntegerType(bits), f32, s,
          zeros, 0, lo, hi);
    };
    int64_t depth = isDepthwise ? 1 : in[3];
    Value filter =
        makeConstant(b, RankedTensorType::get({outputs, kh, kw, depth},
                                              perAxis(8, scales, -127, 127)));
    Value bias = makeConstant(
        b, RankedTensorType::get(
               {outputs}, perAxis(32, biasScales, INT32_MIN, INT32_MAX)));
    SmallVector<int64_t> shape{1, (in[1] + pads[0] + pads[2] - kh) / sh + 1,
                               (in[2] + pads[1] + pads[3] - kw) / sw + 1,
                               outputs};
    auto type = RankedTensorType::get(shape, quantized(b, 0.1, pick(-40, 40)));
    return b.create<edge::ConvOp>(
        b.getUnknownLoc(), type, x, filter, bias, ArrayRef<int64_t>{sh, sw},
        pads, ArrayRef<int64_t>{1, 1}, isDepthwise ? in[3] : 1, FloatAttr(),
        FloatAttr());
  }

  Value makeMaxPool(OpBuilder &b, Value x) {
    ArrayRef<int64_t> in = shapeOf(x);
    int64_t kh = std::min<int64_t>(pick(2, 3), in[1]), top = pick(0, kh - 1);
    SmallVector<int64_t> shape{1, (in[1] + top - kh) / 2 + 1, in[2], in[3]};
    auto type = RankedTensorType::get(shape, getElementTypeOrSelf(x));
    return b.create<edge::MaxPoolOp>(
        b.getUnknownLoc(), type, x, ArrayRef<int64_t>{kh, 1},
        ArrayRef<int64_t>{2, 1}, ArrayRef<int64_t>{top, 0, 0, 0},
        ArrayRef<int64_t>{1, 1}, false);
  }

  Value makeAdd(OpBuilder &b, Value x, Value y) {
    auto type = RankedTensorType::get(shapeOf(x), quantized(b, 0.2, -7));
    return b.create<edge::AddOp>(b.getUnknownLoc(), type, x, y, FloatAttr(),
                                 FloatAttr());
  }

  Value makeMean(OpBuilder &b, Value x) {
    ArrayRef<int64_t> in = shapeOf(x);
    auto type = RankedTensorType::get({1, 1, 1, in[3]}, quantized(b, 0.08, 5));
    return b.create<edge::AvgPoolOp>(
        b.getUnknownLoc(), type, x, ArrayRef<int64_t>{in[1], in[2]},
        ArrayRef<int64_t>{1, 1}, ArrayRef<int64_t>{0, 0, 0, 0},
        ArrayRef<int64_t>{1, 1}, false, false, FloatAttr(), FloatAttr());
  }

  /// Layers one after the other, with sums of what has the same shape, and
  /// sometimes a mean at the end.
  OwningOpRef<ModuleOp> makeNetwork() {
    OpBuilder b(&context);
    OwningOpRef<ModuleOp> module = ModuleOp::create(b.getUnknownLoc());
    b.setInsertionPointToEnd(module->getBody());
    auto input = RankedTensorType::get({1, pick(5, 14), pick(3, 8), pick(1, 5)},
                                       quantized(b, 0.05, 3));
    auto main = b.create<func::FuncOp>(b.getUnknownLoc(), "main",
                                       b.getFunctionType({input}, {}));
    b.setInsertionPointToEnd(main.addEntryBlock());
    SmallVector<Value> values{main.getArgument(0)};
    for (int64_t i = 0, e = pick(3, 7); i != e; ++i)
      values.push_back(makeLayer(b, values));
    Value last = values.back();
    if (pick(0, 2) == 0)
      last = makeMean(b, last);
    b.create<func::ReturnOp>(b.getUnknownLoc(), last);
    main.setType(b.getFunctionType({input}, {last.getType()}));
    main.setArgAttr(0, "edge.name", b.getStringAttr("x"));
    main.setResultAttr(0, "edge.name", b.getStringAttr("y"));
    return module;
  }

  Value makeLayer(OpBuilder &b, ArrayRef<Value> values) {
    Value x = values.back();
    for (Value other : values.drop_back())
      if (shapeOf(other) == shapeOf(x) && pick(0, 1) == 0)
        return makeAdd(b, x, other);
    switch (pick(0, 3)) {
    case 0:
      return makeMaxPool(b, x);
    case 1:
      return makeConv(b, x, /*isDepthwise=*/true);
    default:
      return makeConv(b, x, /*isDepthwise=*/false);
    }
  }

  std::mt19937 random;
};

TEST_P(RowStreamTest, MatchesInterpreter) {
  random.seed(unsigned(GetParam()));
  OwningOpRef<ModuleOp> module = makeNetwork();
  ASSERT_TRUE(succeeded(verify(*module)));
  auto main = module->lookupSymbol<func::FuncOp>("main");
  auto ops = llvm::make_filter_range(main.front(), [](Operation &op) {
    return isa<edge::RowwiseOpInterface>(op);
  });
  // Everything at once, if that is possible, else what the pass finds.
  std::string reason;
  SmallVector<Operation *> all;
  for (Operation &op : ops)
    all.push_back(&op);
  Builder b(&context);
  if (RowSchedule::create(all, reason)) {
    for (Operation *op : all)
      op->setAttr(edge::kStreamAttr, b.getI64IntegerAttr(0));
  } else {
    PassManager passes(&context);
    passes.addNestedPass<func::FuncOp>(createStreamRows({/*arena=*/1}));
    ASSERT_TRUE(succeeded(passes.run(*module)));
  }
  int64_t streamed = llvm::count_if(main.front(), [](Operation &op) {
    return op.hasAttr(edge::kStreamAttr);
  });
  RecordProperty("streamed", int(streamed));
  matchesInterpreter(
      *module,
      {makeRandom(cast<RankedTensorType>(main.getArgument(0).getType()), -128,
                  127)});
}

INSTANTIATE_TEST_SUITE_P(Networks, RowStreamTest, ::testing::Range(0, 12));

} // namespace
