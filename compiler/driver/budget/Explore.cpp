//===- Explore.cpp - What a model can be compiled to ----------------------===//
//
// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// --explore. The model is compiled in a number of ways, each measured as any
// compilation is; those that no other one is at least as good as in all
// respects are the Pareto set.
//
//===----------------------------------------------------------------------===//

#include "BudgetItems.h"
#include "MixKnapsack.h"
#include "Output.h"
#include "Stages.h"
#include "Trials.h"
#include "accuracy/Precisions.h"
#include "command/Diagnostics.h"

#include "edgecc/Budget/Pareto.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace edgecc;
using namespace edgecc::driver;
using namespace edgecc::quantization;
using namespace llvm;

namespace {

/// A way to compile, and what came of it.
struct Point {
  std::string label;
  TrialChoice choice;
  report::Report report;
  bool isBest = false;
};

class Exploration {
public:
  explicit Exploration(Session &session)
      : session(session), trials(session, "exploring: trial") {}

  Error run();

private:
  Error prepare();
  void addUniform();
  void addMixes(size_t count);
  void add(std::string label, PrecisionMix mix, bool optimizesSize = false,
           Coding coding = Coding::Auto);
  Error compileAll();
  Error compileLeastRam();
  void findBest();
  PrecisionMix getUniform(Precision precision) const;

  std::string getRepairs(const PrecisionMix &mix) const;
  std::string getOptions(const Point &point) const;
  json::Value toJson(const Point &point) const;
  json::Value toJson() const;
  std::string toCsv() const;
  Error write() const;
  void print(raw_ostream &os) const;

  Session &session;
  Trials trials;
  SmallVector<Layer> layers;
  PrecisionEffects effects;
  std::vector<Point> points;
};

} // namespace

//===----------------------------------------------------------------------===//
// Ways to compile
//===----------------------------------------------------------------------===//

void Exploration::add(std::string label, PrecisionMix mix, bool optimizesSize,
                      Coding coding) {
  for (const Point &point : points)
    if (point.choice.mix == mix &&
        point.choice.optimizesSize == optimizesSize &&
        point.choice.coding == coding)
      return;
  points.push_back({std::move(label),
                    {std::move(mix), {}, optimizesSize, coding},
                    {},
                    false});
}

/// The precision for every layer that can have it; int8, or what comes next,
/// for the others.
PrecisionMix Exploration::getUniform(Precision precision) const {
  PrecisionMix mix;
  for (const auto &known : effects)
    mix.push_back(known.count(precision)       ? precision
                  : known.count(Precision::S8) ? Precision::S8
                                               : known.begin()->first);
  return mix;
}

void Exploration::addUniform() {
  add("s8", getUniform(Precision::S8));
  add("s8w4", getUniform(Precision::S8W4));
  add("s8, smallest code", getUniform(Precision::S8), /*optimizesSize=*/true);
  add("s8w4, smallest code", getUniform(Precision::S8W4),
      /*optimizesSize=*/true);
  add("s16x8", getUniform(Precision::S16x8));
  add("f32", getUniform(Precision::F32));
  if (session.options.coding != Coding::None) {
    add("s8, smallest code, coded", getUniform(Precision::S8),
        /*optimizesSize=*/true, Coding::Entropy);
    add("s8w4, smallest code, coded", getUniform(Precision::S8W4),
        /*optimizesSize=*/true, Coding::Entropy);
  }
}

/// Mixes with the least noise for their weights, between four and eight bits.
void Exploration::addMixes(size_t count) {
  MixKnapsack knapsack;
  for (auto [layer, known] : zip_equal(layers, effects)) {
    knapsack.addLayer();
    for (auto [precision, decibels] : known)
      if (precision == Precision::S8 || precision == Precision::S8W4 ||
          known.size() == 1)
        knapsack.addOption(precision, decibels, layer.getWeightBytes(precision),
                           /*instructions=*/0);
  }
  auto [least, most] = knapsack.getWeightRange();
  for (size_t i = 1; i <= count; ++i) {
    double share = double(i) / double(count + 1);
    auto limit = int64_t(double(least) + share * double(most - least));
    if (auto mix = knapsack.solve({limit, MixKnapsack::kUnlimited}))
      add("s8 and s8w4, " + std::to_string(limit) + " bytes of weights",
          std::move(*mix));
  }
}

