// Puts the chosen theme on <html> before the first paint, and what this screen knows of its sound, so that nothing
// jumps. A blocking script, so it stays tiny. It never fails a page: where storage is refused, the page keeps the
// theme the server gave.
import { isTested, readKept } from "./sound-kept";
import { readTheme } from "./theme-choice";

const chosen = readTheme();
if (chosen !== null) document.documentElement.dataset["theme"] = chosen;
const kept = readKept();
const quiet = kept.place === "elsewhere" ? "elsewhere" : "tested";
document.documentElement.dataset["sound"] = isTested(kept, Date.now()) || kept.place === "elsewhere" ? quiet : "untested";
