import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { checkout } from "./cli.ts";

/** A copy of the toy pack in a folder of its own, to be changed. */
export interface PackCopy extends AsyncDisposable {
  /** Holds the pack's folder, `pi`. */
  readonly around: string;
  readonly directory: string;
  /** Replaces a text in one of its files. */
  edit(file: string, from: string, to: string): Promise<void>;
}

export async function copyToyPack(): Promise<PackCopy> {
  const around = await mkdtemp(path.join(os.tmpdir(), "rebench-pack-"));
  const directory = path.join(around, "pi");
  const source = path.join(checkout, "examples/estimate-pi");
  await cp(source, directory, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
  await mkdir(path.join(around, "node_modules/@rebench"), { recursive: true });
  await symlink(path.join(checkout, "packages/task-kit"), path.join(around, "node_modules/@rebench/task-kit"));
  return {
    around,
    directory,
    async edit(file, from, to) {
      const target = path.join(directory, file);
      const text = await readFile(target, "utf8");
      if (!text.includes(from)) throw new Error(`${file} does not hold ${from}`);
      await writeFile(target, text.replace(from, to));
    },
    [Symbol.asyncDispose]: () => rm(around, { recursive: true, force: true }),
  };
}
