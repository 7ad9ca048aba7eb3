//===- ProgramBuilder.h - Builds kern programs ------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_PASSES_LOWERING_PROGRAMBUILDER_H
#define EDGECC_PASSES_LOWERING_PROGRAMBUILDER_H

#include "edgecc/Backend/KernelRegistry.h"

#include "mlir/IR/IRMapping.h"

namespace edgecc::lowering {

/// The buffer that holds a tensor.
mlir::MemRefType getBufferType(mlir::Type tensorType);

/// Constants of the program, equal ones once, and the scalar functions of maps.
class ProgramSymbols {
public:
  ProgramSymbols(mlir::ModuleOp module, mlir::Operation *insertBefore)
      : symbols(module), builder(insertBefore) {}

  kern::DataOp getData(llvm::StringRef name, const reference::Tensor &tensor,
                       mlir::Location loc);

  /// A function with the body of `map`, made of arith and math.
  mlir::func::FuncOp getFunction(edge::MapOp map, llvm::StringRef name);

private:
  mlir::SymbolTable symbols;
  mlir::OpBuilder builder;
  llvm::DenseMap<mlir::Type, llvm::StringMap<kern::DataOp>> dataOps;
};

/// Builds the program: gives values their buffers and makes calls.
class ProgramBuilder : public KernelCallBuilder {
public:
  ProgramBuilder(mlir::func::FuncOp program, ProgramSymbols &symbols)
      : KernelCallBuilder(program.getContext()), program(program),
        symbols(symbols),
        builder(mlir::OpBuilder::atBlockEnd(&program.front())) {}

  /// Where calls and buffers are created.
  mlir::OpBuilder &getBuilder() { return builder; }

  void assign(mlir::Value value, mlir::Value buffer) {
    buffers.map(value, buffer);
  }

  void view(edge::ReshapeOp op);

  /// Makes the calls of `op`.
  llvm::LogicalResult lower(mlir::Operation *op, const Kernel &kernel);

  /// Makes the calls that `lower` begins, which are a part of `op`.
  llvm::LogicalResult
  lowerPart(mlir::Operation *op,
            llvm::function_ref<llvm::LogicalResult(KernelCallBuilder &)> lower);

  /// A place in the state, which takes `bytes` so far.
  mlir::Value createStateBuffer(mlir::Type tensorType, int64_t &bytes,
                                mlir::Location loc);

  /// What the state at an offset is at first.
  void setInitial(int64_t offset, const reference::Tensor &tensor,
                  mlir::Location loc);

  /// A copy of a value in the arena.
  mlir::Value save(mlir::Value value);

  /// The buffer of a value: assigned before, the packed form of a constant, or
  /// a new one in the arena.
  mlir::Value getBuffer(mlir::Value value);

  /// Copies a value that lives elsewhere into an output.
  void copy(mlir::Value value, mlir::Value output, mlir::Location loc);

  void copyBuffer(mlir::Value source, mlir::Value output, mlir::Location loc);

  /// A call without a layer of its own.
  kern::CallOp create(mlir::Location loc, llvm::StringRef kernel,
                      llvm::StringRef header, mlir::ArrayAttr args,
                      mlir::ValueRange inputs, mlir::ValueRange outputs,
                      mlir::ValueRange scratch);

  void finish();

  /// Whether a call computes the operation as its producer.
  bool isProduced(mlir::Operation *op) const { return produced.contains(op); }

  //===--- KernelCallBuilder ----------------------------------------------===//
  void begin(llvm::StringRef kernel, llvm::StringRef header) override;
  void addHeader(llvm::StringRef header) override;
  void allowInplace(unsigned index) override;
  void allowOverlap(unsigned index, int64_t distance) override;
  void allowBackwards(unsigned index, int64_t distance) override;
  void addProducer(mlir::Operation *producer) override;
  void setParts(int64_t parts) override;
  void setPrecision(llvm::StringRef precision) override;
  void addTemplateArg(mlir::Attribute attr) override;
  void addInput(mlir::Value value) override;
  void addOutput(mlir::Value value) override;
  void addScratch(int64_t bytes) override;
  void addData(llvm::StringRef purpose,
               const reference::Tensor &tensor) override;
  void addScalar(mlir::TypedAttr value) override;
  void setFunction(edge::MapOp map) override;

private:
  struct Call {
    std::string kernel, header;
    llvm::SmallVector<mlir::Attribute> templateArgs;
    llvm::SmallVector<mlir::Value> inputs, outputs, scratch;
    llvm::SmallVector<mlir::Attribute> scalars;
    llvm::SmallVector<int64_t> inplace, overlap, backwards;
    mlir::FlatSymbolRefAttr function;
    llvm::SmallVector<mlir::Operation *> producers;
    /// Empty: what the types say.
    llvm::StringRef precision;
    int64_t parts = 1;
  };

  mlir::Value getDataAddress(kern::DataOp data);

  /// A C identifier from the layer's name: "model/conv 1" for a filter gives
  /// "model_conv_1_filter".
  std::string getSymbolName(llvm::StringRef purpose);

  void emit(const Call &call);
  mlir::Location getLocation(llvm::ArrayRef<mlir::Operation *> computed);
  llvm::StringRef getPrecision();

  mlir::func::FuncOp program;
  ProgramSymbols &symbols;
  mlir::OpBuilder builder;
  mlir::IRMapping buffers;
  llvm::SmallVector<mlir::Attribute> initials;
  llvm::DenseMap<mlir::Operation *, mlir::Value> addresses;
  mlir::Operation *current = nullptr;
  std::vector<Call> calls;
  llvm::DenseSet<mlir::Operation *> produced;
};

} // namespace edgecc::lowering

#endif // EDGECC_PASSES_LOWERING_PROGRAMBUILDER_H
