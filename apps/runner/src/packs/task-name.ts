import { RebenchError } from "@rebench/task-kit";

/** A task as people write it: `pack[/task][@version]`, or a pack's folder as a path, `./folder[#task]`. */
export interface TaskName {
  /** npm name with scope, or null for a folder. */
  readonly pack: string | null;
  readonly folder: string | null;
  readonly task: string | null;
  readonly version: string | null;
}

const ourScope = "@rebench/pack-";
const shape =
  /^(?<pack>@[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*|[a-z0-9][a-z0-9._-]*)(?:\/(?<task>[a-z0-9][a-z0-9_-]*))?(?:@(?<version>[0-9A-Za-z.+-]+))?$/;

/** Errors with code `usage.task-name`. */
export function parseTaskName(text: string): TaskName {
  if (text.startsWith(".") || text.startsWith("/")) {
    const [folder = "", task = null] = text.split("#", 2);
    return { pack: null, folder, task, version: null };
  }
  const groups = shape.exec(text)?.groups;
  if (groups?.["pack"] === undefined) {
    throw new RebenchError({
      code: "usage.task-name",
      message: `${JSON.stringify(text)} is not a task name`,
      fix: "write pack[/task][@version], e.g. optimize-kernel or @rebench/pack-optimize-kernel/main@1.0.0, or a pack's folder, e.g. ./my-pack or ./my-pack#task",
    });
  }
  const { pack, task, version } = groups;
  return {
    pack: pack.startsWith("@") ? pack : `${ourScope}${pack}`,
    folder: null,
    task: task ?? null,
    version: version ?? null,
  };
}

/** The short form that people read: our own scope left out. */
export function shortPackName(pack: string): string {
  return pack.startsWith(ourScope) ? pack.slice(ourScope.length) : pack;
}
