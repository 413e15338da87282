// Locking for idleness. It asks the server when nobody has touched the page for long enough, and
// tells it now and then that somebody has. A live page never goes blank: only its forms are covered.
import { all, cloneOf, find } from "./dom";

const ASK_AGAIN_MS = 5_000;
const STILL_HERE_MS = 60_000;

/** Idle milliseconds by whichever clock ran further: sleep stops one of them on some machines. */
export function idleFor(lastMono: number, lastWall: number, mono: number, wall: number): number {
  return Math.max(mono - lastMono, wall - lastWall, 0);
}

interface Answer {
  readonly locked: boolean;
}

async function ask(url: string, active: boolean): Promise<Answer> {
  const address = new URL(url, location.href);
  if (active) address.searchParams.set("active", "1");
  const response = await fetch(address, {
    cache: "no-store",
    credentials: "same-origin",
    redirect: "manual",
    headers: { Accept: "application/json" },
  });
  // A redirect to the sign-in page, or a refusal, says the same as "locked".
  if (!response.ok) return { locked: true };
  const answer: unknown = await response.json();
  return { locked: typeof answer === "object" && answer !== null && "locked" in answer && answer.locked === true };
}

export function lockForms(): void {
  if (find("#lock") !== null) return;
  const place = find("[data-lock-place]");
  if (place === null) {
    location.reload();
    return;
  }
  for (const part of all("[data-lockable]")) part.inert = true;
  const panel = cloneOf("lock-panel");
  place.append(panel);
  (window as unknown as { htmx?: { process(e: Element): void } }).htmx?.process(panel);
  document.body.classList.add("is-locked");
}

export function watchIdleness(): void {
  const url = document.body.dataset["idleUrl"];
  const seconds = Number(document.body.dataset["idleSeconds"]);
  if (url === undefined || !(seconds > 0)) return;

  // Locked already when it was drawn, or found out by a write that the server refused.
  if (document.body.dataset["locked"] !== undefined && find("[data-lock-place]") !== null) lockForms();
  document.body.addEventListener("screen-locked", () => lockForms());

  let lastMono = performance.now();
  let lastWall = Date.now();
  let toldMono = performance.now();
  let touchedSinceTold = false;
  let asking = false;

  const touched = (): void => {
    lastMono = performance.now();
    lastWall = Date.now();
    touchedSinceTold = true;
  };
  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    document.addEventListener(kind, touched, { passive: true, capture: true });
  }

  const look = async (): Promise<void> => {
    const { classList } = document.body;
    if (asking || classList.contains("is-locked") || classList.contains("is-signed-out")) return;
    const mono = performance.now();
    const due = idleFor(lastMono, lastWall, mono, Date.now()) >= seconds * 1_000;
    const tell = touchedSinceTold && mono - toldMono >= STILL_HERE_MS;
    if (!due && !tell) return;
    asking = true;
    try {
      const answer = await ask(url, tell && !due);
      toldMono = performance.now();
      touchedSinceTold = false;
      if (answer.locked) lockForms();
    } catch {
      // Nobody answers: what nobody watches is locked, what somebody uses is not.
      if (due && find("[data-lock-place]") !== null) lockForms();
    } finally {
      asking = false;
    }
  };
  setInterval(() => void look(), ASK_AGAIN_MS);
  document.addEventListener("visibilitychange", () => void look());
}
