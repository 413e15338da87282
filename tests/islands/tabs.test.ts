import assert from "node:assert/strict";
import { test } from "node:test";
import { GONE_MS, leaderOf, present, type Tab } from "../../src/reverie/islands/tabs";

const tab = (id: string, changes: Partial<Tab> = {}): Tab => ({ id, born: 0, audible: true, visible: false, ...changes });

test("one of all tabs leads: what can be heard, then what is seen, then the oldest", () => {
  assert.equal(leaderOf([tab("a"), tab("b", { visible: true })])?.id, "b");
  assert.equal(leaderOf([tab("a"), tab("b", { visible: true, audible: false })])?.id, "a");
  assert.equal(leaderOf([tab("a", { born: 2 }), tab("b", { born: 1 })])?.id, "b");
  assert.equal(leaderOf([tab("b"), tab("a")])?.id, "a");
});

test("all tabs agree on who leads, in whatever order they heard of each other", () => {
  const tabs = [tab("a", { born: 3 }), tab("b", { visible: true, audible: false }), tab("c", { born: 2 }), tab("d", { audible: false })];
  const turned = tabs.map((_one, place) => [...tabs.slice(place), ...tabs.slice(0, place)]);
  assert.deepEqual(new Set(turned.map((order) => leaderOf(order)?.id)), new Set(["c"]));
});

test("a tab that says nothing any more is gone", () => {
  const heard = new Map([["a", { tab: tab("a"), at: 1_000 }]]);
  assert.equal(present(heard, 1_000 + GONE_MS).length, 1);
  assert.equal(present(heard, 1_001 + GONE_MS).length, 0);
});
