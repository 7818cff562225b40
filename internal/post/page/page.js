"use strict";
// Everything shown here may have come off the air: it becomes text, never markup.

const byId = (id) => document.getElementById(id);
const cells = new Map(); // by transmitter and identity
const rows = new Map();
const dirty = new Set();

const fixed = (v, digits) => (v === undefined ? "" : v.toFixed(digits));
const identity = (c) => (c.plmns && c.plmns.length && c.eci !== undefined ? c.plmns[0] + ":" + c.eci : "");
const key = (c) => c.transmitter + " " + identity(c);

// The home eNB's name, TS 36.331 §6.3.1 (SystemInformationBlockType9).
function nameOf(c) {
  const sib9 = c.sibs && c.sibs["9"];
  if (!sib9 || typeof sib9.hnbName !== "string") return "";
  const octets = new Uint8Array((sib9.hnbName.match(/../g) || []).slice(0, 48).map((h) => parseInt(h, 16)));
  return new TextDecoder("utf-8").decode(octets);
}

function take(c) {
  if (identity(c)) { // it has a name now
    const nameless = c.transmitter + " ";
    if (cells.delete(nameless)) dirty.add(nameless);
  }
  cells.set(key(c), c);
  dirty.add(key(c));
}

const rank = (c) => (c.known === "unknown" ? 1000 : 0) + (c.score || 0);

function why(c) {
  return (c.findings || []).filter((f) => f.weight > 0).map((f) => f.rule + " " + f.text).join("; ");
}

function fill(row, c) {
  const values = [c.known, c.level, String(c.score), identity(c), String(c.pci), c.earfcn === undefined ? "" : String(c.earfcn),
    fixed(c.freq_hz / 1e6, 1), fixed(c.rsrp_dbfs, 1), fixed(c.sinr_db, 1), nameOf(c), why(c)];
  values.forEach((v, i) => { if (row.cells[i].textContent !== v) row.cells[i].textContent = v; });
  row.cells[0].className = c.known === "unknown" ? "unknown" : "";
  row.cells[1].className = ["alert", "suspicious", "watch"].includes(c.level) ? c.level : "";
  row.cells[9].className = "name";
  row.dataset.rank = rank(c);
}

function draw() {
  if (!dirty.size) return;
  const body = byId("cells");
  let moved = false;
  for (const k of dirty) {
    const c = cells.get(k);
    let row = rows.get(k);
    if (!c) {
      if (row) row.remove();
      rows.delete(k);
      continue;
    }
    if (!row) {
      row = document.createElement("tr");
      for (let i = 0; i < 11; i++) row.append(document.createElement("td"));
      rows.set(k, row);
      moved = true;
    }
    const before = row.dataset.rank;
    fill(row, c);
    moved = moved || before !== row.dataset.rank;
  }
  dirty.clear();
  if (moved) body.replaceChildren(...[...rows.values()].sort((a, b) => b.dataset.rank - a.dataset.rank));
  const unknown = [...cells.values()].filter((c) => c.known === "unknown").length;
  byId("count").textContent = cells.size + ", " + unknown + " unknown";
}

async function ask(path) {
  const answer = await fetch("api/v1/" + path);
  if (!answer.ok && answer.status !== 503) throw new Error(path + ": " + answer.status);
  return answer.json();
}

function item(text, cls) {
  const li = document.createElement("li");
  li.textContent = text;
  li.className = cls;
  return li;
}

async function alerts() {
  const list = (await ask("alerts")).slice(0, 100);
  byId("alerts").replaceChildren(...(list.length ? list.map((a) =>
    item(new Date(a.since).toLocaleString() + "  " + a.alert + "  " + a.severity + (a.cleared ? ", over: " + a.why : "") + "  " + a.text,
      a.severity + (a.cleared ? " over" : ""))) : [item("none", "")]));
}

