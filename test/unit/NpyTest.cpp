//===- NpyTest.cpp - NumPy files and samples ------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"

#include "edgecc/Reference/Npy.h"
#include "edgecc/Reference/Samples.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/raw_ostream.h"

using namespace edgecc;
using namespace edgecc::reference;
using namespace edgecc::testing;

namespace {
class NpyTest : public ReferenceTest {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("npy", "npy", path));
  }
  void TearDown() override { llvm::sys::fs::remove(path); }

  void write(StringRef header, StringRef data, char version = 1) {
    std::error_code error;
    llvm::raw_fd_ostream os(path, error);
    ASSERT_FALSE(error);
    os << "\x93NUMPY" << version << '\0' << char(header.size()) << '\0';
    if (version > 1)
      os << '\0' << '\0';
    os << header << data;
  }

  std::string readError() {
    auto tensor = readNpy(path, &context);
    return tensor ? "" : llvm::toString(tensor.takeError());
  }
  std::string sampleError(StringRef inputType) {
    auto samples = loadSamples(path, type(inputType), "input 'x'");
    return samples ? "" : llvm::toString(samples.takeError());
  }
  std::string labelError() {
    auto labels = loadLabels(path);
    return labels ? "" : llvm::toString(labels.takeError());
  }

  llvm::SmallString<64> path;
};

void expectContains(const std::string &text, StringRef part) {
  EXPECT_TRUE(StringRef(text).contains(part)) << "found: " << text;
}
} // namespace

TEST_F(NpyTest, WritesWhatItReads) {
  for (const char *element :
       {"f32", "f64", "i1", "i8", "ui8", "i16", "i32", "i64", "ui64"}) {
    Tensor written(type(std::string("2x3x") + element));
    for (auto [i, byte] : llvm::enumerate(written.getRawData()))
      byte = char(i % 2);
    ASSERT_FALSE(writeNpy(path, written));
    auto read = readNpy(path, &context);
    ASSERT_TRUE(bool(read)) << llvm::toString(read.takeError());
    EXPECT_EQ(read->getType(), written.getType());
    EXPECT_EQ(std::as_const(*read).getRawData(),
              std::as_const(written).getRawData());
  }
}

TEST_F(NpyTest, ReadsScalarsAndEmptyArrays) {
  ASSERT_FALSE(writeNpy(path, Tensor(type("f32"))));
  auto scalar = readNpy(path, &context);
  ASSERT_TRUE(bool(scalar));
  EXPECT_EQ(scalar->getRank(), 0);
  ASSERT_FALSE(writeNpy(path, Tensor(type("0x4xf32"))));
  auto empty = readNpy(path, &context);
  ASSERT_TRUE(bool(empty));
  EXPECT_EQ(empty->getNumElements(), 0);
}

TEST_F(NpyTest, ReadsAllVersions) {
  StringRef header = "{'descr': '|i1', 'fortran_order': False, 'shape': (2,)}";
  for (char version : {1, 2, 3}) {
    write(header, "ab", version);
    EXPECT_EQ(readError(), "");
  }
  write(header, "ab", 4);
  expectContains(readError(), "has .npy format 4");
}

TEST_F(NpyTest, ExplainsDamage) {
  StringRef header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
  write(header, "1234567");
  expectContains(readError(), "promises 8 bytes of data, it has 7");
  write("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1)}", "12345678");
  expectContains(readError(), "Fortran order");
  write("{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}", "12345678");
  expectContains(readError(), "elements of type '>f4'");
  write("{'descr': '<f4', 'shape': (2,)}", "12345678");
  expectContains(readError(), "damaged header");
  write("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", "12345678");
  expectContains(readError(), "damaged header");
  write("{'descr': '<f4', 'fortran_order': False, "
        "'shape': (4611686018427387904, 4)}",
        "");
  expectContains(readError(), "too many");
  write("", "");
  expectContains(readError(), "damaged header");
}

