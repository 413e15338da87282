// One lane's element: made once from the page's own partial, filled anew whenever something is drawn.
import { cloneOf, element, find, slot, write } from "./dom";
import type { LaneRow } from "./lane-rows";

export function makeLane(row: LaneRow): HTMLElement {
  const lane = cloneOf("lane-template");
  const { key, label, sub, unit, kind } = row.lane;
  lane.dataset["lane"] = key;
  lane.dataset["row"] = row.id;
  const title = find("h3", lane);
  if (title !== null) {
    title.id = `lane-${row.id}`;
    title.replaceChildren(label, ...(sub === "" ? [] : [element("sub", "", sub)]));
    lane.setAttribute("aria-labelledby", title.id);
  }
  find("[data-trace]", lane)?.setAttribute("aria-label", `${label}${sub}`);
  write(find(".lane-unit", lane), unit);
  lane.className = `lane lane-${key}${kind === "pressure" ? " is-tall" : ""}${kind === "step" ? " is-act" : ""}`;
  return lane;
}

const STATES = ["fresh", "stale", "questionable", "missing", "lost"];

export function fillLane(lane: HTMLElement, row: LaneRow): void {
  for (const state of STATES) lane.classList.toggle(`is-${state}`, row.state === state);
  write(slot(lane, "value"), row.text);
  write(slot(lane, "age"), row.age);
  write(slot(lane, "source"), row.source);
  write(slot(lane, "note"), row.note);
}
