// Runs tests/islands/*.test.ts: bundles each with esbuild into a temporary folder, then hands them
// to node's own test runner. Works with any Node from 20 on, which cannot read TypeScript itself.
import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const tests = join(root, "tests", "islands");
const wanted = process.argv.slice(2);
const names = (await readdir(tests)).filter(
  (name) => name.endsWith(".test.ts") && (wanted.length === 0 || wanted.some((word) => name.includes(word))),
);
if (names.length === 0) {
  console.error("No test found in tests/islands");
  process.exit(1);
}

const folder = await mkdtemp(join(tmpdir(), "reverie-islands-"));
let status = 1;
try {
  await build({
    entryPoints: names.map((name) => join(tests, name)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    logLevel: "warning",
    define: { "process.env.REVERIE_ROOT": JSON.stringify(root) },
  });
  const files = names.map((name) => join(folder, name.replace(/\.ts$/, ".mjs")));
  status = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(status);
