import path from "node:path";
import { fileURLToPath } from "node:url";
import Config from "@npmcli/config";
import definitions from "@npmcli/config/lib/definitions/index.js";

/** Options as npm's own libraries take them. They hold tokens: never print them. */
export type NpmOptions = Readonly<Record<string, unknown>>;

/** Milliseconds. Somebody waits at a terminal: npm's own five minutes are too long, unless they were asked for. */
const patience = {
  "fetch-timeout": { fetchTimeout: 60_000, timeout: 60_000 },
  "fetch-retry-mintimeout": { fetchRetryMintimeout: 1000 },
  "fetch-retry-maxtimeout": { fetchRetryMaxtimeout: 5000 },
} as const;

/**
 * npm's configuration as npm itself reads it in this folder: the `.npmrc` files of project, user and machine, and `npm_config_…`. So
 * registries of a scope, tokens and proxies work here as they do there.
 */
export async function readNpmConfiguration(workingDirectory: string): Promise<NpmOptions> {
  const config = new Config({
    ...definitions,
    // Where a distribution would put npm's built-in npmrc; we have none.
    npmPath: path.dirname(fileURLToPath(import.meta.url)),
    // Our own arguments are not npm's.
    argv: [process.execPath, "rebench"],
    cwd: workingDirectory,
    // It writes into the environment that it is given.
    env: { ...process.env },
    warn: false,
  });
  await config.load();
  const shorter = Object.entries(patience).map(([key, options]) => (config.isDefault(key) ? options : {}));
  return { ...config.flat, ...Object.assign({}, ...shorter) } as NpmOptions;
}
