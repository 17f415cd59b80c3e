import { closeSync, constants, fstatSync, openSync, opendirSync, read as readCallback } from "node:fs";
import type { CaptureResult } from "@rebench/core";
import {
  captureSubmission,
  type NotTaken,
  type SourceFile,
  type SourceFolder,
  type SubmissionSource,
} from "@rebench/supervisor";
import type { SubmissionContract } from "@rebench/task-kit";
import { enterGuarded, openGuarded, type GuardedFolder } from "./guarded-folder.ts";

/** Captures from a solution folder of the host. */
export function captureFolder(
  solution: string,
  contract: SubmissionContract,
  destination: string,
): Promise<CaptureResult> {
  return captureSubmission(guardedSource(solution), contract, destination);
}

/** Folders are entered through open ones, files judged by what is open: an agent at work misleads neither. */
function guardedSource(solution: string): SubmissionSource {
  return {
    enter: async (parts) => taken(() => enterGuarded(solution, parts), sourceFolder),
  };
}

function sourceFolder(folder: GuardedFolder): SourceFolder {
  return {
    list: async (limit) => {
      const entries = [];
      const open = opendirSync(folder.path, { encoding: "buffer" as BufferEncoding });
      try {
        for (let item = open.readSync(); item !== null && entries.length < limit; item = open.readSync()) {
          const raw = item.name as unknown as Buffer;
          const name = raw.toString("utf8");
          entries.push({ name: Buffer.from(name).equals(raw) ? name : null, isFolder: item.isDirectory() });
        }
      } finally {
        open.closeSync();
      }
      return entries;
    },
    openFolder: async (name) => taken(() => openGuarded(folder.at(name) as string), sourceFolder),
    openFile: async (name) => {
      // Non-blocking: a pipe that nobody writes to must not hold up the capture.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
      return taken(() => openSync(folder.at(name), flags), sourceFile);
    },
    close: () => folder.close(),
  };
}

function sourceFile(descriptor: number): SourceFile {
  const found = fstatSync(descriptor);
  return {
    isRegular: found.isFile(),
    isExecutable: (found.mode & 0o100) !== 0,
    links: found.nlink,
    bytes: found.size,
    read: (position, length) =>
      new Promise((resolve, reject) => {
        const buffer = Buffer.allocUnsafe(length);
        readCallback(descriptor, buffer, 0, length, position, (error, bytes) =>
          error ? reject(error) : resolve(buffer.subarray(0, bytes)),
        );
      }),
    close: () => closeSync(descriptor),
  };
}

/** Not the agent's doing. */
const hostTroubles = new Set(["EMFILE", "ENFILE", "ENOMEM", "EIO"]);

function taken<Opened, Source>(open: () => Opened, use: (opened: Opened) => Source): Source | NotTaken {
  let opened: Opened;
  try {
    opened = open();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "" || hostTroubles.has(code)) throw error;
    return code === "ENOENT" ? "missing" : "refused";
  }
  return use(opened);
}
