// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const colors = ["#2563eb", "#c2790c", "#0d9373", "#7c3aed", "#b42318", "#8792a2"];
const byId = (id) => document.getElementById(id);
const style = getComputedStyle(document.documentElement);
Chart.defaults.color = style.getPropertyValue("--text");
Chart.defaults.borderColor = style.getPropertyValue("--line");
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

// Names are text, whatever is in them.
function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function format(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return Number(value.toPrecision(digits)).toString();
}

function formatQuantity(value, unit) {
  if (unit === "s") return `${format(value * 1e3)} ms`;
  if (unit === "bit/s")
    return value >= 1e6 ? `${format(value / 1e6)} Mbit/s` : `${format(value / 1e3)} kbit/s`;
  return `${format(value)}${unit ? " " + unit : ""}`;
}

// Columns: [title, row => value, isText].
function fillTable(id, rows, columns) {
  const table = make("table");
  const head = table.appendChild(make("tr"));
  for (const [title, , isText] of columns) head.append(make("th", title, isText ? "text" : ""));
  for (const row of rows) {
    const line = table.appendChild(make("tr"));
    for (const [, get, isText] of columns) {
      const value = get(row);
      line.append(make("td", typeof value === "number" || value === null ? format(value) : value,
                       isText ? "text name" : ""));
    }
  }
  byId(id).append(table);
}

function addCard(title, value, note) {
  const card = make("div", undefined, "card");
  card.append(make("h3", title), make("strong", value), make("p", note));
  byId("figures").append(card);
}

function showHeader() {
  byId("title").textContent = data.system || data.system_file;
  byId("subtitle").textContent = `${data.model} over ${data.tiers.join(", ")}. ${data.description}`;
  const where = data.crossings.length ? `send ${data.crossings.map((c) => c.tensor).join(", ")}` : "all on the device";
  byId("verdict").textContent = (data.proved ? "The best cut: " : "The best cut found: ") + where;
  const simulated = data.simulation;
  addCard("Latency", `${format(data.chosen.latency_ms)} ms`, `95%: ${format(simulated.p95_ms)} ms in the simulation`);
  addCard("Energy of the device", `${format(data.chosen.energy_mJ)} mJ`,
          `${format(simulated.energy_mJ)} mJ with sleep, in the simulation`);
  addCard("Bytes sent", format(data.chosen.bytes), `${data.crossings.length} tensors`);
  if (simulated.battery_days !== null) addCard("Battery", `${format(simulated.battery_days)} days`, "in the simulation");
  if (data.accuracy)
    addCard("Accuracy", `${data.accuracy.metric} ${format(data.accuracy.split, 4)}`,
            `float ${format(data.accuracy.float, 4)}, ${data.accuracy.samples} samples`);
}

function showChoice() {
  fillTable("extremes", [["chosen", data.chosen], ["most on the device", data.device], ["most on the server", data.server]], [
    ["", (r) => r[0], true], ["ms", (r) => r[1].latency_ms], ["mJ", (r) => r[1].energy_mJ],
    ["bytes sent", (r) => r[1].bytes], ["dB", (r) => r[1].snr_db]]);
  fillTable("crossings", data.crossings, [
    ["tensor", (r) => r.tensor, true], ["over", (r) => `${data.tiers[r.link]} to ${data.tiers[r.link + 1]}`, true],
    ["as", (r) => r.wire, true], ["bytes", (r) => r.bytes], ["dB", (r) => r.snr_db]]);
}

function showSweep(sweep) {
  const box = byId("sweeps").appendChild(make("div"));
  box.append(make("h3", sweep.field));
  const canvas = box.appendChild(make("div", undefined, "chart")).appendChild(make("canvas"));
  const logarithmic = !sweep.field.endsWith("load");
  const line = (label, get, color, width, dash) => ({
    label, borderColor: color, backgroundColor: color, borderWidth: width, borderDash: dash, pointRadius: 0,
    data: sweep.samples.filter((s) => get(s) !== null && get(s).latency_ms > 0)
        .map((s) => ({x: s.value, y: get(s).latency_ms}))});
  const all = sweep.samples.flatMap((s) => [s.best, s.device, s.server]).filter((c) => c && c.latency_ms > 0)
      .map((c) => c.latency_ms);
  new Chart(canvas, {
    type: "line",
    data: {datasets: [
      line("best", (s) => s.best, colors[0], 3, []),
      line("most on the device", (s) => s.device, colors[2], 1.5, [6, 4]),
      line("most on the server", (s) => s.server, colors[1], 1.5, [6, 4]),
      {label: "now", borderColor: colors[5], borderWidth: 1, pointRadius: 0,
       data: [{x: sweep.current, y: Math.min(...all)}, {x: sweep.current, y: Math.max(...all)}]}]},
    options: {parsing: false, scales: {
      x: {type: logarithmic ? "logarithmic" : "linear", title: {display: true, text: sweep.unit || "part in use"}},
      y: {type: "logarithmic", title: {display: true, text: "latency, ms"}}}}});
  const list = box.appendChild(make("p", undefined, "help"));
  for (const segment of sweep.segments) {
    list.append(make("span", `${formatQuantity(segment.from, sweep.unit)} to ${formatQuantity(segment.to, sweep.unit)}: `
                             + (segment.cut === null ? "nothing holds" : segment.cut)), make("br"));
  }
}

