import { open, type FileHandle } from "node:fs/promises";
import { RebenchError } from "@rebench/task-kit";
import { journalLines } from "./journal-lines.ts";
import { emptyHead, encodeLine, nextHead } from "../journal/line.ts";
import type { AttemptJournal, JournalHead } from "../ports/attempt-store.ts";

/** Begins a journal. Errors with code `home.attempt-exists` where there is one already. */
export async function createJournalFile(file: string): Promise<AttemptJournal> {
  try {
    return journalOn(file, await open(file, "ax", 0o600), emptyHead, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new RebenchError({
      code: "home.attempt-exists",
      message: `${file} exists already: this attempt was started before`,
      fix: "look at it with `rebench show`, or start a new run",
      cause: error,
    });
  }
}

/**
 * Opens a journal to append to it. A torn last line, left by a power cut, is cut off first; its removal is itself an event.
 * The caller must know that no other process appends.
 */
export async function reopenJournalFile(file: string): Promise<{ journal: AttemptJournal; removedBytes: number }> {
  let head = emptyHead;
  let good = 0;
  let size = 0;
  for await (const line of journalLines(file)) {
    size = line.end;
    if (!line.complete) continue;
    head = nextHead(head, line.bytes);
    good = line.end;
  }
  const handle = await open(file, "a", 0o600);
  if (size > good) await handle.truncate(good);
  return { journal: journalOn(file, handle, head, good), removedBytes: size - good };
}

function journalOn(file: string, handle: FileHandle, opened: JournalHead, length: number): AttemptJournal {
  let head = opened;
  let good = length;
  let failure: RebenchError | null = null;
  let queue: Promise<unknown> = Promise.resolve();

  const store = async (line: string): Promise<void> => {
    const bytes = Buffer.from(`${line}\n`);
    try {
      await handle.appendFile(bytes);
      await handle.datasync();
    } catch (error) {
      // Half a line must not stay: truncating needs no space, so it works on a full disk too.
      await handle.truncate(good).catch(() => undefined);
      failure = new RebenchError({
        code: "journal.write-failed",
        message: `cannot write to ${file}: ${(error as Error).message}`,
        fix: "free space on that disk, or choose another place with --home; every score shown so far is stored",
        cause: error,
      });
      throw failure;
    }
    good += bytes.length;
    head = nextHead(head, line);
  };

  return {
    append(event, stamp) {
      const result = queue.then(async () => {
        if (failure !== null) throw failure;
        const seq = head.lines;
        await store(encodeLine(event, stamp, head));
        return { seq, ...stamp, ...event };
      });
      queue = result.catch(() => undefined);
      return result;
    },
    head: () => head,
    async close() {
      await queue;
      await handle.close();
    },
  };
}
