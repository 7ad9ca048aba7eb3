//===- Driver.h - The edgecc command ----------------------------*- C++ -*-===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef EDGECC_DRIVER_DRIVER_H
#define EDGECC_DRIVER_DRIVER_H

namespace edgecc::driver {

/// What edgecc returns to the shell.
enum ExitStatus {
  Done = 0,          ///< compiled, or the information asked for was printed
  InputError = 1,    ///< the model, a data file or the command is wrong
  BudgetError = 2,   ///< the budget cannot be met
  InternalError = 3, ///< edgecc is wrong; a reproducer was written
};

/// Runs edgecc with the arguments of main().
int runDriver(int argc, char **argv);

} // namespace edgecc::driver

#endif // EDGECC_DRIVER_DRIVER_H
