//===- MakeStateful.cpp - Marks pairs of inputs and outputs as state ------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Dialect/Edge/State.h"
#include "edgecc/Passes/Passes.h"
#include "edgecc/Reference/Npy.h"

#include "llvm/ADT/TypeSwitch.h"

namespace edgecc {
#define GEN_PASS_DEF_MAKESTATEFUL
#include "edgecc/Passes/Passes.h.inc"
} // namespace edgecc

using namespace mlir;
using namespace edgecc;

/// The name in an argument's or result's attributes.
static StringRef getTensorName(DictionaryAttr attributes) {
  auto name = attributes ? attributes.getAs<StringAttr>("edge.name") : nullptr;
  return name ? name.getValue() : StringRef();
}

/// Names as ONNX has them, for messages.
template <typename Names> static std::string listNames(const Names &names) {
  std::string list;
  for (StringRef name : names)
    list += (list.empty() ? "'" : ", '") + name.str() + "'";
  return list.empty() ? "none" : list;
}

/// A value that is constant, with what follows from constants.
static std::optional<reference::Tensor> evaluate(Value value) {
  if (std::optional<reference::Tensor> tensor = edge::getConstantTensor(value))
    return tensor;
  auto op = value.getDefiningOp<edge::EvaluableOpInterface>();
  // Layouts of a constant are one or two operations; chains are no constants.
  if (!op || !isa<edge::TransposeOp, edge::ReshapeOp>(op))
    return std::nullopt;
  std::optional<reference::Tensor> operand = evaluate(op->getOperand(0));
  if (!operand)
    return std::nullopt;
  reference::Tensor result(cast<RankedTensorType>(value.getType()));
  if (failed(op.evaluate(*operand, result)))
    return std::nullopt;
  return result;
}

static bool isZero(const reference::Tensor &tensor) {
  return llvm::all_of(tensor.getRawData(), [](char byte) { return byte == 0; });
}

/// numpy makes float64 of everything; a state of floats is meant.
static reference::Tensor narrowDoubles(reference::Tensor tensor, Type wanted) {
  if (!tensor.getElementType().isF64() || !wanted.isF32())
    return tensor;
  reference::Tensor result(edge::withElementType(tensor.getType(), wanted));
  llvm::copy(tensor.getData<double>(), result.getData<float>().begin());
  return result;
}

namespace {
/// Carries out the requests of `--stateful` on one function.
class StateMaker {
public:
  explicit StateMaker(func::FuncOp func) : func(func) { readNames(); }

  LogicalResult make(StringRef request);
  /// Something has to come in and to go out.
  LogicalResult checkRest();

private:
  struct Pair {
    unsigned input, output;
    StringRef file; // may be empty
  };
  /// An initial state of an operator, and the result that is the final one.
  struct Carried {
    OpOperand *initial;
    Value final;
    StringRef inputName, outputName;
  };

  void readNames();
  InFlightDiagnostic error(StringRef request) {
    return func.emitError("--stateful ") << request << ": ";
  }
  std::optional<Pair> findPair(StringRef request);
  LogicalResult makePair(StringRef request, const Pair &pair);
  LogicalResult setInitial(StringRef request, const Pair &pair);
  LogicalResult makeNode(StringRef request, edge::RecurrentOpInterface op);
  LogicalResult checkNode(StringRef request, edge::RecurrentOpInterface op,
                          ArrayRef<Carried> carried);
  void addState(StringRef node, const Carried &carried,
                const reference::Tensor &initial);
  LogicalResult reportUnknown(StringRef request);
  void mark(unsigned input, unsigned output);

  func::FuncOp func;
  SmallVector<std::string> inputs, outputs;
  int64_t states = 0;
};
} // namespace

void StateMaker::readNames() {
  for (unsigned i = 0, e = func.getNumArguments(); i != e; ++i)
    inputs.push_back(getTensorName(func.getArgAttrDict(i)).str());
  for (unsigned i = 0, e = func.getNumResults(); i != e; ++i)
    outputs.push_back(getTensorName(func.getResultAttrDict(i)).str());
}

