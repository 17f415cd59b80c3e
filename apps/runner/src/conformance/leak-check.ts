import type { LoadedTask } from "@rebench/core";
import { openLocation, pathOfLocation } from "../packs/location.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";
import { findPassages } from "./find-passages.ts";
import { filesBelow, givenFiles, type PackFile } from "./pack-files.ts";

const windowBytes = 256;
const shortestWhole = 64;

// Everything an agent can read but the machine's own programs, one file after the other.
const readEverything =
  "find / \\( -path /proc -o -path /sys -o -path /dev -o -path /usr -o -path /opt/rebench/node \\) -prune -o -type f -readable -size -65536k -print0 2>/dev/null | xargs -0 cat";

const fix = "keep what decides the score out of the starting files, the background and the image";

/** Nothing that decides a score is handed to the agent, or can be found in a real sandbox: no passage of it, no folder of the pack. */
export const leakCheck: Check = {
  id: "leaks",
  async run(context) {
    const handed = await handedOver(context.loaded);
    return handed.ok ? [handed, await searchSandbox(context)] : [handed];
  },
};

/** Whole files of the pack that the agent is handed; an unchanged starting file in a submission is none. */
async function handedOver(loaded: LoadedTask): Promise<CheckResult> {
  const given = await givenFiles(loaded);
  const secrets = (await submissions(loaded)).filter(
    ({ relative, content }) => !given.some((file) => relative.endsWith(file.relative) && file.content.equals(content)),
  );
  const leaked = [...secrets, ...(await decisive(loaded))]
    .filter(({ content }) => content.length > shortestWhole && given.some((file) => file.content.equals(content)))
    .map(({ relative }) => relative);
  const ok = leaked.length === 0;
  const message = ok
    ? "no file that decides a score is handed to the agent"
    : `the agent is handed ${leaked.join(", ")}`;
  return { id: "leaks.given", ok, message, fix };
}

async function searchSandbox({ loaded, attempt, level }: CheckContext): Promise<CheckResult> {
  if (!level.guarantees.files)
    return {
      id: "leaks",
      ok: false,
      message: `isolation level ${level.level} does not keep files apart, so this cannot be checked here`,
      fix: "`rebench doctor` says how to get a better one",
    };
  const folder = `'${loaded.reference.directory.replaceAll("'", "'\\''")}'`;
  const { output } = await attempt(
    `${readEverything}; if ls ${folder} >/dev/null 2>&1 || cat ${folder}/package.json >/dev/null 2>&1; then echo; echo 'rebench-leak: the pack can be read'; fi`,
  );
  const seen = Buffer.from(output);
  const given = Buffer.concat((await givenFiles(loaded)).map(({ content }) => content));
  if (!seen.includes(given.subarray(0, shortestWhole)))
    return {
      id: "leaks",
      ok: false,
      message: "the sandbox did not even hold the instructions, so the search proves nothing",
      fix: "try again; where it stays so, `rebench doctor` says whether sandboxes work here",
    };
  const leaked: string[] = seen.includes("rebench-leak: ") ? ["the pack's folder"] : [];
  leaked.push(...findLeaks(seen, given, [...(await submissions(loaded)), ...(await decisive(loaded))]));
  const message =
    leaked.length === 0
      ? `none of the pack's secrets in the ${seen.length} bytes that an agent can read`
      : `an agent can read ${leaked.join(", ")}`;
  return { id: "leaks", ok: leaked.length === 0, message, fix };
}

/** Names of the secrets of which a passage was seen that the agent was not given anyway. */
export function findLeaks(seen: Buffer, given: Buffer, secrets: readonly PackFile[]): string[] {
  const all = secrets.map(({ relative, content }) => ({ relative, passages: passages(content) }));
  const windows = all.flatMap((secret) => secret.passages).filter(({ length }) => length === windowBytes);
  const inSeen = findPassages(windows, seen);
  const inGiven = findPassages([...inSeen], given);
  const isSeen = (passage: Buffer): boolean =>
    passage.length === windowBytes
      ? inSeen.has(passage) && !inGiven.has(passage)
      : !given.includes(passage) && seen.includes(passage);
  return all.filter((secret) => secret.passages.some(isSeen)).map(({ relative }) => relative);
}

/** Windows of a secret file; a short file counts as a whole, a very short one says nothing, and neither do runs of zeros. */
function passages(content: Buffer): Buffer[] {
  if (content.length < shortestWhole) return [];
  if (content.length <= windowBytes) return [content];
  const windows: Buffer[] = [];
  for (let at = 0; at + windowBytes <= content.length; at += windowBytes / 2)
    windows.push(content.subarray(at, at + windowBytes));
  return windows.filter((window) => !isRepetition(window));
}

/** One number again and again, of at most eight bytes: found in any program. */
function isRepetition(window: Buffer): boolean {
  return window.subarray(8).equals(window.subarray(0, -8));
}

/** Solutions and exploits of the pack. */
async function submissions({ tier, packPath }: LoadedTask): Promise<PackFile[]> {
  await using reference = await openLocation(tier.reference, packPath);
  await using rungs = await openLocation(tier.rungs, packPath);
  return await named([
    [tier.reference.path, reference.folder],
    [pathOfLocation(tier.rungs), rungs.folder],
    [tier.cheats, packPath(tier.cheats)],
  ]);
}

/** What scores, and what it scores with. */
function decisive({ tier, packPath }: LoadedTask): Promise<PackFile[]> {
  const roots = [
    "kernel",
    "hidden",
    "harness",
    "baselines",
    "scorer",
    ...(tier.hidden === undefined ? [] : [tier.hidden]),
  ];
  return named([...new Set(roots)].map((root) => [root, packPath(root)]));
}

async function named(roots: readonly (readonly [name: string, folder: string])[]): Promise<PackFile[]> {
  const files = await Promise.all(
    roots.map(async ([name, folder]) =>
      (await filesBelow(folder)).map(({ relative, content }) => ({ relative: `${name}/${relative}`, content })),
    ),
  );
  return files.flat();
}
