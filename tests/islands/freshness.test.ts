import assert from "node:assert/strict";
import { test } from "node:test";
import { GRACE_MS, OLD_MS, silentSince, stateOf } from "../../src/reverie/islands/freshness";
import { LOST_MS } from "../../src/reverie/islands/link-times";
import { laneRows, type Lane } from "../../src/reverie/islands/lane-rows";
import { boardRow } from "../../src/reverie/islands/board-rows";
import { SessionModel } from "../../src/reverie/islands/session-model";
import { timesIn } from "../../src/reverie/islands/times";
import { sayFrom } from "../../src/reverie/islands/words";
import { readings, summaryOf, wholeOf } from "./said";

const say = sayFrom(
  new Map([
    ["age.seconds", "{n} s"], ["age.minutes", "{n} min {s} s"], ["age.old", "{n} min old"], ["age.hours", "since {time}"],
    ["value.no_data_since", "no data since {time}"], ["value.waiting", "no value yet"], ["value.demo", "demo value"],
    ["value.not_available", "not available"], ["value.questionable", "questionable"],
  ]),
);
const telling = { say, times: timesIn("UTC"), sources: { "": "by hand", hr: "ECG", pr: "probe" }, linked: [] };
const spo2: Lane = {
  key: "spo2", label: "SpO", sub: "2", unit: "%", parameters: ["spo2"], low: 84, high: 100, step: 4, kind: "line", always: true,
};
const pressure: Lane = {
  key: "bp", label: "Blood pressure", sub: "", unit: "mmHg", parameters: ["nibp_sys", "nibp_dia", "nibp_mean"],
  low: 40, high: 180, step: 20, kind: "pressure", always: true,
};

test("silence is said within three seconds of the device's own interval, and not before it", () => {
  assert.ok(GRACE_MS < 3_000 && LOST_MS < 3_000);
  for (const interval of [500, 1_000, 5_000, 60_000]) {
    const device = { d: "M", last: 1_000_000, interval, lost: null, clock: null, other: "" };
    assert.equal(silentSince(device, [], "M", 1_000_000 + interval), null);
    assert.equal(silentSince(device, [], "M", 1_000_000 + interval + 2_700), 1_000_000);
  }
});

test("an interval that staff set counts before one that was learnt", () => {
  const device = { d: "M", last: 0, interval: 1_000, lost: null, clock: null, other: "" };
  assert.equal(silentSince(device, [{ d: "M", interval: 60_000 }], "M", 50_000), null);
  assert.equal(silentSince(device, [{ d: "M", interval: null }], "M", 50_000), 0);
});

test("a device that never spoke is not silent", () => {
  assert.equal(silentSince(undefined, [], "M", 0), undefined);
});

test("what has no number never shows one", () => {
  for (const validity of ["invalid", "not_available", "demo", "test", "calibration"]) {
    const model = new SessionModel(wholeOf(0));
    model.take(readings(1, "97", { rows: [["spo2", "97", "%", validity, 1_000]] }));
    const [row] = laneRows(model, [spo2], 1_500, telling);
    assert.equal(row?.text, "–");
    assert.equal(row?.state, "missing");
  }
});

test("a parameter that stops while its device goes on grows stale", () => {
  const model = new SessionModel(wholeOf(0));
  model.take(readings(1, "97"));
  model.take(readings(2, "", { at: 20_000, rec: 20_000, rows: [["pr", "70", "/min", "valid", 20_000]] }));
  const value = model.value("M", "spo2");
  assert.ok(value);
  assert.equal(stateOf(value, model, [], 20_500), "stale");
});

test("a cuff is old after ten minutes, not before", () => {
  const model = new SessionModel(wholeOf(0));
  const now = OLD_MS + 10_000;
  model.take(readings(1, "", { rec: now, at: now, rows: [["nibp_sys", "131", "mmHg", "valid", 11_000], ["nibp_dia", "82", "mmHg", "valid", 11_000]] }));
  assert.equal(laneRows(model, [pressure], now, telling)[0]?.state, "fresh");
  model.take(readings(2, "", { rec: now + 2_000, at: now + 2_000, rows: [["nibp_sys", "131", "mmHg", "valid", 11_000], ["nibp_dia", "82", "mmHg", "valid", 11_000]] }));
  const [row] = laneRows(model, [pressure], now + 2_000, telling);
  assert.equal(row?.state, "stale");
  assert.equal(row?.age, "10 min old");
  assert.equal(row?.text, "131/82");
});

test("two monitors stand under each other, each under its own name", () => {
  const model = new SessionModel(wholeOf(0));
  model.take(readings(1, "97", { device: "Quill^1" }));
  model.take(readings(2, "90", { device: "Tamarix^2" }));
  const rows = laneRows(model, [spo2], 2_100, telling);
  assert.deepEqual(rows.map((row) => [row.text, row.source]), [["97", "Quill"], ["90", "Tamarix"]]);
});

test("a set by hand stands in where nothing else can be believed", () => {
  const model = new SessionModel(wholeOf(0));
  model.take(readings(1, "97"));
  model.take({ s: "s", seq: 2, kind: "vitals_recorded", at: 30_000, rec: 30_000, hand: [["spo2", "95", "%", "valid"]] });
  assert.deepEqual(laneRows(model, [spo2], 1_500, telling).map((row) => row.text), ["97"]);
  const [row] = laneRows(model, [spo2], 31_000, telling);
  assert.deepEqual([row?.text, row?.source], ["95", "by hand"]);
});

test("ages are never negative and say what the look asks", () => {
  const model = new SessionModel(wholeOf(0));
  model.take(readings(1, "97", { rec: 5_000, at: 5_000, rows: [["spo2", "97", "%", "valid", 5_000]] }));
  assert.equal(laneRows(model, [spo2], 4_000, telling)[0]?.age, "0 s");
});

test("the board says what it knows is needed", () => {
  const model = new SessionModel(wholeOf(0, { ...summaryOf({ phase: "infusing" }), s: "s", seq: 0, values: [] }));
  const row = boardRow(model, [], 1_000, sayFrom(new Map([["board.nobody", "Nobody at the chair"]])), timesIn("UTC"));
  assert.equal(row.needs?.words, "Nobody at the chair");
  model.take(readings(1, "97"));
  const silent = boardRow(model, [], 9_000, say, timesIn("UTC"));
  assert.equal(silent.needs?.detail, "no data since 00:00:01");
  assert.equal(silent.spo2.state, "lost");
});
