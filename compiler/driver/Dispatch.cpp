//===- Dispatch.cpp - Several targets in one pair of files ----------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"

#include "edgecc/Backend/Dispatch.h"

#include "llvm/ADT/StringExtras.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

/// What runs on every x86 processor, and ends every list.
static constexpr StringLiteral kFallback = "generic";

static Error fail(const Twine &message) {
  return createStringError("--dispatch: " + message);
}

/// Fails if code cannot tell when it starts whether it may run a target's.
static Error checkTarget(const Target &target) {
  if (target.kind != TargetKind::Host)
    return fail("only x86 processors are asked what they can do when code "
                "starts; '" +
                target.name + "' is for another kind: compile for it alone");
  if (target.core == "native")
    return fail("'" + target.name +
                "' is whatever this machine has; name what the code is for, "
                "like --target x86-avx512 --dispatch x86-avx2");
  for (const std::string &feature : target.features)
    if (!canAskForFeature(feature))
      return fail("code cannot ask for the feature '" + feature +
                  "' of target '" + target.name + "' when it starts");
  return Error::success();
}

/// Fails if whatever runs `later` runs `earlier`, which is asked for first.
static Error checkOrder(const Target &earlier, const Target &later) {
  bool isHidden = all_of(earlier.features, [&](const std::string &feature) {
    return later.hasFeature(feature);
  });
  if (!isHidden)
    return Error::success();
  return fail("code for '" + later.name +
              "' would never run: processors that can run it take that for '" +
              earlier.name +
              "', which comes first; begin with the target that needs most");
}

Error driver::loadDispatch(Session &session) {
  const std::vector<std::string> &names = session.options.dispatch;
  if (names.empty())
    return Error::success();
  std::vector<Target> targets = {session.target};
  for (const std::string &name : names) {
    Expected<Target> target = loadTarget(name, session.resourceDir);
    if (!target)
      return fail(toString(target.takeError()));
    targets.push_back(std::move(*target));
  }
  if (!targets.back().features.empty()) {
    Expected<Target> target = loadTarget(kFallback, session.resourceDir);
    if (!target)
      return target.takeError();
    targets.push_back(std::move(*target));
  }
  for (size_t i = 0; i != targets.size(); ++i) {
    if (Error error = checkTarget(targets[i]))
      return error;
    for (size_t j = 0; j != i; ++j)
      if (Error error = checkOrder(targets[j], targets[i]))
        return error;
  }
  // One compilation for all, with the flags of the least of them; the first
  // that is taken into account is a matter of a macro.
  for (auto [index, target] : enumerate(targets)) {
    target.compiler.command = session.target.compiler.command;
    target.compiler.flags = targets.back().compiler.flags;
    target.compiler.optimization = session.target.compiler.optimization;
  }
  session.target = targets.front();
  session.dispatch = std::move(targets);
  return Error::success();
}

std::vector<mlir::ModuleOp> driver::getPrograms(const Session &session) {
  std::vector<mlir::ModuleOp> programs = {session.kern.get()};
  for (const mlir::OwningOpRef<mlir::ModuleOp> &kern : session.fallbacks)
    programs.push_back(kern.get());
  return programs;
}

std::vector<CodeVariant> driver::getVariants(const Session &session) {
  std::vector<CodeVariant> variants;
  for (auto [target, kern] : zip_equal(session.dispatch, getPrograms(session)))
    variants.push_back({target.name, target.features, kern});
  return variants;
}

std::string driver::describeTargets(const Session &session) {
  if (session.dispatch.empty())
    return session.target.name;
  return join(map_range(session.dispatch,
                        [](const Target &target) { return target.name; }),
              ", ");
}

Target driver::getVariantTarget(const Session &session, size_t index) {
  Target target = session.dispatch[index];
  target.compiler.optimization = session.target.compiler.optimization;
  target.compiler.flags.push_back("-DEDGECC_DISPATCH_FROM=" +
                                  std::to_string(index));
  return target;
}
