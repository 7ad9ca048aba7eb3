// Part of edgecc, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const style = getComputedStyle(document.documentElement);
Chart.defaults.color = style.getPropertyValue("--text");
Chart.defaults.borderColor = style.getPropertyValue("--line");
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;

// Field of a point, title, budget's name, and by how much that is multiplied to be the field.
const axes = [
  ["flash", "flash, bytes", "flash", 1],
  ["ram", "RAM, bytes", "ram", 1],
  ["latency_ms", "time, ms", "latency", 1e3],
  ["energy_uj", "energy, µJ", "energy", 1e6],
];

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

function format(value) {
  if (value === null || value === undefined) return "–";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en");
  return Number(value.toPrecision(4)).toString();
}

function describe(point) {
  return [point.label, `${data.metric} ${format(point.accuracy)} (float ${format(data.float)})`,
          `flash ${format(point.flash)}, RAM ${format(point.ram)}`,
          `${format(point.latency_ms)} ms, ${format(point.instructions)} instructions`];
}

function makeDataset(label, points, field, options) {
  return { label, data: points.map((p) => ({ x: p[field], y: p.accuracy, point: p })), ...options };
}

// A line from edge to edge of the picture, where the budget is.
function makeLimit(x, label, range) {
  return { label, type: "line", data: range.map((y) => ({ x, y })), borderDash: [6, 4], borderColor: "#b42318",
           pointRadius: 0, borderWidth: 1.5 };
}

function addChart([field, title, budget, scale]) {
  const points = data.points.filter((p) => p[field] !== null && p.accuracy !== null);
  if (!points.length) return;
  const box = make("div");
  box.append(make("h3", `${data.metric} against ${title}`));
  const frame = make("div", undefined, "chart");
  const canvas = make("canvas");
  canvas.id = `chart-${field}`;
  frame.append(canvas);
  box.append(frame);
  byId("charts").append(box);
  const best = (p) => p.pareto && !p.chosen;
  const datasets = [
    makeDataset("not beaten", points.filter(best), field, { backgroundColor: "#2563eb", pointRadius: 6 }),
    makeDataset("beaten by another", points.filter((p) => !p.pareto && !p.chosen), field,
                { backgroundColor: "#8792a255", borderColor: "#8792a2", pointRadius: 5 }),
    makeDataset("by itself", points.filter((p) => p.chosen), field,
                { backgroundColor: "#c2790c", pointStyle: "triangle", pointRadius: 9 }),
  ];
  const values = points.map((p) => p.accuracy);
  if (data.budget[budget] !== undefined)
    datasets.push(makeLimit(data.budget[budget] * scale, "budget", [Math.min(...values), Math.max(...values)]));
  const chart = new Chart(canvas, {
    type: "scatter",
    data: { datasets },
    options: {
      scales: { x: { title: { display: true, text: title } }, y: { title: { display: true, text: data.metric } } },
      plugins: { tooltip: { callbacks: { label: (item) => item.raw.point ? describe(item.raw.point) : "budget" } } },
    },
  });
  // How many points are drawn: pictures have no elements to count.
  const drawn = datasets.map((_, index) => chart.getDatasetMeta(index)).filter((meta) => meta.type === "scatter");
  canvas.dataset.points = drawn.reduce((sum, meta) => sum + meta.data.length, 0);
}

function addTable() {
  const columns = [["", (p) => (p.pareto ? "●" : "")], ["way", (p) => p.label], [data.metric, (p) => format(p.accuracy)],
                   ["drop", (p) => format(p.drop)], ["flash", (p) => format(p.flash)], ["RAM", (p) => format(p.ram)],
                   ["instructions", (p) => format(p.instructions)], ["ms", (p) => format(p.latency_ms)],
                   ["µJ", (p) => format(p.energy_uj)], ["command", (p) => p.command]];
  const table = make("table");
  const head = table.appendChild(make("tr"));
  for (const [title] of columns) head.append(make("th", title, title === "command" ? "command" : "text"));
  for (const point of data.points) {
    const line = table.appendChild(make("tr"));
    for (const [title, get] of columns) line.append(make("td", get(point), title === "command" ? "command" : "text"));
  }
  byId("points").append(table);
}

byId("title").textContent = data.model.split("/").pop();
byId("subtitle").textContent = `${data.points.length} ways to compile it for ${data.target}, ` +
  `${data.points.filter((p) => p.pareto).length} that none of the others beats`;
axes.forEach(addChart);
addTable();
