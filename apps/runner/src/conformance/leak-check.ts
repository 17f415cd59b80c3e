import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { LoadedTask } from "@rebench/core";
import { pathOfLocation } from "../packs/location.ts";
import type { Check } from "./check.ts";

const windowBytes = 256;
const shortestWhole = 64;

// Everything an agent can read but the machine's own programs, one file after the other.
const readEverything =
  "find / \\( -path /proc -o -path /sys -o -path /dev -o -path /usr -o -path /opt/rebench/node \\) -prune -o -type f -readable -size -65536k -print0 2>/dev/null | xargs -0 cat";

/** Nothing that decides a score can be found in a real sandbox: no passage of it, and no folder of the pack. */
export const leakCheck: Check = {
  id: "leaks",
  async run({ loaded, attempt, level }) {
    if (!level.guarantees.files)
      return [
        {
          id: "leaks",
          ok: false,
          message: `isolation level ${level.level} does not keep files apart, so this cannot be checked here`,
        },
      ];
    const folder = `'${loaded.reference.directory.replaceAll("'", "'\\''")}'`;
    const { output } = await attempt(
      `${readEverything}; if ls ${folder} >/dev/null 2>&1 || cat ${folder}/package.json >/dev/null 2>&1; then echo; echo 'rebench-leak: the pack can be read'; fi`,
    );
    const seen = Buffer.from(output);
    const given = await contentOf(loaded, [
      loaded.tier.instructions,
      loaded.tier.start,
      ...(loaded.tier.background === undefined ? [] : [loaded.tier.background]),
    ]);
    const leaked: string[] = seen.includes("rebench-leak: ") ? ["the pack's folder"] : [];
    leaked.push(...findLeaks(seen, given, await secrets(loaded)));
    const sane = seen.includes(given.subarray(0, shortestWhole));
    if (!sane)
      return [
        {
          id: "leaks",
          ok: false,
          message: "the sandbox did not even hold the instructions, so the search proves nothing",
        },
      ];
    const message =
      leaked.length === 0
        ? `none of the pack's secrets in the ${seen.length} bytes that an agent can read`
        : `an agent can read ${leaked.join(", ")}`;
    return [{ id: "leaks", ok: leaked.length === 0, message }];
  },
};

export interface Secret {
  readonly relative: string;
  readonly content: Buffer;
}

/** Names of the secrets of which a passage was seen that the agent was not given anyway. */
export function findLeaks(seen: Buffer, given: Buffer, secrets: readonly Secret[]): string[] {
  const leaked = ({ content }: Secret): boolean =>
    passages(content).some((passage) => !given.includes(passage) && seen.includes(passage));
  return secrets.filter(leaked).map(({ relative }) => relative);
}

/** Windows of a secret file; a short file counts as a whole, a very short one says nothing. */
function passages(content: Buffer): Buffer[] {
  if (content.length < shortestWhole) return [];
  if (content.length <= windowBytes) return [content];
  const windows: Buffer[] = [];
  for (let at = 0; at + windowBytes <= content.length; at += windowBytes / 2)
    windows.push(content.subarray(at, at + windowBytes));
  return windows;
}

async function secrets({ tier, packPath }: LoadedTask): Promise<Secret[]> {
  const roots = [
    tier.reference.path,
    pathOfLocation(tier.rungs),
    tier.cheats,
    "kernel",
    "hidden",
    "harness",
    "baselines",
    "scorer",
    ...(tier.hidden === undefined ? [] : [tier.hidden]),
  ];
  const files = await Promise.all(roots.map((root) => filesOf(packPath(root))));
  const all = [...new Set(files.flat())];
  return Promise.all(
    all.map(async (file) => ({ relative: path.relative(packPath("."), file), content: await readFile(file) })),
  );
}

async function contentOf({ packPath }: LoadedTask, relatives: readonly string[]): Promise<Buffer> {
  const files = (await Promise.all(relatives.map((relative) => filesOf(packPath(relative))))).flat();
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

/** The file itself, or every file below a folder; nothing where neither is there. */
async function filesOf(target: string): Promise<string[]> {
  try {
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return [target];
    if (code === "ENOENT") return [];
    throw error;
  }
}
