//===- TargetTest.cpp - Target descriptions -------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Target/Target.h"
#include "edgecc/Target/CostModel.h"
#include "edgecc/Target/Device.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace edgecc;
using llvm::Expected;
using llvm::StringRef;

namespace {

constexpr const char *kResources = EDGECC_TEST_RESOURCES;

constexpr StringRef kValid = R"({
  "name": "mine", "description": "A board", "kind": "cortex-m",
  "core": "cortex-m4", "features": ["dsp"],
  "compiler": {"command": "arm-none-eabi-g++", "flags": ["-mcpu=cortex-m4"],
               "package": "gcc-arm-none-eabi"},
  "emulator": {"command": "qemu-system-arm", "machine": "mps2-an386",
               "package": "qemu-system-arm"},
  "linker_script": "mps2-an386.ld",
  "device": {"clock_hz": 80000000, "ram": 65536}
})";

template <typename T> std::string messageOf(Expected<T> value) {
  EXPECT_FALSE(static_cast<bool>(value));
  return value ? "" : llvm::toString(value.takeError());
}

/// The valid text with `to` in place of `from`.
Expected<Target> parseChanged(StringRef from, StringRef to) {
  std::string text = kValid.str();
  size_t at = text.find(from.str());
  EXPECT_NE(at, std::string::npos) << from.str();
  text.replace(at, from.size(), to.str());
  return parseTarget(text, "mine.json", kResources);
}

/// What the parser says to that.
std::string changed(StringRef from, StringRef to) {
  return messageOf(parseChanged(from, to));
}

void expectContains(const std::string &text, StringRef part) {
  EXPECT_NE(text.find(part.str()), std::string::npos)
      << "'" << part.str() << "' is not in: " << text;
}

TEST(Target, ReadsEveryField) {
  Expected<Target> target = parseTarget(kValid, "mine.json", kResources);
  ASSERT_TRUE(static_cast<bool>(target)) << llvm::toString(target.takeError());
  EXPECT_EQ(target->name, "mine");
  EXPECT_EQ(target->kind, TargetKind::CortexM);
  EXPECT_TRUE(target->hasFeature("dsp"));
  EXPECT_FALSE(target->hasFeature("neon"));
  EXPECT_EQ(target->compiler.optimization, "-O3");
  ASSERT_TRUE(target->emulator.has_value());
  EXPECT_EQ(target->emulator->machine, "mps2-an386");
  EXPECT_EQ(target->linkerScript,
            std::string(kResources) + "/runtime/mps2-an386.ld");
  EXPECT_EQ(target->device.clockHz, 80000000u);
  EXPECT_FALSE(target->device.flash.has_value());
  EXPECT_EQ(target->bufferAlignment, 16u);
  Expected<Target> wide =
      parseChanged("\"core\"", "\"buffer_alignment\": 64, \"core\"");
  ASSERT_TRUE(static_cast<bool>(wide)) << llvm::toString(wide.takeError());
  EXPECT_EQ(wide->bufferAlignment, 64u);
}

TEST(Target, NamesWhatIsWrong) {
  expectContains(changed("\"name\": \"mine\", ", ""),
                 "mine.json: field 'name' is missing; needed: ");
  expectContains(changed("\"mine\"", "7"), "field 'name' must be a string");
  expectContains(changed("\"mine\"", "\"\""), "not empty");
  expectContains(changed("\"core\"", "\"Core\""), "field 'core' is missing");
  expectContains(changed("\"ram\"", "\"rom\""),
                 "field 'device.rom' is not known; known fields here: "
                 "active_power_mw, clock_hz, flash, ram");
  expectContains(changed("65536", "-1"), "'device.ram' must be a positive");
  expectContains(changed("65536", "1.5"), "'device.ram' must be a positive");
  for (const char *bytes : {"8", "48", "8192"})
    expectContains(
        changed("\"core\"",
                "\"buffer_alignment\": " + std::string(bytes) + ", \"core\""),
        "field 'buffer_alignment' is " + std::string(bytes) + "; needed: ");
  expectContains(changed("[\"dsp\"]", "\"dsp\""),
                 "'features' must be a list of strings");
  expectContains(changed("[\"dsp\"]", "[\"d p\"]"), "has the entry 'd p'");
  expectContains(changed("[\"dsp\"]", "[\"native\"]"), "only for kind host");
  expectContains(changed("\"cortex-m\"", "\"avr\""),
                 "field 'kind' is 'avr'; needed: one of host, cortex-m");
  expectContains(changed("-mcpu=cortex-m4", "-ffast-math"),
                 "must not contain -ffast-math");
  expectContains(changed("\"mps2-an386\",", "\"\","), "'emulator.machine'");
  expectContains(changed("mps2-an386.ld", "none.ld"), "names 'none.ld'");
  expectContains(changed("\"emulator\"", "\"emulators\""),
                 "field 'emulator' is missing");
  expectContains(changed("{\"clock_hz\": 80000000, \"ram\": 65536}", "3"),
                 "field 'device' must be an object");
}

