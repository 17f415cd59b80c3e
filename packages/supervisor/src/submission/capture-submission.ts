import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { CaptureResult } from "@rebench/core";
import type { CapturedFile, SubmissionContract, SubmissionEntry } from "@rebench/task-kit";
import { submissionDigest } from "./submission-digest.ts";
import type { SourceFile, SourceFolder, SubmissionSource } from "./submission-source.ts";

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
  source: SubmissionSource,
  contract: SubmissionContract,
  destination: string,
): Promise<CaptureResult> {
  const partial = `${destination}.partial-${randomBytes(4).toString("hex")}`;
  const capture: Capture = { destination: partial, maxFiles: contract.maxFiles, files: [], folders: 0 };
  try {
    await mkdir(partial, { recursive: true, mode: 0o755 });
    for (const entry of contract.entries) await captureEntry(capture, source, entry);
    await rename(partial, destination);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (error instanceof Refusal) return { status: "invalid", reason: error.message };
    throw error;
  }
  const files = capture.files.toSorted((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
  return { status: "captured", submission: { directory: destination, files, digest: submissionDigest(files) } };
}

async function captureEntry(capture: Capture, source: SubmissionSource, entry: SubmissionEntry): Promise<void> {
  const parts = entry.path.split("/").filter((part) => part !== "" && part !== ".");
  const name = parts.at(-1) ?? "";
  const parent = await source.enter(parts.slice(0, -1));
  if (parent === "missing") return requireEntry(entry);
  if (parent === "refused") {
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
  parent: SourceFolder,
  name: string,
  entry: SubmissionEntry,
  allowance: { bytes: number },
): Promise<void> {
  const top = await parent.openFolder(name);
  if (top === "missing") return requireEntry(entry);
  if (top === "refused") throw new Refusal(`"${entry.path}" must be a folder, not a link or another kind of file.`);
  await walk(top, entry.path, 0);

  async function walk(folder: SourceFolder, path: string, depth: number): Promise<void> {
    try {
      capture.folders++;
      if (capture.folders > capture.maxFiles)
        throw new Refusal(`There are more than ${capture.maxFiles} folders: keep fewer.`);
      if (depth > deepestFolder)
        throw new Refusal(`"${path}" is more than ${deepestFolder} folders deep: use fewer levels.`);
      await mkdir(join(capture.destination, path), { recursive: true, mode: 0o755 });
      // More than can be taken are not looked at: the first too many is refused.
      const items = await folder.list(2 * capture.maxFiles + 2);
      if (typeof items === "string") throw changed(path);
      for (const { name: itemName, isFolder } of items) {
        if (itemName === null) throw new Refusal(`A file in "${path}" has a name that is not UTF-8: rename it.`);
        const itemPath = `${path}/${itemName}`;
        if (Buffer.byteLength(itemPath) > longestPathBytes) {
          throw new Refusal(`The path "${itemPath}" is longer than ${longestPathBytes} bytes: use shorter names.`);
        }
        if (isFolder) {
          const inner = await folder.openFolder(itemName);
          if (typeof inner === "string") throw changed(itemPath);
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
  parent: SourceFolder,
  name: string,
  path: string,
  entry: SubmissionEntry,
  allowance: { bytes: number },
): Promise<boolean> {
  const file = await parent.openFile(name);
  if (file === "missing") return false;
  if (file === "refused") {
    throw new Refusal(`"${path}" must be a regular file that can be read, not a link, socket or device.`);
  }
  try {
    judge(file, path, entry, allowance);
    // Another entry of the contract named it already.
    if (capture.files.some((known) => known.path === path)) return true;
    if (capture.files.length >= capture.maxFiles) {
      throw new Refusal(`There are more than ${capture.maxFiles} files: keep fewer.`);
    }
    const target = join(capture.destination, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    const sha256 = await copyFile(file, path, target);
    allowance.bytes -= file.bytes;
    capture.files.push({ path, bytes: file.bytes, sha256 });
    return true;
  } finally {
    file.close();
  }
}

function judge(found: SourceFile, path: string, entry: SubmissionEntry, allowance: { bytes: number }): void {
  if (!found.isRegular) {
    throw new Refusal(`"${path}" must be a regular file, not a folder, link, pipe, socket or device.`);
  }
  // The second name may lie outside the folder: then this would be a file that the agent was never given.
  if (found.links > 1) throw new Refusal(`"${path}" is a hard link: replace it by a copy of its own.`);
  if (found.bytes > allowance.bytes) {
    const which = entry.kind === "file" ? `"${path}" is` : `The files in "${entry.path}" are together`;
    throw new Refusal(`${which} larger than the ${entry.maxBytes} bytes that may be submitted.`);
  }
}

async function copyFile(file: SourceFile, path: string, target: string): Promise<string> {
  const hash = createHash("sha256");
  const out = await open(target, "wx", file.isExecutable ? 0o555 : 0o444);
  try {
    let copied = 0;
    for (;;) {
      const chunk = await file.read(copied, Math.min(chunkBytes, file.bytes - copied + 1));
      if (chunk.length === 0) break;
      copied += chunk.length;
      if (copied > file.bytes) break;
      hash.update(chunk);
      await writeAll(out, chunk);
    }
    if (copied !== file.bytes)
      throw new Refusal(`"${path}" changed while it was captured: write it before you submit.`);
    await out.sync();
  } finally {
    await out.close();
  }
  return hash.digest("hex");
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await file.write(bytes, done)).bytesWritten;
}

function changed(path: string): Refusal {
  return new Refusal(`"${path}" changed while it was captured, or cannot be read.`);
}

function requireEntry(entry: SubmissionEntry): void {
  if (entry.required) throw new Refusal(`"${entry.path}" is missing: write it to your solution folder.`);
}