Error Exploration::prepare() {
  layers = collectLayers(getModelFunction(*session.calibrated));
  auto forced = getForcedPrecisions(session, layers);
  if (!forced)
    return forced.takeError();
  auto measured = measureEffects(session, layers, *forced);
  if (!measured)
    return measured.takeError();
  effects = std::move(*measured);
  return Error::success();
}

Error Exploration::compileAll() {
  for (Point &point : points) {
    Expected<const Trial *> trial = trials.run(point.choice);
    if (!trial)
      return trial.takeError();
    point.report = (*trial)->report;
  }
  return Error::success();
}

/// What the least RAM is shows a limit that cannot be met; with that as the
/// limit, it is a compilation like others.
Error Exploration::compileLeastRam() {
  Point point{"s8, least RAM", points.front().choice, {}, false};
  point.choice.limits.ram = 1;
  for (int step = 0; step != 2; ++step) {
    Expected<const Trial *> trial = trials.run(point.choice);
    if (!trial)
      return trial.takeError();
    point.report = (*trial)->report;
    point.choice.limits.ram = point.report.ram.getTotal();
  }
  if (point.report.ram.getTotal() < points.front().report.ram.getTotal())
    points.push_back(std::move(point));
  return Error::success();
}

void Exploration::findBest() {
  std::vector<std::vector<double>> costs;
  for (const Point &point : points) {
    costs.emplace_back();
    for (const BudgetItem &item : getBudgetItems())
      costs.back().push_back(item.getValue(point.report).value_or(0));
  }
  for (size_t index : budget::findParetoSet(costs))
    points[index].isBest = true;
}

//===----------------------------------------------------------------------===//
// What came of them
//===----------------------------------------------------------------------===//

static std::string quote(const std::string &text) { return "'" + text + "'"; }

/// The repairs that were best for a mix. A compilation by itself tries more of
/// them, and may find others.
std::string Exploration::getRepairs(const PrecisionMix &mix) const {
  auto known = session.repairs.find(mix);
  if (session.options.repairs || known == session.repairs.end())
    return "";
  return " --repair " +
         (known->second.empty()
              ? "none"
              : llvm::join(llvm::map_range(known->second, stringifyRepair),
                           ","));
}

/// What a command needs to compile to this point.
std::string Exploration::getOptions(const Point &point) const {
  std::string options = " --precision s8";
  for (auto [layer, precision] : zip_equal(layers, point.choice.mix))
    if (precision != Precision::S8)
      options += " --layer-precision " +
                 quote(layer.name + "=" + stringifyPrecision(precision).str());
  if (point.choice.mix == getUniform(Precision::F32) &&
      llvm::all_equal(point.choice.mix)) {
    options = " --precision f32";
    // Of which there are no integers at its inputs and outputs.
    if (session.options.quantizedIo)
      options += " --io float";
  } else {
    options += getRepairs(point.choice.mix);
  }
  if (point.choice.optimizesSize)
    options += " --optimize size";
  if (point.choice.coding == Coding::Entropy)
    options += " --coding entropy";
  if (point.choice.limits.ram)
    options += " --ram " + std::to_string(*point.choice.limits.ram);
  return options;
}

static json::Value orNull(std::optional<double> value) {
  return value ? json::Value(*value) : json::Value(nullptr);
}

json::Value Exploration::toJson(const Point &point) const {
  const report::Report &report = point.report;
  json::Object object{
      {"label", point.label},
      {"pareto", point.isBest},
      {"chosen", &point == &points.front()},
      {"command", session.options.exploreCommand + getOptions(point)}};
  object["ram"] = int64_t(report.ram.getTotal());
  object["flash"] = int64_t(report.flash.total.value_or(report.flash.weights));
  object["latency_ms"] = orNull(report.latency.milliseconds);
  object["instructions"] =
      report.latency.instructions
          ? json::Value(int64_t(*report.latency.instructions))
          : json::Value(nullptr);
  object["energy_uj"] = orNull(report.energy.microjoules);
  object["accuracy"] = report.accuracy
                           ? json::Value(report.accuracy->compiledValue)
                           : json::Value(nullptr);
  object["drop"] = report.accuracy ? json::Value(report.accuracy->drop)
                                   : json::Value(nullptr);
  return object;
}

