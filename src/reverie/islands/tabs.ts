// Several tabs of one browser are one screen: one of them sounds and keeps its connection while nobody sees it.
// They tell each other every second that they are there. Where a browser cannot, each tab does it for itself.

export interface Tab {
  readonly id: string;
  /** when it was opened, ms */
  readonly born: number;
  readonly audible: boolean;
  readonly visible: boolean;
}

export const GONE_MS = 3_500;
const SAY_MS = 1_000;

/** The one that leads: what can be heard before what cannot, what is seen before what is not, then the oldest. */
export function leaderOf(tabs: readonly Tab[]): Tab | undefined {
  const rank = (tab: Tab): number => (tab.audible ? 2 : 0) + (tab.visible ? 1 : 0);
  return [...tabs].sort(
    (one, other) => rank(other) - rank(one) || one.born - other.born || (one.id < other.id ? -1 : 1),
  )[0];
}

/** Those that were heard of lately: a tab that says nothing any more is gone. */
export function present(heard: ReadonlyMap<string, { readonly tab: Tab; readonly at: number }>, now: number): Tab[] {
  return [...heard.values()].filter((one) => now - one.at <= GONE_MS).map((one) => one.tab);
}

export class Tabs {
  readonly #id = Math.random().toString(36).slice(2);
  readonly #born = Date.now();
  readonly #channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("reverie-screen") : null;
  readonly #heard = new Map<string, { readonly tab: Tab; readonly at: number }>();
  #now = 0;
  #told = { at: -Infinity, as: "" };

  constructor() {
    this.#channel?.addEventListener("message", ({ data }: MessageEvent<{ tab?: Tab; left?: string }>) => {
      if (data.left !== undefined) this.#heard.delete(data.left);
      if (data.tab !== undefined) this.#heard.set(data.tab.id, { tab: data.tab, at: this.#now });
    });
    window.addEventListener("pagehide", () => this.#channel?.postMessage({ left: this.#id }));
  }

  /** Tell the others of this one; whether it leads at `now` (ms, of the ticks). */
  leads(now: number, audible: boolean): boolean {
    this.#now = now;
    const own = { id: this.#id, born: this.#born, audible, visible: !document.hidden };
    const as = `${own.audible} ${own.visible}`;
    if (now - this.#told.at >= SAY_MS || as !== this.#told.as) {
      this.#told = { at: now, as };
      this.#channel?.postMessage({ tab: own });
    }
    return leaderOf([own, ...present(this.#heard, now)])?.id === this.#id;
  }
}
