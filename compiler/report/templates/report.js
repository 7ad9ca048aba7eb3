// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shows the contents of report.json, which the page carries. Names reach the page as text, never as markup.
"use strict";

const report = JSON.parse(document.getElementById("report").textContent);

// ---------------------------------------------------------------------------------------------------------------------
// Small helpers

const byId = (id) => document.getElementById(id);
const known = (value) => value !== null && value !== undefined;
const count = (value) => known(value) ? Math.round(value).toLocaleString("en-US") : "–";
const decimal = (value, digits = 2) => known(value) ? value.toFixed(digits) : "–";
const largest = (values) => values.reduce((a, b) => Math.max(a, b), 0);
/// Without noise the ratio is 200 dB by definition.
const decibels = (value) => !known(value) ? "–" : value >= 200 ? "exact" : `${value.toFixed(1)} dB`;
const PRECISIONS = ["s8w4", "s8", "s16x8", "f32"];
const color = (precision) => `var(--${PRECISIONS.includes(precision) ? precision : "other"})`;

function size(bytes) {
  if (!known(bytes)) return "–";
  return bytes < 10240 ? `${count(bytes)} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}

function element(name, attributes = {}, ...children) {
  const result = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) result.setAttribute(key, value);
  result.append(...children);
  return result;
}

function shape(name, attributes = {}, text = "") {
  const result = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) result.setAttribute(key, value);
  if (text) result.textContent = text;
  return result;
}

function hint(target, text) {
  target.append(shape("title", {}, text));
  return target;
}

function picture(id, width, height, label) {
  const svg = shape("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label});
  byId(id).append(svg);
  return svg;
}

function shorten(text, length) {
  return text.length <= length ? text : `…${text.slice(text.length - length + 1)}`;
}

/// Round numbers from zero to `most`, about `wanted` of them.
function ticks(most, wanted = 5) {
  if (most <= 0) return [0];
  const power = 10 ** Math.floor(Math.log10(most / wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => most / each <= wanted);
  return Array.from({length: Math.floor(most / step) + 1}, (unused, index) => index * step);
}

/// A layer's name, with its kernel where conversions bear the same one.
function nameOf(layer) {
  const same = report.layers.filter((other) => other.name === layer.name).length;
  return same > 1 ? `${layer.name} · ${layer.kernel}` : layer.name;
}

function show(section) { byId(section).hidden = false; }

function tag(precision) {
  return element("span", {class: "tag", style: `background:${color(precision)}`}, precision);
}

/// `columns`: [heading, function of a row to text or node, CSS class].
function table(id, columns, rows) {
  const head = element("tr", {}, ...columns.map(([name, , kind]) => element("th", {class: kind ?? ""}, name)));
  const body = rows.map((row) =>
      element("tr", {}, ...columns.map(([, cell, kind]) => element("td", {class: kind ?? ""}, cell(row) ?? "–"))));
  byId(id).append(element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)));
}

function legend(id, precisions) {
  const items = precisions.map((each) =>
      element("span", {}, element("i", {style: `background:${color(each)}`}), each || "other"));
  byId(id).append(element("div", {class: "legend"}, ...items));
}

// ---------------------------------------------------------------------------------------------------------------------
// Figures

function meter(value, limit) {
  const part = Math.min(100, 100 * value / limit);
  return element("div", {class: "meter"}, element("i", {style: `width:${part}%`, class: value > limit ? "over" : ""}));
}

function card(title, value, lines, used, limit) {
  const box = element("div", {class: "card"}, element("h3", {}, title), element("strong", {}, value));
  if (known(limit) && known(used) && limit > 0) box.append(meter(used, limit));
  box.append(...lines.filter(Boolean).map((line) => element("p", {}, line)));
  byId("figures").append(box);
}

function showAccuracy() {
  const {accuracy, budget} = report;
  if (!accuracy) return;
  card(`Accuracy (${accuracy.metric})`, decimal(accuracy.compiled),
       [`float ${decimal(accuracy.float)}, drop ${decimal(accuracy.drop)}` +
            (known(budget.max_drop) ? ` of ${budget.max_drop} allowed` : ""),
        `${count(accuracy.samples)} samples${accuracy.held_out ? ", not seen by calibration" : ""}`],
       Math.max(0, accuracy.drop ?? 0), budget.max_drop);
}

function showFigures() {
  const {ram, flash, latency, energy, budget, verify} = report;
  showAccuracy();
  card("RAM", size(ram.total),
       [known(budget.ram) && `of ${size(budget.ram)} allowed`,
        `arena ${size(ram.arena)}` + (ram.state ? `, state ${size(ram.state)}` : ""),
        known(ram.stack) ? `stack ${size(ram.stack)}, measured` : "stack not measured"],
       ram.total, budget.ram);
  const total = flash.total ?? flash.weights;
  card(known(flash.total) ? "Flash" : "Flash, weights only", size(total),
       [known(budget.flash) && `of ${size(budget.flash)} allowed`, `weights ${size(flash.weights)}`,
        known(flash.code) ? `code ${size(flash.code)}` : "--measure links the code"],
       total, budget.flash);
  const macs = report.layers.reduce((sum, layer) => sum + layer.macs, 0);
  const time = known(latency.ms) ? `${decimal(latency.ms, 3)} ms`
             : known(latency.instructions) ? count(latency.instructions) : count(macs);
  card(known(latency.ms) ? "Latency" : known(latency.instructions) ? "Instructions" : "Multiplications", time,
       [known(budget.latency) && `of ${decimal(budget.latency * 1e3, 3)} ms allowed`,
        known(latency.instructions) && `${count(latency.instructions)} instructions`, `${count(macs)} MACs`,
        latency.source],
       latency.ms, known(budget.latency) ? budget.latency * 1e3 : null);
  if (known(energy.uJ)) card("Energy", `${decimal(energy.uJ)} µJ`, [energy.source], energy.uJ, budget.energy * 1e6);
  if (verify)
    card("Verified", verify.exact ? "same bits" : verify.largest_difference === 0 ? "same values" : "close",
         [`${count(verify.samples)} samples against the reference interpreter`,
          verify.largest_difference > 0 && `largest difference ${verify.largest_difference.toExponential(1)} of the range`]);
}

function showTitle() {
  const name = report.model.split("/").pop();
  document.title = `${name} for ${report.target}`;
  byId("title").textContent = `${name} for ${report.target}`;
  byId("subtitle").textContent = `${report.layers.length} layers, by ${report.tool}`;
  byId("command").textContent = `${report.command}\nSHA-256 of the model ${report.model_sha256}`;
  const verdict = byId("verdict");
  if (!Object.values(report.budget).some(known)) return;
  verdict.textContent = report.met ? "The budget is met." : "The budget is not met.";
  verdict.className = report.met ? "good" : "bad";
}

// ---------------------------------------------------------------------------------------------------------------------
// Precisions that were tried

function showTried(search) {
  const width = 1060, height = 300, left = 64, bottom = 44, top = 16, right = 24;
  const svg = picture("tried", width, height, "accuracy against the size of the weights");
  const bytes = search.tried.map((each) => each.weight_bytes), values = search.tried.map((each) => each.value);
  const most = largest(bytes) * 1.05 || 1;
  const goal = search.limit;
  const low = Math.min(goal, ...values), high = Math.max(goal, ...values), margin = (high - low) * 0.08 || 1;
  const x = (value) => left + (width - left - right) * value / most;
  const y = (value) => height - bottom - (height - bottom - top) * (value - low + margin) / (high - low + 2 * margin);
  for (const tick of ticks(most / 1024, 8)) {
    svg.append(shape("line", {class: "grid", x1: x(tick * 1024), x2: x(tick * 1024), y1: top, y2: height - bottom}));
    svg.append(shape("text", {class: "faint", x: x(tick * 1024), y: height - bottom + 18, "text-anchor": "middle"}, tick.toLocaleString("en-US")));
  }
  svg.append(shape("text", {class: "faint", x: width - right, y: height - 6, "text-anchor": "end"}, "KiB of weights"));
  svg.append(shape("line", {class: "peak", x1: left, x2: width - right, y1: y(goal), y2: y(goal)}));
  svg.append(shape("text", {class: "faint", x: width - right, y: y(goal) - 5, "text-anchor": "end"}, `${decimal(goal)}: the least that is allowed`));
  svg.append(shape("text", {class: "faint", x: 4, y: top + 4}, search.metric));
  for (const value of new Set([low, high]))
    svg.append(shape("text", {class: "faint", x: left - 8, y: y(value) + 4, "text-anchor": "end"}, decimal(value)));
  for (const each of search.tried) {
    const point = shape("circle", {cx: x(each.weight_bytes), cy: y(each.value), r: each.chosen ? 7 : 5, "stroke-width": 2,
                                   stroke: "var(--accent)", fill: each.chosen ? "var(--accent)" : "var(--panel)"});
    svg.append(hint(point, `${each.label}: ${decimal(each.value)} (drop ${decimal(each.drop)}), ${size(each.weight_bytes)}`));
  }
}

function showPrecision() {
  const search = report.precision_search;
  if (!search) return;
  show("precision");
  showTried(search);
  table("choices", [["layer", (row) => row.layer, "text name"], ["precision", (row) => tag(row.precision), "text"],
                    ["why", (row) => row.reason, "text reason"]], search.layers);
}

// ---------------------------------------------------------------------------------------------------------------------
// Memory

function showMemory() {
  const buffers = report.buffers, calls = report.layers.length;
  if (!buffers.length || !calls) return;
  show("memory");
  const width = 1060, height = 330, left = 74, bottom = 34, top = 22, right = 12;
  const svg = picture("arena", width, height, "which tensor is where in the arena, over time");
  const most = largest(buffers.map((each) => each.offset + each.bytes));
  const x = (call) => left + (width - left - right) * call / calls;
  const y = (bytes) => height - bottom - (height - bottom - top) * bytes / (most * 1.04);
  for (const tick of ticks(most / 1024)) {
    svg.append(shape("line", {class: "grid", x1: left, x2: width - right, y1: y(tick * 1024), y2: y(tick * 1024)}));
    svg.append(shape("text", {class: "faint", x: left - 8, y: y(tick * 1024) + 4, "text-anchor": "end"}, `${tick.toLocaleString("en-US")} KiB`));
  }
  buffers.forEach((each, index) => {
    const layer = report.layers[each.first];
    const box = {x: x(each.first), y: y(each.offset + each.bytes), width: x(each.last + 1) - x(each.first)};
    box.height = Math.max(1, y(each.offset) - box.y);
    const block = shape("rect", {...box, rx: 2, class: "block", fill: color(layer.precision), "fill-opacity": 0.45 + 0.25 * (index % 3)});
    svg.append(hint(block, `${size(each.bytes)} written by ${nameOf(layer)}, needed until ${nameOf(report.layers[each.last])}`));
    const fits = Math.floor(box.width / 7);
    if (box.height > 15 && fits > 5)
      svg.append(shape("text", {x: box.x + 5, y: box.y + 13, "pointer-events": "none"}, shorten(layer.name, fits)));
  });
  svg.append(shape("line", {class: "peak", x1: left, x2: width - right, y1: y(most), y2: y(most)}));
  svg.append(shape("text", {class: "faint", x: width - right, y: y(most) - 6, "text-anchor": "end"}, `arena ${size(most)}`));
  const step = Math.ceil(calls / 24);
  for (let call = 0; call < calls; call += step)
    svg.append(shape("text", {class: "faint", x: (x(call) + x(call + 1)) / 2, y: height - 14, "text-anchor": "middle"}, String(call + 1)));
}

// ---------------------------------------------------------------------------------------------------------------------
// Pruning and low rank

/// Columns for what there was, what there is, and how much has gone.
function shrinking(before, after) {
  const gone = (row) => row[before] ? `${(100 * (1 - row[after] / row[before])).toFixed(1)}%` : "–";
  return [["before", (row) => count(row[before])], ["after", (row) => count(row[after])], ["gone", gone]];
}

function showPruning() {
  const {pruning} = report;
  if (!pruning) return;
  show("pruning");
  byId("pruning-help").textContent = pruning.groups.length
      ? "Channels that counted least are gone, and the weights behind them are fitted to what the whole model computed. Channels of one row leave all of its layers together."
      : "Channels that are constant or that nothing needs are gone: results stay as they were.";
  table("pruned", [["", (row) => row.name, "text"], ...shrinking("before", "after")], [
    {name: "multiplications", before: pruning.macs_before, after: pruning.macs_after},
    {name: "weights and biases", before: pruning.weights_before, after: pruning.weights_after}]);
  if (pruning.groups.length)
    table("channels", [["channels of", (row) => row.layers.join(", "), "text name"], ...shrinking("channels", "kept")],
          pruning.groups);
}

function showLowRank() {
  const {low_rank: lowRank} = report;
  if (!lowRank) return;
  show("low-rank");
  table("thinned", [["of the model", (row) => row.name, "text"], ...shrinking("before", "after")], [
    {name: "multiplications", before: lowRank.macs_before, after: lowRank.macs_after},
    {name: "weights", before: lowRank.weights_before, after: lowRank.weights_after}]);
  table("ranks", [["layer", (row) => row.layer, "text name"], ["rank", (row) => count(row.rank)],
                  ["of", (row) => count(Math.min(row.rows, row.columns))],
                  ["variance", (row) => `${(100 * row.energy).toFixed(1)}%`],
                  ...shrinking("weights_before", "weights_after")], lowRank.layers);
}

// ---------------------------------------------------------------------------------------------------------------------
// Cost and noise per layer

function bars(id, rows, title) {
  const width = 1060, left = 300, right = 250, line = 20;
  const svg = picture(id, width, rows.length * line + 24, title);
  const most = largest(rows.map((row) => row.value)) || 1, all = rows.reduce((sum, row) => sum + row.value, 0) || 1;
  rows.forEach((row, index) => {
    const y = index * line, length = (width - left - right) * row.value / most;
    svg.append(shape("text", {x: left - 8, y: y + 14, "text-anchor": "end"}, shorten(row.name, 40)));
    svg.append(hint(shape("rect", {class: "bar", x: left, y: y + 3, width: Math.max(1, length), height: line - 6, rx: 3, fill: color(row.precision)}), row.name));
    const part = `${count(row.value)} (${(100 * row.value / all).toFixed(1)}%)`;
    svg.append(shape("text", {class: "faint", x: left + length + 8, y: y + 14}, row.note ? `${part}, ${row.note}` : part));
  });
}

function showCost() {
  const {layers} = report;
  if (!layers.length) return;
  show("cost");
  const [field, what] = [
    ["us", "Microseconds of each layer in one inference on the machine that compiled it, the least of many"],
    ["cycles", "Instructions of each layer in one inference, as counted"],
    ["macs", "Multiply-accumulates of each layer (--measure has instructions or time)"],
  ].find(([field]) => layers.every((layer) => known(layer[field])));
  byId("cost-help").textContent = `${what}, and the bytes of its weights, in the order of execution.`;
  bars("bars", layers.map((layer) => ({
         name: nameOf(layer), value: layer[field], precision: layer.precision,
         note: layer.weight_bytes ? `${size(layer.weight_bytes)} of weights` : ""})), "cost per layer");
  legend("bars", [...new Set(layers.map((layer) => layer.precision ?? ""))]);
}

function noiseBar(value) {
  if (!known(value)) return "–";
  const bad = value < 15 ? "var(--bad)" : value < 30 ? "var(--f32)" : "var(--good)";
  const part = Math.max(2, Math.min(100, 100 * value / 60));
  return element("span", {}, element("span", {class: "cell-bar"}, element("i", {style: `width:${part}%;background:${bad}`})), decibels(value));
}

function showSensitivity() {
  const rows = report.sensitivity;
  if (!rows.length) return;
  show("noise");
  byId("noise-samples").textContent = count(report.sensitivity_samples);
  const columns = [
    ["layer", (row) => row.layer, "text name"], ["precision", (row) => tag(row.precision), "text"],
    ["at the outputs", (row) => noiseBar(row.output_sqnr_db), "text"],
    ["its own result", (row) => decibels(row.own_sqnr_db)], ["points lost", (row) => decimal(row.metric_drop)],
  ];
  if (rows.some((row) => known(row.drop_with_f32)))
    columns.push(["model's drop down to here in s16x8", (row) => decimal(row.drop_with_s16x8)],
                 ["in f32", (row) => decimal(row.drop_with_f32)]);
  columns.push(["weights", (row) => count(row.weights)], ["MACs", (row) => count(row.macs)]);
  table("sensitivity", columns, rows);
}

function showNoiseLine() {
  const points = report.layers.map((layer, index) => ({layer, index, value: layer.sqnr_db}))
                     .filter((point) => known(point.value) && point.value < 200);
  if (points.length < 2) return;
  show("cumulative");
  const width = 1060, height = 240, left = 60, bottom = 28, top = 12, right = 16;
  const svg = picture("noise-line", width, height, "signal to noise along the network");
  const most = Math.max(30, largest(points.map((point) => point.value)) * 1.08);
  const x = (index) => left + (width - left - right) * index / Math.max(1, report.layers.length - 1);
  const y = (value) => height - bottom - (height - bottom - top) * Math.max(0, value) / most;
  for (const tick of ticks(most)) {
    svg.append(shape("line", {class: "grid", x1: left, x2: width - right, y1: y(tick), y2: y(tick)}));
    svg.append(shape("text", {class: "faint", x: left - 8, y: y(tick) + 4, "text-anchor": "end"}, `${tick} dB`));
  }
  svg.append(shape("polyline", {points: points.map((point) => `${x(point.index)},${y(point.value)}`).join(" "),
                                fill: "none", stroke: "var(--accent)", "stroke-width": 2}));
  for (const {layer, index, value} of points)
    svg.append(hint(shape("circle", {cx: x(index), cy: y(value), r: 4, fill: color(layer.precision)}), `${nameOf(layer)}: ${decibels(value)}`));
  svg.append(shape("text", {class: "faint", x: left, y: height - 8}, "first layer"));
  svg.append(shape("text", {class: "faint", x: width - right, y: height - 8, "text-anchor": "end"}, "last layer"));
}

function showLayers() {
  table("layers", [
    ["", (row) => count(report.layers.indexOf(row) + 1)], ["layer", (row) => row.name, "text name"],
    ["kernel", (row) => row.kernel, "text"], ["precision", (row) => row.precision ? tag(row.precision) : "–", "text"],
    ["MACs", (row) => count(row.macs)], ["instructions", (row) => count(row.cycles)],
    ["microseconds", (row) => known(row.us) ? row.us.toFixed(2) : "–"], ["weights", (row) => size(row.weight_bytes)], ["arena in use", (row) => size(row.live_bytes)],
    ["signal to noise", (row) => decibels(row.sqnr_db)],
  ], report.layers);
}

showTitle();
showFigures();
showPrecision();
showPruning();
showLowRank();
showMemory();
showCost();
showSensitivity();
showNoiseLine();
showLayers();
