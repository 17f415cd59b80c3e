import { createHash, randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, read as readCallback, readdirSync, type Stats } from "node:fs";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CaptureResult } from "@rebench/core";
import type { CapturedFile, SubmissionContract, SubmissionEntry } from "@rebench/task-kit";
import { submissionDigest } from "@rebench/supervisor";
import { enterGuarded, openGuarded, type GuardedFolder } from "./guarded-folder.ts";

const chunkBytes = 1 << 20;
const deepestFolder = 64;
// With the folder of the destination before it, a path must stay below what the system takes.
const longestPathBytes = 1024;

/** Thrown within this file: the agent's fault, in words for it. */
class Refusal extends Error {}

interface Capture {
  readonly destination: string;
  readonly maxFiles: number;
  readonly files: CapturedFile[];
  folders: number;
}

/**
 * Copies what a contract names. The destination appears complete or not at all. Holds against an agent that is still at work:
 * each folder is entered through an open one, each file is judged by what is open, not by its name.
 */
export async function captureSubmission(
  solution: string,
  contract: SubmissionContract,
  destination: string,
): Promise<CaptureResult> {
  const partial = `${destination}.partial-${randomBytes(4).toString("hex")}`;
  const capture: Capture = { destination: partial, maxFiles: contract.maxFiles, files: [], folders: 0 };
  try {
    await mkdir(partial, { recursive: true, mode: 0o755 });
    for (const entry of contract.entries) await captureEntry(capture, solution, entry);
    await rename(partial, destination);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (error instanceof Refusal) return { status: "invalid", reason: error.message };
    throw error;
  }
  const files = capture.files.toSorted((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
  return { status: "captured", submission: { directory: destination, files, digest: submissionDigest(files) } };
}

async function captureEntry(capture: Capture, solution: string, entry: SubmissionEntry): Promise<void> {
  const parts = entry.path.split("/").filter((part) => part !== "" && part !== ".");
  const name = parts.at(-1) ?? "";
  let parent: GuardedFolder;
  try {
    parent = enterGuarded(solution, parts.slice(0, -1));
  } catch (error) {
    if (isMissing(error)) return requireEntry(entry);
    throw new Refusal(`"${entry.path}" is reached through a link or something that is not a folder: use real folders.`);
  }
  try {
    const allowance = { bytes: entry.maxBytes };
    if (entry.kind === "file") {
      const found = await captureFile(capture, parent, name, entry.path, entry, allowance);
      if (!found) requireEntry(entry);
    } else {
      await captureFolder(capture, parent, name, entry, allowance);
    }
  } finally {
    parent.close();
  }
}

async function captureFolder(
  capture: Capture,
  parent: GuardedFolder,
  name: string,
  entry: SubmissionEntry,
  allowance: { bytes: number },
): Promise<void> {
  let top: GuardedFolder;
  try {
    top = openGuarded(parent.at(name) as string);
  } catch (error) {
    if (isMissing(error)) return requireEntry(entry);
    throw new Refusal(`"${entry.path}" must be a folder, not a link or another kind of file.`);
  }
  await walk(top, entry.path, 0);

  async function walk(folder: GuardedFolder, path: string, depth: number): Promise<void> {
    try {
      capture.folders++;
      if (capture.folders > capture.maxFiles)
        throw new Refusal(`There are more than ${capture.maxFiles} folders: keep fewer.`);
      if (depth > deepestFolder)
        throw new Refusal(`"${path}" is more than ${deepestFolder} folders deep: use fewer levels.`);
      await mkdir(join(capture.destination, path), { recursive: true, mode: 0o755 });
      for (const item of readdirSync(folder.path, { withFileTypes: true, encoding: "buffer" })) {
        const raw = item.name as Buffer;
        const itemName = raw.toString("utf8");
        const itemPath = `${path}/${itemName}`;
        if (!Buffer.from(itemName).equals(raw)) {
          throw new Refusal(`A file in "${path}" has a name that is not UTF-8: rename it.`);
        }
        if (Buffer.byteLength(itemPath) > longestPathBytes) {
          throw new Refusal(`The path "${itemPath}" is longer than ${longestPathBytes} bytes: use shorter names.`);
        }
        if (item.isDirectory()) {
          let inner: GuardedFolder;
          try {
            inner = openGuarded(folder.at(itemName) as string);
          } catch {
            throw new Refusal(`"${itemPath}" changed while it was captured, or cannot be read.`);
          }
          await walk(inner, itemPath, depth + 1);
        } else {
          await captureFile(capture, folder, itemName, itemPath, entry, allowance);
        }
      }
    } finally {
      folder.close();
    }
  }
}

/** False where there is no such file. */
async function captureFile(
  capture: Capture,
  parent: GuardedFolder,
  name: string,
  path: string,
  entry: SubmissionEntry,
  allowance: { bytes: number },
): Promise<boolean> {
  let descriptor: number;
  try {
    // Non-blocking: a pipe that nobody writes to must not hold up the capture.
    descriptor = openSync(
      parent.at(name),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY,
    );
  } catch (error) {
    if (isMissing(error)) return false;
    throw new Refusal(`"${path}" must be a regular file that can be read, not a link, socket or device.`);
  }
  try {
    const found = fstatSync(descriptor);
    judge(found, path, entry, allowance);
    // Another entry of the contract named it already.
    if (capture.files.some((file) => file.path === path)) return true;
    if (capture.files.length >= capture.maxFiles) {
      throw new Refusal(`There are more than ${capture.maxFiles} files: keep fewer.`);
    }
    const target = join(capture.destination, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    const sha256 = await copyOpenFile(descriptor, found, path, target);
    allowance.bytes -= found.size;
    capture.files.push({ path, bytes: found.size, sha256 });
    return true;
  } finally {
    closeSync(descriptor);
  }
}

function judge(found: Stats, path: string, entry: SubmissionEntry, allowance: { bytes: number }): void {
  if (!found.isFile()) {
    throw new Refusal(`"${path}" must be a regular file, not a folder, link, pipe, socket or device.`);
  }
  // The second name may lie outside the folder: then this would be a file that the agent was never given.
  if (found.nlink > 1) throw new Refusal(`"${path}" is a hard link: replace it by a copy of its own.`);
  if (found.size > allowance.bytes) {
    const which = entry.kind === "file" ? `"${path}" is` : `The files in "${entry.path}" are together`;
    throw new Refusal(`${which} larger than the ${entry.maxBytes} bytes that may be submitted.`);
  }
}

async function copyOpenFile(descriptor: number, found: Stats, path: string, target: string): Promise<string> {
  const hash = createHash("sha256");
  const out = await open(target, "wx", found.mode & 0o100 ? 0o555 : 0o444);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, found.size + 1));
    let copied = 0;
    for (;;) {
      const bytes = await readAt(descriptor, buffer, copied);
      if (bytes === 0) break;
      copied += bytes;
      if (copied > found.size) break;
      hash.update(buffer.subarray(0, bytes));
      await writeAll(out, buffer.subarray(0, bytes));
    }
    if (copied !== found.size)
      throw new Refusal(`"${path}" changed while it was captured: write it before you submit.`);
    await out.sync();
  } finally {
    await out.close();
  }
  return hash.digest("hex");
}

function readAt(descriptor: number, buffer: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    readCallback(descriptor, buffer, 0, buffer.length, position, (error, bytes) =>
      error ? reject(error) : resolve(bytes),
    );
  });
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}

function requireEntry(entry: SubmissionEntry): void {
  if (entry.required) throw new Refusal(`"${entry.path}" is missing: write it to your solution folder.`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