void StateMaker::mark(unsigned input, unsigned output) {
  auto attr =
      IntegerAttr::get(IntegerType::get(func.getContext(), 64), states++);
  func.setArgAttr(input, edge::kStateAttr, attr);
  func.setResultAttr(output, edge::kStateAttr, attr);
}

//===----------------------------------------------------------------------===//
// IN=OUT
//===----------------------------------------------------------------------===//

/// "IN=OUT" or "IN=OUT:FILE". Names may contain "=" and ":", so that every
/// place to split at is tried.
std::optional<StateMaker::Pair> StateMaker::findPair(StringRef request) {
  for (size_t at = request.find('='); at != StringRef::npos;
       at = request.find('=', at + 1)) {
    auto input = llvm::find(inputs, request.take_front(at));
    if (input == inputs.end())
      continue;
    StringRef rest = request.drop_front(at + 1);
    for (size_t end = rest.size(); end != StringRef::npos;
         end = rest.take_front(end).rfind(':')) {
      auto output = llvm::find(outputs, rest.take_front(end));
      if (output != outputs.end())
        return Pair{unsigned(input - inputs.begin()),
                    unsigned(output - outputs.begin()),
                    rest.drop_front(std::min(end + 1, rest.size()))};
    }
  }
  return std::nullopt;
}

LogicalResult StateMaker::setInitial(StringRef request, const Pair &pair) {
  auto type = cast<RankedTensorType>(func.getArgumentTypes()[pair.input]);
  llvm::Expected<reference::Tensor> read =
      reference::readNpy(pair.file, func.getContext());
  if (!read)
    return error(request) << llvm::toString(read.takeError());
  reference::Tensor tensor =
      narrowDoubles(std::move(*read), type.getElementType());
  if (tensor.getType() != type)
    return error(request) << "'" << inputs[pair.input] << "' has type " << type
                          << ", but '" << pair.file << "' holds "
                          << tensor.getType();
  if (!isZero(tensor))
    func.setArgAttr(pair.input, edge::kInitialAttr, tensor.toAttr());
  return success();
}

LogicalResult StateMaker::makePair(StringRef request, const Pair &pair) {
  if (func.getArgAttr(pair.input, edge::kStateAttr) ||
      func.getResultAttr(pair.output, edge::kStateAttr))
    return error(request) << "an input or output is in two pairs";
  Type before = func.getArgumentTypes()[pair.input];
  Type after = func.getResultTypes()[pair.output];
  if (before != after)
    return error(request) << "'" << inputs[pair.input] << "' has type "
                          << before << ", but '" << outputs[pair.output]
                          << "' has " << after;
  if (!pair.file.empty() && failed(setInitial(request, pair)))
    return failure();
  mark(pair.input, pair.output);
  return success();
}

//===----------------------------------------------------------------------===//
// NODE
//===----------------------------------------------------------------------===//

LogicalResult StateMaker::checkNode(StringRef request,
                                    edge::RecurrentOpInterface op,
                                    ArrayRef<Carried> carried) {
  if (op.getDirection() != edge::RecurrentDirection::Forward)
    return error(request) << "the operator goes through its sequence in "
                             "reverse, where a stream cannot be continued; "
                             "only forward ones keep their state";
  if (op.getSequenceLens())
    return error(request) << "the operator has sequence_lens; the frames of a "
                             "stream have no padding, so export the model "
                             "without it";
  for (const Carried &state : carried) {
    if (evaluate(state.initial->get()))
      continue;
    auto argument = dyn_cast<BlockArgument>(state.initial->get());
    if (argument && func.getArgAttr(argument.getArgNumber(), edge::kStateAttr))
      return error(request) << "its state is kept already";
    InFlightDiagnostic diag = error(request);
    diag << state.inputName << " of the operator is computed by the model, but "
         << "has to be constant or left out";
    if (argument)
      diag << "; it is the input '" << inputs[argument.getArgNumber()]
           << "', for which there is --stateful "
           << inputs[argument.getArgNumber()] << "=OUT";
    return diag;
  }
  return success();
}