TEST_F(NpyTest, ExplainsWhatIsNoArray) {
  std::error_code error;
  llvm::raw_fd_ostream(path, error) << "a text file";
  expectContains(readError(), "is no .npy file");
  llvm::raw_fd_ostream(path, error) << "\x93NUMPY\x01";
  expectContains(readError(), "is no .npy file");
  llvm::raw_fd_ostream(path, error)
      << StringRef("\x93NUMPY\x01\0\xff\x7f{", 11);
  expectContains(readError(), "ends inside its header");
  auto missing = readNpy("/nonexistent.npy", &context);
  ASSERT_FALSE(bool(missing));
  expectContains(llvm::toString(missing.takeError()), "cannot be read");
}

TEST_F(NpyTest, SamplesMayLackTheLeadingOne) {
  ASSERT_FALSE(writeNpy(path, tensor<float>("2x3xf32", {1, 2, 3, 4, 5, 6})));
  auto samples = loadSamples(path, type("1x3xf32"), "input 'x'");
  ASSERT_TRUE(bool(samples)) << llvm::toString(samples.takeError());
  ASSERT_EQ(samples->size(), 2u);
  EXPECT_EQ((*samples)[1].getType(), type("1x3xf32"));
  EXPECT_EQ((*samples)[1].getData<float>()[0], 4.0f);
  ASSERT_FALSE(writeNpy(path, tensor<double>("2x1x1xf64", {1, 2})));
  samples = loadSamples(path, type("1x1xf32"), "input 'x'");
  ASSERT_TRUE(bool(samples)) << llvm::toString(samples.takeError());
  EXPECT_EQ((*samples)[1].getData<float>()[0], 2.0f);
}

TEST_F(NpyTest, ExplainsSamplesThatDoNotFit) {
  ASSERT_FALSE(writeNpy(path, Tensor(type("2x4xf32"))));
  expectContains(sampleError("1x3xf32"),
                 "holds 2x4 of f32, but samples of input 'x' are "
                 "1x3 of f32");
  expectContains(sampleError("1x4xi8"), "holds 2x4 of f32");
  ASSERT_FALSE(writeNpy(path, Tensor(type("2x3xui8"))));
  expectContains(sampleError("1x3xf32"),
                 "holds 2x3 of ui8, but samples of input 'x' are 1x3 of f32; "
                 "numpy's astype(numpy.float32)");
  ASSERT_FALSE(writeNpy(path, Tensor(type("0x3xf32"))));
  expectContains(sampleError("1x3xf32"), "holds no samples");
  ASSERT_FALSE(
      writeNpy(path, tensor<float>("2x2xf32", {1, 2, 3, std::nanf("")})));
  expectContains(sampleError("1x2xf32"),
                 "sample 1 has a NaN or infinity, at element 1");
  ASSERT_FALSE(writeNpy(path, Tensor(type("f32"))));
  expectContains(sampleError("1x2xf32"), "a scalar of f32");
}

TEST_F(NpyTest, LabelsAreWholeNumbers) {
  ASSERT_FALSE(writeNpy(path, tensor<int64_t>("3xi64", {4, 0, 9})));
  auto labels = loadLabels(path);
  ASSERT_TRUE(bool(labels));
  EXPECT_EQ(labels->values, (std::vector<int64_t>{4, 0, 9}));
  ASSERT_FALSE(writeNpy(path, tensor<float>("2x1xf32", {1, 0})));
  labels = loadLabels(path);
  ASSERT_TRUE(bool(labels));
  EXPECT_EQ(labels->values, (std::vector<int64_t>{1, 0}));
  ASSERT_FALSE(writeNpy(path, tensor<float>("2xf32", {1, 0.5})));
  expectContains(labelError(), "not whole numbers");
  ASSERT_FALSE(writeNpy(path, Tensor(type("0xi8"))));
  expectContains(labelError(), "no labels");
}

TEST_F(NpyTest, LabelsOfPlacesKeepTheirAxes) {
  ASSERT_FALSE(
      writeNpy(path, tensor<int8_t>("2x1x3x1xi8", {1, 2, 3, 4, 5, 6})));
  auto labels = loadLabels(path);
  ASSERT_TRUE(bool(labels));
  EXPECT_EQ(labels->shape, (llvm::SmallVector<int64_t>{3}));
  EXPECT_EQ(labels->getPlaces(), 3u);
  EXPECT_EQ(labels->getSamples(), 2u);
  EXPECT_EQ(labels->values, (std::vector<int64_t>{1, 2, 3, 4, 5, 6}));
}