json::Value Exploration::toJson() const {
  json::Array list;
  for (const Point &point : points)
    list.push_back(toJson(point));
  json::Object limits;
  for (const BudgetItem &item : getBudgetItems())
    if (auto limit = item.getLimit(session.options.budget))
      limits[StringRef(item.option).ltrim('-')] = *limit;
  const auto &accuracy = points.front().report.accuracy;
  return json::Object{
      {"model", session.options.model},
      {"target", session.target.name},
      {"metric", accuracy ? json::Value(accuracy->metric) : nullptr},
      {"float", accuracy ? json::Value(accuracy->floatValue) : nullptr},
      {"budget", std::move(limits)},
      {"points", std::move(list)}};
}

std::string Exploration::toCsv() const {
  std::string text = "label,pareto,ram,flash,latency_ms,instructions,energy_uj,"
                     "accuracy,drop,command\n";
  raw_string_ostream os(text);
  for (const Point &point : points) {
    json::Value value = toJson(point);
    const json::Object &fields = *value.getAsObject();
    auto quoted = [](StringRef field) {
      std::string result = "\"";
      for (char c : field)
        result += c == '"' ? "\"\"" : std::string(1, c);
      return result + "\"";
    };
    os << quoted(point.label) << "," << (point.isBest ? 1 : 0);
    for (StringRef name : {"ram", "flash", "latency_ms", "instructions",
                           "energy_uj", "accuracy", "drop"}) {
      os << ",";
      if (!fields.get(name)->getAsNull())
        os << *fields.get(name);
    }
    os << "," << quoted(*fields.getString("command")) << "\n";
  }
  return text;
}

Error Exploration::write() const {
  if (session.options.outputFolder.empty())
    return Error::success();
  json::Value value = toJson();
  std::string text;
  raw_string_ostream(text) << formatv("{0:2}", value) << "\n";
  std::vector<OutputFile> files;
  auto add = [&](const Twine &name, std::string contents) {
    SmallString<128> path(session.options.outputFolder);
    sys::path::append(path, name);
    files.push_back({path.str().str(), std::move(contents)});
  };
  add("explore.json", std::move(text));
  add("explore.csv", toCsv());
  add("explore.html", report::exploreToHtml(value));
  return writeFiles(files);
}

void Exploration::print(raw_ostream &os) const {
  os << session.options.model << " for " << session.target.name << ": "
     << points.size() << " ways to compile, "
     << llvm::count_if(points, [](const Point &p) { return p.isBest; })
     << " that none of the others beats (*)\n";
  for (const Point &point : points) {
    const report::Report &report = point.report;
    os << (point.isBest ? "  * " : "    ")
       << format("%-40s", point.label.c_str());
    for (const BudgetItem &item : getBudgetItems())
      if (std::optional<double> value = item.getValue(report);
          value && StringRef(item.option) != "--max-drop")
        os << "  " << StringRef(item.option).ltrim('-') << " "
           << item.format(item.roundUp(*value));
    if (report.accuracy)
      os << "  " << report.accuracy->metric << " "
         << format("%.2f", report.accuracy->compiledValue);
    os << "\n";
  }
  if (!session.options.outputFolder.empty())
    os << "  files     " << session.options.outputFolder
       << ": explore.html, explore.json, explore.csv\n";
}

Error Exploration::run() {
  if (Error error = prepare())
    return error;
  addUniform();
  size_t wanted = size_t(*session.options.explore);
  // One of them is that with the least RAM.
  if (wanted > points.size() + 1)
    addMixes(wanted - points.size() - 1);
  if (points.size() + 1 > wanted)
    points.resize(std::max<size_t>(wanted - 1, 1));
  if (Error error = compileAll())
    return error;
  if (wanted > 1)
    if (Error error = compileLeastRam())
      return error;
  findBest();
  print(outs());
  return write();
}

Error driver::explore(Session &session) {
  if (!session.calibrated)
    return createStringError("--explore: needs a float model and samples that "
                             "show which values occur; give some hundred with "
                             "--calib FILE.npy");
  return Exploration(session).run();
}
