import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import kitManifest from "@rebench/task-kit/package.json" with { type: "json" };
import { hostVersion } from "../host/host-version.ts";

export type ScorerLanguage = "typescript" | "python";

/** A file of a pack that does not exist yet. */
export interface PlannedFile {
  /** Relative to the pack's root, POSIX separators. */
  readonly path: string;
  readonly content: string;
}

export interface PackPlanOptions {
  readonly name: string;
  readonly scorer: ScorerLanguage;
}

const templates = fileURLToPath(new URL("../../templates", import.meta.url));

/** What npm would leave out of a published package, or read as a package of its own, has another name in the templates. */
const realNames: Readonly<Record<string, string>> = {
  "manifest.json": "package.json",
  gitignore: ".gitignore",
  "changeset/config.json": ".changeset/config.json",
};

/** The files of a new pack: the templates with the pack's name, versions and a fresh canary filled in. */
export async function planPack({ name, scorer }: PackPlanOptions): Promise<readonly PlannedFile[]> {
  const words = { PACK_NAME: name, CANARY: `rebench canary ${randomUUID()}`, ...ranges() };
  const files = [...(await readTemplate("common")), ...(await readTemplate(scorer))];
  return files
    .map(({ path: relative, content }) => ({
      path: realNames[relative] ?? relative,
      content: Object.entries(words).reduce((text, [word, value]) => text.replaceAll(word, value), content),
    }))
    .sort((left, right) => (left.path < right.path ? -1 : 1));
}

/** What the pack works with: this host's major version, and kits from this one on. */
function ranges(): { HOST_RANGE: string; KIT_RANGE: string } {
  const major = Number(hostVersion.split(".")[0]);
  return { HOST_RANGE: `>=${major} <${major + 1}`, KIT_RANGE: `^${kitManifest.version}` };
}

async function readTemplate(name: string): Promise<PlannedFile[]> {
  const root = path.join(templates, name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const file = path.join(entry.parentPath, entry.name);
        const relative = path.relative(root, file).split(path.sep).join("/");
        return { path: relative, content: await readFile(file, "utf8") };
      }),
  );
}
