// The search for a patient by keyboard: arrow down from the box into what was found, up and down among
// it, Escape back to the box. Enter in the box goes to the first one found; opening stays an own act.
import { all, find } from "./dom";

export function step(count: number, at: number, key: string): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return Math.min(at + 1, count - 1);
  if (key === "ArrowUp") return at - 1;
  if (key === "Home") return at < 0 ? null : 0;
  if (key === "End") return at < 0 ? null : count - 1;
  return null;
}

export function watchFinder(): void {
  const finder = find("[data-finder]");
  const box = find<HTMLInputElement>("[data-finder-box]");
  if (finder === null || box === null) return;
  let searched = box.value;

  finder.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.repeat && event.key === "Enter") {
      event.preventDefault(); // a key held down must not open the first one
      return;
    }
    const rows = all("[data-finder-row]", finder);
    const at = rows.indexOf(document.activeElement as HTMLElement);
    const inBox = event.target === box;
    if (!inBox && at < 0) return;
    if (event.key === "Escape" && !inBox) {
      event.preventDefault();
      box.focus();
      box.select();
      return;
    }
    if (event.key === "Enter" && inBox && searched === box.value && rows.length > 0) {
      event.preventDefault();
      rows[0]?.focus();
      return;
    }
    const next = step(rows.length, at, event.key);
    if (next === null) return;
    event.preventDefault();
    if (next < 0) box.focus();
    else rows[next]?.focus();
  });

  finder.addEventListener("htmx:afterSwap", () => {
    searched = box.value;
  });
}
