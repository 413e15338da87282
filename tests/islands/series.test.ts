import assert from "node:assert/strict";
import { test } from "node:test";
import { breakAfter, drawn, firstAfter, scaleFor, Series, SeriesStore } from "../../src/reverie/islands/series";
import { readings } from "./said";

function everySecond(from: number, to: number): Series {
  const series = new Series();
  for (let at = from; at <= to; at += 1_000) series.add(at, at, "97", "valid");
  return series;
}

test("a line is broken where nothing came, and the gap has its length", () => {
  const series = everySecond(0, 10_000);
  for (let at = 60_000; at <= 70_000; at += 1_000) series.add(at, at, "96", "valid");
  const shown = drawn(series, 0, 70_000, 70_000, breakAfter(1_000));
  assert.deepEqual(shown.gaps, [{ from: 10_000, to: 60_000, cause: "no_data" }]);
  assert.equal(shown.values[shown.times.indexOf(10_001)], null);
});

test("no value is a gap with its reason", () => {
  const series = everySecond(0, 5_000);
  for (let at = 6_000; at <= 20_000; at += 1_000) series.add(at, at, null, "not_available");
  series.add(21_000, 21_000, "97", "valid");
  assert.deepEqual(drawn(series, 0, 21_000, 21_000, 4_000).gaps, [{ from: 5_000, to: 21_000, cause: "not_available" }]);
});

test("silence until now is a gap already", () => {
  const shown = drawn(everySecond(0, 10_000), 0, 60_000, 40_000, 4_000);
  assert.deepEqual(shown.gaps, [{ from: 10_000, to: 40_000, cause: "no_data" }]);
});

test("a stretch in the middle knows the gap that reaches into it", () => {
  const series = everySecond(0, 10_000);
  series.add(60_000, 60_000, "96", "valid");
  assert.deepEqual(drawn(series, 30_000, 50_000, 90_000, 4_000).gaps, [{ from: 10_000, to: 60_000, cause: "no_data" }]);
});

test("demo and invalid values are never drawn", () => {
  const series = new Series();
  series.add(1_000, 1_000, "97", "demo");
  series.add(2_000, 2_000, "12", "invalid");
  assert.deepEqual(series.values, [null, null]);
});

test("a cuff told again is one point, and what comes late stands at its own time", () => {
  const series = new Series();
  for (let received = 1_000; received < 30_000; received += 1_000) series.add(900, received, "131", "valid");
  assert.deepEqual(series.times, [900]);
  series.add(50_000, 50_000, "128", "valid");
  series.add(20_000, 51_000, "140", "valid");
  assert.deepEqual(series.times, [900, 20_000, 50_000]);
});

test("entries that come before the columns are kept, and counted once", () => {
  const store = new SeriesStore();
  for (let seq = 1; seq <= 6; seq += 1) store.take(readings(seq, "97"));
  store.load({ seq: 3, opened: 0, series: [{ d: "M", p: "spo2", t: [1_000, 1_000, 1_000], v: [97, 97, 97], q: {}, n: 0, o: {} }] });
  assert.deepEqual(store.get("M", "spo2")?.times, [1_000, 2_000, 3_000, 4_000, 5_000, 6_000]);
  store.take(readings(6, "97"));
  assert.equal(store.get("M", "spo2")?.times.length, 6);
});

test("a scale holds what it shows and grows in whole steps", () => {
  assert.deepEqual(scaleFor([70, 90], 40, 140, 20), [40, 140]);
  assert.deepEqual(scaleFor([31, 190], 40, 140, 20), [20, 200]);
});

test("the first place after a time", () => {
  assert.equal(firstAfter([1, 2, 2, 5], 2), 3);
  assert.equal(firstAfter([], 2), 0);
});

test("a value keeps the decimals of its device, loaded or live", () => {
  const packed = { d: "P", p: "pump_rate", t: [1_000, 1_000, 1_000], v: [150, 48, null], q: { "2": "invalid" }, n: 1, o: { "1": 0 } };
  const series = Series.unpack(packed);
  series.add(4_000, 4_000, "48.25", "valid");
  const shown = drawn(series, 0, 5_000, 5_000, 10_000);
  const texts = shown.values.map((value, place) => value?.toFixed(shown.places[place] ?? 0) ?? "");
  assert.deepEqual(texts, ["150.0", "48", "", "48.25"]);
});
