#include "edgecc/Dialect/Edge/Edge.h"
using namespace mlir;
using namespace edgecc;
using namespace edgecc::edge;
#define NONE(Op)                                                               \
  LogicalResult Op::evaluate(ArrayRef<reference::Tensor>,                      \
                             MutableArrayRef<reference::Tensor>) {             \
    return emitOpError("is not evaluated yet");                                \
  }
NONE(ConstantOp)
NONE(MapOp)
NONE(AddOp)
NONE(MulOp)
NONE(TableOp)
NONE(ConvOp)
NONE(FullyConnectedOp)
NONE(MatMulOp)
NONE(MaxPoolOp)
NONE(AvgPoolOp)
NONE(SoftmaxOp)
NONE(ReduceOp)
NONE(TransposeOp)
NONE(ReshapeOp)
NONE(PadOp)
NONE(ConcatOp)
NONE(SliceOp)
NONE(GatherOp)
NONE(QuantizeOp)
NONE(DequantizeOp)
NONE(RequantizeOp)
