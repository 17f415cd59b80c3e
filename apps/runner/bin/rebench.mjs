#!/usr/bin/env node
import { existsSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(`rebench needs Node 24 or newer, and this is ${process.version}; ./rebench brings one\n`);
  process.exit(2);
}
enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/rebench", import.meta.url)));
// A checkout runs its sources as they are; a published package holds only what was built.
const source = new URL("../src/main.ts", import.meta.url);
const { main } = await import(existsSync(source) ? source.href : new URL("../dist/main.js", import.meta.url).href);
await main(process.argv.slice(2));