TEST(Target, RefusesWhatIsNoDescription) {
  expectContains(messageOf(parseTarget("{", "x.json", kResources)),
                 "x.json: not valid JSON");
  expectContains(messageOf(parseTarget("[]", "x.json", kResources)),
                 "x.json: a target description is a JSON object");
  expectContains(messageOf(loadTarget("/nowhere/x.json", kResources)),
                 "cannot read the target description '/nowhere/x.json'");
  expectContains(messageOf(listTargets("/nowhere")), "EDGECC_RESOURCE_DIR");
}

TEST(Target, SuggestsTheNearestName) {
  std::string message = messageOf(loadTarget("cortexm4", kResources));
  expectContains(message, "unknown target 'cortexm4'; did you mean "
                          "'cortex-m4'?");
  expectContains(message, "generic, host, x86-avx2");
  EXPECT_EQ(messageOf(loadTarget("zzzzzzzzzz", kResources)).find("did you"),
            std::string::npos);
}

TEST(Target, LoadsAllOfTheProject) {
  Expected<std::vector<Target>> targets = listTargets(kResources);
  ASSERT_TRUE(static_cast<bool>(targets))
      << llvm::toString(targets.takeError());
  std::vector<std::string> names;
  for (const Target &target : *targets)
    names.push_back(target.name);
  EXPECT_TRUE(llvm::is_sorted(names));
  for (const char *name :
       {"generic", "host", "x86-avx2", "cortex-m4", "cortex-m7", "cortex-a53"})
    EXPECT_TRUE(llvm::is_contained(names, name)) << name;
}

TEST(Target, TellsWhatTheHostHas) {
  Expected<Target> host = loadTarget("host", kResources);
  ASSERT_TRUE(static_cast<bool>(host)) << llvm::toString(host.takeError());
  EXPECT_FALSE(host->hasFeature("native"));
  EXPECT_EQ(host->features, detectHostFeatures());
}

TEST(Target, FindsItsResources) {
  setenv("EDGECC_RESOURCE_DIR", "/somewhere", 1);
  EXPECT_EQ(findResourceDir("edgecc"), "/somewhere");
  unsetenv("EDGECC_RESOURCE_DIR");
  EXPECT_EQ(findResourceDir("edgecc"), kResources);
}

//===----------------------------------------------------------------------===//
// Devices and costs
//===----------------------------------------------------------------------===//

/// A resource folder of its own with one file in it.
class Resources : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(
        llvm::sys::fs::createUniqueDirectory("edgecc-resources", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  void write(StringRef name, StringRef text) {
    llvm::SmallString<256> file(folder);
    llvm::sys::path::append(file, name);
    llvm::sys::fs::create_directories(llvm::sys::path::parent_path(file));
    std::error_code code;
    llvm::raw_fd_ostream(file, code) << text;
    ASSERT_FALSE(code);
  }

  llvm::SmallString<128> folder;
};

TEST_F(Resources, PredictsByTheTermsOfAKernel) {
  write("costs/some-core.json",
        R"({"conv": {"macs": 0.5, "pixels": 10, "vectors": 2, "call": 7}})");
  Expected<std::optional<CostModel>> model =
      CostModel::load("some-core", folder);
  ASSERT_TRUE(static_cast<bool>(model));
  ASSERT_TRUE(model->has_value());
  // 4 pixels of 6 channels, windows of 20 taps: two fours of channels, two
  // sixteens of taps.
  CallShape shape;
  shape.macs = 480;
  shape.outputs = 24;
  shape.channels = 6;
  EXPECT_EQ((*model)->predict("conv", shape), 240 + 40 + 2 * 16 + 7);
  EXPECT_EQ((*model)->predict("conv_small", shape), 319u);
  EXPECT_EQ((*model)->predict("pool", shape), std::nullopt);
}

TEST_F(Resources, KnowsNoCostsOfATargetWithoutAFile) {
  Expected<std::optional<CostModel>> model = CostModel::load("other", folder);
  ASSERT_TRUE(static_cast<bool>(model));
  EXPECT_FALSE(model->has_value());
}

TEST_F(Resources, NamesACostFileThatIsNoCostFile) {
  write("costs/some-core.json", R"({"conv": {"macs": "many"}})");
  Expected<std::optional<CostModel>> model =
      CostModel::load("some-core", folder);
  expectContains(messageOf(std::move(model)), "some-core.json");
}

TEST_F(Resources, NamesADeviceWithoutItsMemory) {
  write("devices.json",
        R"({"board": {"target": "cortex-m4", "description": "x",
                      "clock_hz": 1000000, "flash": 1}})");
  Expected<Device> device = loadDevice("board", folder);
  expectContains(messageOf(std::move(device)), "board.ram");
}

TEST(Devices, HaveTargetsAndClocks) {
  Expected<std::map<std::string, Device>> devices = loadDevices(kResources);
  ASSERT_TRUE(static_cast<bool>(devices));
  EXPECT_GE(devices->size(), 12u);
  for (const auto &[name, device] : *devices) {
    Expected<Target> target = loadTarget(device.target, kResources);
    EXPECT_TRUE(static_cast<bool>(target)) << name;
    llvm::consumeError(target.takeError());
    EXPECT_GE(*device.limits.flash, *device.limits.ram / 8) << name;
    EXPECT_GE(*device.limits.clockHz, 1000000u) << name;
  }
}

} // namespace
