// Four ticks a second from a worker: a tab that nobody sees has its own timers slowed to one a minute.
// Where there is no worker the page's own timers must do.
import { tell } from "./heard";

const EVERY_MS = 250;

export function beginTicking(worker: string): void {
  const byItself = (): void => {
    setInterval(() => tell("tick", performance.now()), EVERY_MS);
  };
  try {
    const ticking = new Worker(worker);
    ticking.addEventListener("message", ({ data }: MessageEvent<number>) => tell("tick", data));
    ticking.addEventListener("error", byItself, { once: true });
  } catch {
    byItself();
  }
}
