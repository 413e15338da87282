// Every phrase that an island says, by key. The phrases stand translated in the page, in the
// template element #words (components/words.html); here is only the list of keys.
// It never builds a sentence by gluing words together: each phrase is whole, with {places} in it.

export const WORD_KEYS = [
  "age.seconds",
  "age.minutes",
  "age.old",
  "age.hours",
  "age.none",
  "alarm.called",
  "alarm.called_nobody",
  "alarm.calls_you",
  "alarm.chair",
  "alarm.eased",
  "alarm.for",
  "alarm.locked",
  "alarm.more",
  "alarm.one_more",
  "alarm.over",
  "alarm.pending",
  "alarm.refused",
  "alarm.rules",
  "alarm.rules_assumed",
  "alarm.seen",
  "alarm.was",
  "alarm.words_seen",
  "board.count.high",
  "board.count.medium",
  "board.count.low",
  "board.count.infusing",
  "board.free",
  "board.minutes",
  "board.hours",
  "board.nobody",
  "board.sign",
  "board.close",
  "board.staff",
  "board.other",
  "board.other_record",
  "board.no_device",
  "chart.window",
  "chart.summary",
  "chart.summary_none",
  "chart.scale",
  "device.awaiting",
  "device.lost",
  "device.never",
  "device.other",
  "device.other_patient",
  "due.full",
  "due.now",
  "due.overdue",
  "event.late",
  "event.struck",
  "form.offline",
  "form.refused",
  "form.slow",
  "gap.no_data",
  "gap.no_value",
  "infusion.none",
  "infusion.running",
  "infusion.paused",
  "infusion.stopped",
  "infusion.by_person",
  "infusion.by_pump",
  "level.low",
  "level.medium",
  "level.high",
  "link.checking",
  "link.ended",
  "link.lost",
  "link.signed_out",
  "link.refused",
  "sound.again",
  "sound.elsewhere",
  "sound.none",
  "sound.silent",
  "sound.test",
  "sound.tested",
  "sound.tested_room",
  "sound.unheard",
  "sound.untested",
  "sound.wake",
  "value.calibration",
  "value.clock_ahead",
  "value.demo",
  "value.invalid",
  "value.mean",
  "value.no_data_since",
  "value.not_available",
  "value.overflow",
  "value.questionable",
  "value.test",
  "value.underflow",
  "value.waiting",
  "watch.refused",
  "watch.signed_out",
  "watch.stopped",
  "watch.stopped_since",
  "watch.unheard",
  "state.arrived",
  "state.preflight",
  "state.hold",
  "state.cancelled",
  "state.ready",
  "state.infusing",
  "state.paused",
  "state.completed_dose",
  "state.aborted",
  "state.recovery",
  "state.discharge_ready",
  "state.discharged",
  "state.note_signed",
  "state.closed",
  "state.emergency",
  "state.transferred",
] as const;

export type WordKey = (typeof WORD_KEYS)[number];
export type Say = (key: WordKey, values?: Readonly<Record<string, string | number>>) => string;

export function isWordKey(key: string): key is WordKey {
  return WORD_KEYS.some((known) => known === key);
}

/** A phrase with its {places} filled. An unknown place stays as written, so that it is seen. */
export function fill(phrase: string, values: Readonly<Record<string, string | number>>): string {
  return phrase.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

/** Says phrases from a lookup; a missing one shows its key rather than nothing. */
export function sayFrom(lookup: ReadonlyMap<string, string>): Say {
  return (key, values = {}) => fill(lookup.get(key) ?? key, values);
}

/** Reads the phrases that the page carries. */
export function readWords(page: Document): Say {
  const lookup = new Map<string, string>();
  const holder = page.querySelector<HTMLTemplateElement>("template#words");
  for (const phrase of holder?.content.querySelectorAll<HTMLElement>("[data-word]") ?? []) {
    const key = phrase.dataset["word"];
    if (key !== undefined) lookup.set(key, phrase.textContent?.trim() ?? "");
  }
  return sayFrom(lookup);
}

/** The name of a session's state, or the state itself where this list is older than the server. */
export function sayState(state: string, say: Say): string {
  const key = `state.${state}`;
  return isWordKey(key) ? say(key) : state.replaceAll("_", " ");
}
