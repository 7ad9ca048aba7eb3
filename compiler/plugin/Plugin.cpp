//===- Plugin.cpp - Passes from outside -----------------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "edgecc/Plugin/Plugin.h"

#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;

Error edgecc::loadPassPlugin(StringRef file) {
  // The loader would say "cannot open shared object file" for a plain name
  // that it looks for in the system's folders only.
  SmallString<128> path(file);
  if (std::error_code error = sys::fs::make_absolute(path))
    return createFileError(file, errorCodeToError(error));
  if (!sys::fs::exists(path))
    return createStringError("pass plugin '" + file + "' does not exist");
  Expected<mlir::PassPlugin> plugin = mlir::PassPlugin::load(path.str().str());
  if (!plugin)
    return createStringError("cannot load pass plugin '" + file +
                             "': " + toString(plugin.takeError()));
  plugin->registerPassRegistryCallbacks();
  return Error::success();
}
