// What one script of the page tells the others: each is bundled alone, so they speak by events of the page.
// The connection tells what it hears; the alarms and the chairs listen.

export interface Beat {
  readonly now: number;
  /** how many ms ago the watch last looked; null when it does not run */
  readonly watch: number | null;
  readonly trouble?: readonly string[];
}

export interface Told {
  readonly beat: Beat;
  readonly ward: { readonly open: readonly string[] };
  readonly alarms: unknown;
  /** four times a second, also in a tab that nobody sees; the time of the worker that says so */
  readonly tick: number;
  readonly link: "open" | "lost" | "signed_out" | "refused";
}

export function tell<N extends keyof Told>(name: N, detail: Told[N]): void {
  document.dispatchEvent(new CustomEvent(`reverie:${name}`, { detail }));
}

export function hear<N extends keyof Told>(name: N, take: (detail: Told[N]) => void): void {
  document.addEventListener(`reverie:${name}`, (event) => take((event as CustomEvent<Told[N]>).detail));
}
