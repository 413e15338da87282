// Builds the browser part into src/reverie/static/built/ (git-ignored): one style sheet with its
// fonts beside it, and one classic script per page kind. Addresses stay relative, so that the
// static files may be renamed by their hash later.
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const reverie = dirname(here);
const built = join(reverie, "static", "built");

const options = {
  entryPoints: [
    { in: join(here, "app.ts"), out: "app" },
    { in: join(here, "board.ts"), out: "board" },
    { in: join(here, "live.ts"), out: "live" },
    { in: join(here, "passkey.ts"), out: "passkey" },
    { in: join(here, "theme.ts"), out: "theme" },
    { in: join(here, "tick-worker.ts"), out: "tick-worker" },
    { in: join(reverie, "styles", "app.css"), out: "app" },
  ],
  outdir: built,
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: "linked",
  target: ["es2022", "chrome123", "firefox121", "safari17.5"],
  format: "iife",
  assetNames: "fonts/[name]",
  loader: { ".woff2": "file", ".woff": "file" },
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  const watcher = await context(options);
  await watcher.watch();
} else {
  await rm(built, { recursive: true, force: true });
  await build(options);
}
