//===- ExecuteTest.cpp - Build, run and measure models by hand ------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Execute/Execute.h"

#include "llvm/Support/FileSystem.h"

#include <gtest/gtest.h>

#include <cstring>

using namespace edgecc;
using namespace edgecc::execute;
using llvm::Expected;
using llvm::StringRef;

namespace {

constexpr const char *kResources = EDGECC_TEST_RESOURCES;
constexpr const char *kInputs = EDGECC_TEST_INPUTS;

void expectContains(const std::string &text, StringRef part) {
  EXPECT_NE(text.find(part.str()), std::string::npos)
      << "'" << part.str() << "' is not in: " << text;
}

template <typename T> std::string messageOf(Expected<T> value) {
  EXPECT_FALSE(static_cast<bool>(value));
  return value ? "" : llvm::toString(value.takeError());
}

Expected<Executable> buildModel(StringRef model, StringRef targetName,
                                const BuildOptions &options = {}) {
  Expected<Target> target = loadTarget(targetName, kResources);
  if (!target)
    return target.takeError();
  return build(kInputs, model, *target, options);
}

Expected<std::vector<Bytes>> runModel(StringRef model, StringRef target,
                                      llvm::ArrayRef<Bytes> samples,
                                      const BuildOptions &options = {}) {
  Expected<Executable> executable = buildModel(model, target, options);
  if (!executable)
    return executable.takeError();
  return executable->run(samples);
}

Bytes doublerTensors(std::initializer_list<int8_t> small,
                     std::initializer_list<float> real) {
  Bytes bytes(small.size() + 4 * real.size());
  std::memcpy(bytes.data(), small.begin(), small.size());
  std::memcpy(bytes.data() + small.size(), real.begin(), 4 * real.size());
  return bytes;
}

//===----------------------------------------------------------------------===//
// On every target
//===----------------------------------------------------------------------===//

class OnTarget : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    Expected<Target> target = loadTarget(GetParam(), kResources);
    ASSERT_TRUE(static_cast<bool>(target))
        << llvm::toString(target.takeError());
    if (llvm::Error error = checkTools(*target))
      GTEST_SKIP() << llvm::toString(std::move(error));
  }
};

TEST_P(OnTarget, ComputesAllSamples) {
  BuildOptions options;
  options.strictWarnings = true;
  Expected<std::vector<Bytes>> outputs =
      runModel("doubler", GetParam(),
               {doublerTensors({1, -2, 3, 100, -100}, {0.5f, -1.25f, 3e9f}),
                doublerTensors({0, 0, 0, 0, 127}, {0.f, -0.f, 1e-3f})},
               options);
  ASSERT_TRUE(static_cast<bool>(outputs))
      << llvm::toString(outputs.takeError());
  ASSERT_EQ(outputs->size(), 2u);
  EXPECT_EQ((*outputs)[0],
            doublerTensors({2, -4, 6, 127, -128}, {1.f, -2.5f, 6e9f}));
  EXPECT_EQ((*outputs)[1],
            doublerTensors({0, 0, 0, 0, 127}, {0.f, -0.f, 2e-3f}));
}

TEST_P(OnTarget, KeepsTheStateBetweenSamples) {
  Expected<std::vector<Bytes>> outputs =
      runModel("accumulator", GetParam(), {{1}, {10}, {100}});
  ASSERT_TRUE(static_cast<bool>(outputs))
      << llvm::toString(outputs.takeError());
  EXPECT_EQ(*outputs, (std::vector<Bytes>{{1}, {11}, {111}}));
}

TEST_P(OnTarget, PoisonsTheArena) {
  Expected<std::vector<Bytes>> outputs =
      runModel("unwritten", GetParam(), {{0}, {0}});
  ASSERT_TRUE(static_cast<bool>(outputs))
      << llvm::toString(outputs.takeError());
  EXPECT_EQ(*outputs, (std::vector<Bytes>{{0xA5}, {0xA5}}));
}

