// The chairs at the top of the live page: who sits there now, their state, and the level and words of their alarm.
import { inOrder, wordsOf } from "./alarms";
import { all, find, shape, show, slot, write } from "./dom";
import { writeWords, type Telling } from "./alarm-rows";
import type { Ward } from "./ward";
import { sayState } from "./words";

const LEVELS = ["low", "medium", "high"] as const;

export function drawStrip(ward: Ward, telling: Telling): void {
  for (const place of all<HTMLAnchorElement>("[data-strip-chair]")) {
    const chair = ward.inChair(place.dataset["stripChair"] ?? "");
    const here = place.hasAttribute("aria-current");
    if (chair !== undefined) {
      write(slot(place, "initials"), chair.initials);
      write(slot(place, "state"), sayState(chair.phase, telling.say));
      if (!here) place.href = telling.session_url.replace("{s}", chair.s);
    } else if (place.dataset["taken"] !== undefined && !here) {
      write(slot(place, "initials"), "");
      write(slot(place, "state"), telling.say("board.free"));
      place.href = place.dataset["free"] ?? place.href;
    }
    if (chair !== undefined) place.dataset["taken"] = "";
    const alarm = inOrder(chair?.alarms ?? [])[0];
    for (const level of LEVELS) place.classList.toggle(`has-${level}`, alarm?.priority === level);
    place.classList.toggle("is-seen", alarm !== undefined && alarm.seen !== null);
    const told = slot(place, "alarm");
    show(told, alarm !== undefined);
    show(slot(place, "note"), alarm === undefined);
    if (told === null || alarm === undefined) continue;
    if (told.dataset["shape"] !== alarm.priority) {
      told.dataset["shape"] = alarm.priority;
      find(".shape", told)?.replaceWith(shape(alarm.priority));
    }
    write(find("b", told), telling.say(`level.${alarm.priority}`));
    const { words } = wordsOf(alarm, telling.now, telling.say, telling.times);
    writeWords(slot(told, "alarm-words"), alarm.seen === null ? words : telling.say("alarm.words_seen", { words }));
  }
}
