// The alarms of every open session of the clinic, as this page was told of them last. Pure.
import { calls, inOrder, isThere, type Alarm, type ChairAlarms } from "./alarms";

export interface AtChair {
  readonly chair: ChairAlarms;
  readonly alarm: Alarm;
}

export class Ward {
  readonly #chairs = new Map<string, ChairAlarms>();

  /** The beginning: these sessions are open, and no others. What is known of them stays until it is told anew. */
  start(open: readonly string[]): void {
    for (const session of this.#chairs.keys()) if (!open.includes(session)) this.#chairs.delete(session);
  }

  take(told: ChairAlarms): void {
    if (told.phase === "closed") this.#chairs.delete(told.s);
    else this.#chairs.set(told.s, told);
  }

  of(session: string): ChairAlarms | undefined {
    return this.#chairs.get(session);
  }

  inChair(chair: string): ChairAlarms | undefined {
    return [...this.#chairs.values()].find((one) => one.chair === chair);
  }

  all(): ChairAlarms[] {
    return [...this.#chairs.values()];
  }

  /** Every alarm of every chair, the highest first. */
  everything(): AtChair[] {
    const found = this.all().flatMap((chair) => chair.alarms.map((alarm) => ({ chair, alarm })));
    const order = inOrder(found.map((one) => one.alarm));
    return found.sort((one, other) => order.indexOf(one.alarm) - order.indexOf(other.alarm));
  }

  /** The highest alarm of each chair that is medium or high; what is over and was seen calls nobody any more. */
  elsewhere(): AtChair[] {
    const told = this.everything().filter(({ alarm }) => alarm.priority !== "low" && (alarm.seen === null || isThere(alarm)));
    return told.filter(({ chair }, place) => told.findIndex((one) => one.chair === chair) === place);
  }

  /** What called this person and waits to be seen. */
  calling(person: string): AtChair[] {
    return this.everything().filter(({ alarm }) => calls(alarm, person));
  }
}