TEST_P(OnTarget, HasRoomForLargeArenas) {
  Expected<std::vector<Bytes>> outputs = runModel("roomy", GetParam(), {{41}});
  ASSERT_TRUE(static_cast<bool>(outputs))
      << llvm::toString(outputs.takeError());
  EXPECT_EQ(*outputs, (std::vector<Bytes>{{42}}));
}

TEST_P(OnTarget, FindsWritesBehindTheContext) {
  expectContains(messageOf(runModel("overrun", GetParam(), {{1}})),
                 "the model wrote outside its Context");
}

TEST_P(OnTarget, ReportsCrashes) {
  Expected<Executable> executable = buildModel("trapping", GetParam());
  ASSERT_TRUE(static_cast<bool>(executable))
      << llvm::toString(executable.takeError());
  std::string message = messageOf(executable->run({{1}}));
  expectContains(message, "running 'trapping' on target");
  EXPECT_TRUE(StringRef(message).contains("crashed") ||
              StringRef(message).contains("fault"))
      << message;
  Expected<std::vector<Bytes>> others = executable->run({{2}});
  EXPECT_TRUE(static_cast<bool>(others)) << llvm::toString(others.takeError());
}

/// The same code on inputs 1 and 3 differs by exactly the instructions of the
/// loop: 3 for each of 2000 rounds.
TEST_P(OnTarget, CountsInstructionsExactly) {
  Expected<Executable> executable = buildModel("looping", GetParam());
  ASSERT_TRUE(static_cast<bool>(executable))
      << llvm::toString(executable.takeError());
  Expected<Measurement> one = executable->measure({1});
  Expected<Measurement> three = executable->measure({3});
  Expected<Measurement> again = executable->measure({3});
  ASSERT_TRUE(one && three && again);
  if (one->source != "qemu-plugin") {
    EXPECT_TRUE(one->source == "clock" || one->source == "perf_event");
    EXPECT_GT(*three->nanoseconds, *one->nanoseconds);
    GTEST_SKIP() << "measured by " << one->source;
  }
  EXPECT_EQ(*three->instructions - *one->instructions, 6000u);
  EXPECT_EQ(*again->instructions, *three->instructions);
  EXPECT_GT(*one->instructions, 3000u);
  EXPECT_LT(*one->instructions, 3050u);
}

TEST_P(OnTarget, SplitsTheCount) {
  Expected<Executable> executable = buildModel("looping", GetParam());
  ASSERT_TRUE(static_cast<bool>(executable))
      << llvm::toString(executable.takeError());
  Expected<Measurement> measurement = executable->measure({1});
  ASSERT_TRUE(static_cast<bool>(measurement))
      << llvm::toString(measurement.takeError());
  ASSERT_TRUE(measurement->stackBytes.has_value());
  EXPECT_GE(*measurement->stackBytes, 4096u);
  EXPECT_LT(*measurement->stackBytes, 4096u + 256u);
  if (measurement->source != "qemu-plugin")
    return;
  uint64_t inFunctions = 0, inClasses = 0;
  for (const auto &[name, count] : measurement->functions)
    inFunctions += count;
  EXPECT_EQ(inFunctions, *measurement->instructions);
  if (measurement->classes.empty())
    return;
  for (const auto &[name, count] : measurement->classes)
    inClasses += name == "multiple_words" ? 0 : count;
  EXPECT_EQ(inClasses, *measurement->instructions);
  EXPECT_GE(measurement->classes["branch"], 1000u);
  EXPECT_LT(measurement->classes["branch"], 1010u);
}