/// Makes an initial state an argument and the final one a result.
void StateMaker::addState(StringRef node, const Carried &carried,
                          const reference::Tensor &initial) {
  Builder builder(func.getContext());
  unsigned input = func.getNumArguments(), output = func.getNumResults();
  auto named = [&](StringRef what) {
    return builder.getDictionaryAttr(builder.getNamedAttr(
        "edge.name", builder.getStringAttr(node + "/" + what)));
  };
  func.insertArgument(input, initial.getType(), named(carried.inputName),
                      func.getLoc());
  func.insertResult(output, carried.final.getType(), named(carried.outputName));
  carried.initial->set(func.getArgument(input));
  Operation *terminator = func.front().getTerminator();
  terminator->insertOperands(output, carried.final);
  if (!isZero(initial))
    func.setArgAttr(input, edge::kInitialAttr, initial.toAttr());
  mark(input, output);
}

LogicalResult StateMaker::makeNode(StringRef request,
                                   edge::RecurrentOpInterface op) {
  SmallVector<Carried> carried =
      llvm::TypeSwitch<Operation *, SmallVector<Carried>>(op)
          .Case<edge::RNNOp, edge::GRUOp>([](auto op) -> SmallVector<Carried> {
            return {{&op.getInitialHMutable(), op.getYH(), "initial_h", "Y_h"}};
          })
          .Case([](edge::LSTMOp op) -> SmallVector<Carried> {
            return {{&op.getInitialHMutable(), op.getYH(), "initial_h", "Y_h"},
                    {&op.getInitialCMutable(), op.getYC(), "initial_c", "Y_c"}};
          });
  if (failed(checkNode(request, op, carried)))
    return failure();
  for (const Carried &state : carried)
    addState(request, state, *evaluate(state.initial->get()));
  return success();
}

//===----------------------------------------------------------------------===//
// Requests
//===----------------------------------------------------------------------===//

LogicalResult StateMaker::reportUnknown(StringRef request) {
  if (!request.contains('=')) {
    SmallVector<std::string> nodes;
    func.walk([&](edge::RecurrentOpInterface op) {
      nodes.push_back(edge::getLayerName(op));
    });
    return error(request) << "the model has no recurrent operator '" << request
                          << "' (RNN, GRU, LSTM); those that it has are "
                          << listNames(nodes)
                          << ". An input and an output are given as IN=OUT";
  }
  auto [input, output] = request.split('=');
  if (!llvm::is_contained(inputs, input))
    return error(request) << "the model has no input '" << input
                          << "'; its inputs are " << listNames(inputs);
  return error(request) << "the model has no output '" << output
                        << "'; its outputs are " << listNames(outputs);
}

LogicalResult StateMaker::make(StringRef request) {
  if (std::optional<Pair> pair = findPair(request))
    return makePair(request, *pair);
  edge::RecurrentOpInterface found;
  func.walk([&](edge::RecurrentOpInterface op) {
    if (edge::getLayerName(op) == request)
      found = op;
  });
  return found ? makeNode(request, found) : reportUnknown(request);
}

LogicalResult StateMaker::checkRest() {
  if (states < func.getNumArguments() && states < func.getNumResults())
    return success();
  return func.emitError("--stateful: all inputs or all outputs would be "
                        "state; one of each has to be left");
}

namespace {
struct MakeStateful : edgecc::impl::MakeStatefulBase<MakeStateful> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal() || func.isPrivate())
      return;
    StateMaker maker(func);
    for (const std::string &request : pairs)
      if (failed(maker.make(request)))
        return signalPassFailure();
    if (!pairs.empty() && failed(maker.checkRest()))
      signalPassFailure();
  }
};
} // namespace
