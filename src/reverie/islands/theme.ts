// Puts the chosen theme on <html> before the first paint. A blocking script, so it stays tiny.
// It never fails a page: where storage is refused, the page keeps the theme the server gave.
import { readTheme } from "./theme-choice";

const chosen = readTheme();
if (chosen !== null) document.documentElement.dataset["theme"] = chosen;
