// The line under the top of every other page: what alarms there are at the chairs, each a way there, or that there
// are none. What called this person stands below it as a row of its own, with its press.
import { wordsOf } from "./alarms";
import { all, cloneOf, find, shape, show, slot, write } from "./dom";
import { fillRow, keepRows, writeWords, type Telling } from "./alarm-rows";
import type { AtChair, Ward } from "./ward";

const MOST = 3;

export function drawWardLine(ward: Ward, me: string, telling: Telling): void {
  // what stands on this page as a row of its own is not said twice
  const here = new Set(all("[data-alarms]").map((place) => place.dataset["session"]));
  drawCalls(ward.calling(me).filter(({ chair }) => !here.has(chair.s)), telling);
  const line = find("#ward");
  if (line === null) return;
  const told = ward.elsewhere();
  show(find("[data-quiet]", line), told.length === 0);
  show(find("[data-own-off]", line), ward.all().some((chair) => chair.off.includes("secondary_alarms")));
  const list = find("[data-list]", line);
  if (list === null) return;
  show(list, told.length > 0);
  const shown = told.slice(0, MOST);
  while (list.children.length > shown.length) list.lastElementChild?.remove();
  for (const [place, one] of shown.entries()) {
    const item = (list.children[place] as HTMLElement | undefined) ?? list.appendChild(cloneOf("ward-template"));
    fillItem(item, one, telling);
  }
  const rest = find("[data-more]", line);
  show(rest, told.length > MOST);
  write(rest, telling.say("alarm.more", { n: told.length - MOST }));
}

function fillItem(item: HTMLElement, { chair, alarm }: AtChair, telling: Telling): void {
  const { say } = telling;
  const told = wordsOf(alarm, telling.now, say, telling.times);
  const link = find<HTMLAnchorElement>("a", item);
  if (link === null) return;
  link.href = telling.session_url.replace("{s}", chair.s);
  link.className = `ward-one is-${alarm.priority}${alarm.seen === null ? "" : " is-seen"}`;
  if (link.dataset["shape"] !== alarm.priority) {
    link.dataset["shape"] = alarm.priority;
    find(".shape", link)?.replaceWith(shape(alarm.priority));
  }
  write(slot(link, "level"), say(`level.${alarm.priority}`));
  write(slot(link, "chair"), `${say("alarm.chair", { chair: chair.name })} ${chair.initials}`);
  writeWords(slot(link, "words"), told.words);
  write(slot(link, "length"), alarm.seen === null ? told.length : told.meta);
}

function drawCalls(calling: readonly AtChair[], telling: Telling): void {
  const place = find("#calls");
  const holder = place === null ? null : find("[data-rows]", place);
  if (place === null || holder === null) return;
  announce(calling, telling);
  show(place, calling.length > 0);
  const rows = keepRows(holder, calling.map(({ chair, alarm }) => `${chair.s} ${alarm.seq}`));
  for (const [at, { chair, alarm }] of calling.entries()) {
    const row = rows[at];
    if (row === undefined) continue;
    fillRow(row, chair, alarm, telling, true);
    write(slot(row, "meta"), telling.say("alarm.calls_you", { time: telling.times.exact(alarm.escalated?.at ?? alarm.onset) }));
  }
}

const announced = new Set<string>();

/** A call is said once to whoever listens to the page. */
function announce(calling: readonly AtChair[], { say }: Telling): void {
  const fresh = calling.filter(({ chair, alarm }) => !announced.has(`${chair.s} ${alarm.seq}`));
  for (const { chair, alarm } of fresh) announced.add(`${chair.s} ${alarm.seq}`);
  if (fresh.length === 0) return;
  const words = fresh.map(({ chair, alarm }) => `${say(`level.${alarm.priority}`)} ${say("alarm.chair", { chair: chair.name })} ${alarm.words}.`);
  write(find("#alarm-said"), words.join(" "));
}