function showPareto() {
  byId("pareto-help").textContent = (data.pareto.complete ? "All cuts were looked at. " :
      "The cuts that are the cheapest for some weights of the figures. ") +
      "No other one is at least as good in latency, energy, bytes, noise and depth. Filled points hold what the system asks for.";
  const points = data.pareto.points;
  const set = (label, chosen, color, fill) => ({
    label, borderColor: color, backgroundColor: fill ? color : "transparent", pointRadius: 5,
    data: points.filter(chosen).map((p) => ({x: Math.max(p.bytes, 1), y: p.latency_ms, point: p}))});
  new Chart(byId("pareto-chart"), {
    type: "scatter",
    data: {datasets: [set("holds", (p) => p.feasible, colors[0], true), set("does not hold", (p) => !p.feasible, colors[5], false)]},
    options: {
      scales: {x: {type: "logarithmic", title: {display: true, text: "bytes sent"}},
               y: {type: "logarithmic", title: {display: true, text: "latency, ms"}}},
      plugins: {tooltip: {callbacks: {label: (c) => `${c.raw.point.cut}: ${format(c.raw.y)} ms, ${format(c.raw.point.energy_mJ)} mJ`}}}}});
  fillTable("pareto-table", points.slice(0, 60), [
    ["cut", (p) => p.cut, true], ["ms", (p) => p.latency_ms], ["mJ", (p) => p.energy_mJ], ["bytes", (p) => p.bytes],
    ["dB", (p) => p.snr_db], ["depth", (p) => p.depth], ["holds", (p) => p.feasible ? "yes" : "no"]]);
}

function showSimulation() {
  const s = data.simulation;
  byId("simulation-help").textContent = `${format(s.inferences)} inferences, seed ${s.seed}: arrivals, queues, jitter, ` +
      "lost packets. Below, the first inferences: each bar is the time that a stage is busy with one.";
  fillTable("simulation-table", [s], [
    ["p50 ms", (r) => r.p50_ms], ["p95 ms", (r) => r.p95_ms], ["p99 ms", (r) => r.p99_ms], ["deadline ms", (r) => r.deadline_ms],
    ["missed", (r) => r.missed], ["mJ per inference", (r) => r.energy_mJ], ["days of battery", (r) => r.battery_days]]);
  // Inferences that are far apart are drawn below each other, each from its own beginning.
  const begins = new Map();
  for (const entry of s.timeline)
    begins.set(entry.inference, Math.min(begins.get(entry.inference) ?? Infinity, entry.begin_ms));
  const shown = s.timeline.filter((entry) => entry.inference < 12);
  new Chart(byId("timeline"), {
    type: "bar",
    data: {labels: [...new Set(shown.map((e) => `inference ${e.inference + 1}`))],
           datasets: s.stages.map((stage, index) => ({
             label: `${stage.name} (busy ${format(stage.busy * 100)}%)`, backgroundColor: colors[index % colors.length],
             grouped: false, minBarLength: 2,
             data: shown.filter((e) => e.stage === index)
                 .map((e) => ({y: `inference ${e.inference + 1}`,
                               x: [e.begin_ms - begins.get(e.inference), e.end_ms - begins.get(e.inference)]}))}))},
    options: {indexAxis: "y", scales: {x: {title: {display: true, text: "ms after the device began"}}}}});
}

function showRest() {
  if (data.privacy.reconstruction.length) {
    byId("privacy").hidden = false;
    fillTable("reconstruction", data.privacy.reconstruction, [
      ["input", (r) => r.input, true], ["dB", (r) => r.snr_db], ["samples fitted", (r) => r.fitted], ["tested", (r) => r.tested]]);
  }
  fillTable("unit-table", data.units, [
    ["operators", (u) => u.operators.join(", "), true], ["runs on", (u) => u.tier, true], ["MACs", (u) => u.macs],
    ["ms on the device", (u) => u.device_ms], ["bytes of weights", (u) => u.flash_bytes]]);
  byId("command").textContent = `${data.tool}: ${data.command}`;
}

showHeader();
showChoice();
data.breakpoints.forEach(showSweep);
showPareto();
showSimulation();
showRest();
