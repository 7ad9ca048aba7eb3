//===- Publish.cpp - Put all files in their places ------------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"
#include "Output.h"
#include "Stages.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace llvm;

static std::string formatReport(const report::Report &report) {
  return formatv("{0:2}\n", report::toJson(report)).str();
}

/// Replaces "@KEY@" in a template.
static void substitute(std::string &text, StringRef key, StringRef value) {
  std::string marker = ("@" + key + "@").str();
  for (size_t at = 0; (at = text.find(marker, at)) != std::string::npos;
       at += value.size())
    text.replace(at, marker.size(), value.str());
}

/// A CMake project around the generated code.
static std::string makeCMakeLists(const Session &session) {
  static constexpr char kTemplate[] =
#include "GeneratedCMakeLists.inc"
      ;
  std::string text = kTemplate;
  substitute(text, "NAME", session.options.name);
  substitute(text, "TARGET", describeTargets(session));
  substitute(text, "FLAGS", join(session.target.compiler.flags, " "));
  substitute(text, "OPTIMIZATION", session.target.compiler.optimization);
  return text;
}

std::vector<OutputFile> driver::makeOutputFiles(const Session &session,
                                                StringRef folder) {
  std::vector<OutputFile> files;
  auto add = [&](const Twine &name, std::string contents) {
    SmallString<128> path(folder);
    sys::path::append(path, name);
    files.push_back({path.str().str(), std::move(contents)});
  };
  const std::string &name = session.options.name;
  add(name + ".h", session.code.header);
  add(name + ".cpp", session.code.source);
  add("CMakeLists.txt", makeCMakeLists(session));
  add("report.json", formatReport(session.report));
  add("report.html", report::toHtml(session.report));
  return files;
}

Error driver::publish(Session &session) {
  const Options &options = session.options;
  std::vector<OutputFile> files;
  if (!options.outputFolder.empty())
    files = makeOutputFiles(session, options.outputFolder);
  if (!options.reportFile.empty())
    files.push_back({options.reportFile, formatReport(session.report)});
  if (!options.tuneFile.empty())
    files.push_back({options.tuneFile, formatTuning(session.tunings.front())});
  return writeFiles(files);
}