TEST_P(OnTarget, MeasuresFlash) {
  Expected<Executable> executable = buildModel("doubler", GetParam());
  ASSERT_TRUE(static_cast<bool>(executable))
      << llvm::toString(executable.takeError());
  Expected<Measurement> measurement =
      executable->measure(doublerTensors({1, 2, 3, 4, 5}, {1, 2, 3}));
  ASSERT_TRUE(static_cast<bool>(measurement))
      << llvm::toString(measurement.takeError());
  const Flash &flash = measurement->flash;
  EXPECT_EQ(flash.weights, 16u);
  EXPECT_EQ(flash.total, flash.weights + flash.code);
  EXPECT_GT(flash.code, 64u);
  EXPECT_LT(flash.code, 4096u);
}

std::string testName(const testing::TestParamInfo<const char *> &info) {
  std::string name = info.param;
  for (char &c : name)
    c = c == '-' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Quick, OnTarget,
                         testing::Values("generic", "cortex-m4", "cortex-a53"),
                         testName);
INSTANTIATE_TEST_SUITE_P(Thorough, OnTarget,
                         testing::Values("host", "x86-avx2", "x86-avx512",
                                         "cortex-m0plus", "cortex-m7",
                                         "cortex-m33", "cortex-m55",
                                         "cortex-a7", "cortex-a72",
                                         "cortex-a76"),
                         testName);

//===----------------------------------------------------------------------===//
// What can go wrong, independent of the target
//===----------------------------------------------------------------------===//

TEST(Execute, CarriesWhatTheCompilerSays) {
  BuildOptions strict;
  strict.strictWarnings = true;
  std::string message = messageOf(buildModel("warning", "generic", strict));
  expectContains(message, "compiling 'warning.cpp' for target 'generic'");
  expectContains(message, "-Werror=conversion");
  EXPECT_TRUE(static_cast<bool>(buildModel("warning", "generic")));
  expectContains(messageOf(buildModel("absent", "generic")), "absent.cpp");
}

TEST(Execute, EndsProgramsThatDoNot) {
  BuildOptions options;
  options.runTimeoutSeconds = 1;
  for (const char *target : {"generic", "cortex-m4"})
    expectContains(messageOf(runModel("endless", target, {{1}}, options)),
                   "did not end within 1 s");
}

TEST(Execute, ChecksTheSizeOfSamples) {
  Expected<Executable> executable = buildModel("doubler", "generic");
  ASSERT_TRUE(static_cast<bool>(executable))
      << llvm::toString(executable.takeError());
  expectContains(messageOf(executable->run({Bytes(16)})),
                 "do not have the size of the model's inputs (17 bytes)");
  expectContains(messageOf(executable->run({Bytes(17), Bytes(34)})),
                 "the samples differ in size");
  Expected<std::vector<Bytes>> none = executable->run({});
  ASSERT_TRUE(static_cast<bool>(none));
  EXPECT_TRUE(none->empty());
}

TEST(Execute, SaysThatAModelIsTooLargeForTheBoard) {
  expectContains(messageOf(buildModel("oversized", "cortex-m4")),
                 "too large for the board");
}

TEST(Execute, SaysWhatToInstall) {
  Expected<Target> target = loadTarget("cortex-m4", kResources);
  ASSERT_TRUE(static_cast<bool>(target));
  target->emulator->command = "no-such-emulator";
  expectContains(messageOf(build(kInputs, "doubler", *target)),
                 "needs the emulator 'no-such-emulator', which is not "
                 "installed; on Debian: apt-get install qemu-system-arm");
  target->compiler.command = "no-such-compiler";
  expectContains(messageOf(build(kInputs, "doubler", *target)),
                 "needs the compiler 'no-such-compiler'");
}

TEST(Execute, RemovesItsFolder) {
  std::string folder;
  {
    Expected<Executable> executable = buildModel("doubler", "generic");
    ASSERT_TRUE(static_cast<bool>(executable));
    folder = executable->getFolder().str();
    EXPECT_TRUE(llvm::sys::fs::exists(folder));
  }
  EXPECT_FALSE(llvm::sys::fs::exists(folder));
}

} // namespace