async function state() {
  const [h, s] = await Promise.all([ask("health"), ask("state")]);
  byId("post").textContent = s.post;
  document.title = s.post + ": straycell";
  byId("health").textContent = h.ok ? "healthy" : h.problems.map((p) => p.text).join("; ");
  byId("health").className = h.ok ? "good" : "bad";
  byId("proof").textContent = s.proof.radios.map((r) => r.radio + ": " + r.state + ", " + r.cells_per_minute + " cells a minute" +
    (r.sib1_ratio === undefined ? "" : ", SIB1 of " + Math.round(r.sib1_ratio * 100) + " %") +
    (r.ppm === undefined ? "" : ", " + r.ppm.toFixed(2) + " ppm")).join("; ") + "; " + s.proof.spool_pending + " notices waiting";
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function canvas(id) {
  const c = byId(id), ctx = c.getContext("2d");
  ctx.clearRect(0, 0, c.width, c.height);
  ctx.font = "12px system-ui, sans-serif";
  ctx.lineWidth = 1;
  return [c, ctx];
}

// Each tuning has an equal part of the width, lowest frequency first.
function spectra(list) {
  const [c, ctx] = canvas("spectrum");
  byId("tuned").textContent = list.length ? "" : "none: this radio tells observations, or has not begun";
  if (!list.length) return;
  const all = list.flatMap((s) => s.psd_dbfs), low = Math.floor(Math.min(...all) / 10) * 10, high = Math.ceil(Math.max(...all) / 10) * 10;
  const y = (db) => c.height - 20 - (db - low) / Math.max(10, high - low) * (c.height - 40), width = c.width / list.length;
  list.forEach((s, n) => {
    ctx.strokeStyle = colour("--ink");
    ctx.beginPath();
    s.psd_dbfs.forEach((db, i) => ctx.lineTo(n * width + 4 + i / s.psd_dbfs.length * (width - 8), y(db)));
    ctx.stroke();
    ctx.fillStyle = colour("--ink");
    ctx.fillText((s.freq_hz / 1e6).toFixed(2) + " MHz", n * width + 6, c.height - 5);
  });
  ctx.fillText(high + " dBFS", 4, 14);
  ctx.fillText(low + " dBFS", 4, c.height - 22);
}

function places(list) {
  const [c, ctx] = canvas("map");
  const at = list.find((p) => p.from === "receiver") || list[0];
  byId("scale").textContent = list.length ? "" : "no place is known";
  if (!at) return;
  const cos = Math.cos(at.lat * Math.PI / 180);
  const east = (p) => (p.lon - at.lon) * 111320 * cos, north = (p) => (p.lat - at.lat) * 110574;
  const far = Math.max(200, ...list.map((p) => Math.max(Math.abs(east(p)) * c.height / c.width, Math.abs(north(p)))));
  const unit = (c.height / 2 - 24) / far, x = (p) => c.width / 2 + east(p) * unit, y = (p) => c.height / 2 - north(p) * unit;
  const step = Math.pow(10, Math.floor(Math.log10(far)));
  ctx.strokeStyle = colour("--line");
  for (let r = step; r <= far * 1.5; r += step) {
    ctx.beginPath();
    ctx.arc(c.width / 2, c.height / 2, r * unit, 0, 2 * Math.PI);
    ctx.stroke();
  }
  byId("scale").textContent = "rings of " + (step >= 1000 ? step / 1000 + " km" : step + " m") + "; listed places, circles where worked out on the way";
  const drawn = [];
  for (const p of list) {
    ctx.fillStyle = ctx.strokeStyle = p.from === "receiver" ? colour("--ink") : p.level === "normal" && p.known !== "unknown" ? colour("--good") : p.known === "unknown" || p.level === "alert" ? colour("--bad") : colour("--warn");
    ctx.beginPath();
    if (p.from === "receiver") ctx.rect(x(p) - 4, y(p) - 4, 8, 8); else ctx.arc(x(p), y(p), 4, 0, 2 * Math.PI);
    ctx.fill();
    if (p.radius_m) {
      ctx.beginPath();
      ctx.arc(x(p), y(p), p.radius_m * unit, 0, 2 * Math.PI);
      ctx.stroke();
    }
    const box = [x(p) + 7, y(p) + 4];
    if (drawn.every((d) => Math.abs(d[0] - box[0]) > 110 || Math.abs(d[1] - box[1]) > 12)) {
      ctx.fillText(p.name.slice(0, 24), box[0], box[1]);
      drawn.push(box);
    }
  }
}

const every = (ms, what) => {
  const turn = () => what().catch(() => {}).finally(() => setTimeout(turn, ms));
  turn();
};

function listen() {
  const events = new EventSource("api/v1/events");
  events.addEventListener("cell", (e) => take(JSON.parse(e.data)));
  events.addEventListener("notice", () => alerts().catch(() => {}));
  events.addEventListener("began", async () => {
    const now = await ask("cells").catch(() => null);
    if (!now) return;
    for (const k of cells.keys()) dirty.add(k);
    cells.clear();
    now.forEach(take);
  });
  events.onerror = () => { byId("health").textContent = "the post does not answer"; byId("health").className = "bad"; };
}

listen();
every(3000, state);
every(5000, alerts);
every(1000, async () => spectra(await ask("spectrum")));
every(10000, async () => places(await ask("map")));
setInterval(draw, 250);
