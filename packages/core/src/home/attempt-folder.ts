import { createHash } from "node:crypto";
import { cp, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { AttemptFolder, AttemptStore } from "../ports/attempt-store.ts";
import type { HomeLayout } from "./home-layout.ts";
import { createJournalFile, reopenJournalFile } from "./journal-file.ts";

/** Attempts as folders below the home. Everything is readable by its owner only. */
export function attemptStore(home: HomeLayout): AttemptStore {
  return {
    async create(spec) {
      const layout = home.run(spec.runId).attempt(spec.index);
      await mkdir(layout.directory, { recursive: true, mode: 0o700 });
      return attemptFolder(layout.directory, layout.journal, await createJournalFile(layout.journal));
    },
    async reopen(spec) {
      const layout = home.run(spec.runId).attempt(spec.index);
      const { journal, removedBytes } = await reopenJournalFile(layout.journal);
      return { folder: attemptFolder(layout.directory, layout.journal, journal), removedBytes };
    },
  };
}

function attemptFolder(directory: string, journalPath: string, journal: AttemptFolder["journal"]): AttemptFolder {
  return {
    directory,
    journalPath,
    journal,
    newPath: (name) => path.join(directory, name),
    async makeFolder(name) {
      const folder = path.join(directory, name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
    async remove(target) {
      await rm(target, { recursive: true, force: true });
    },
    async keepSubmission(source) {
      await cp(source, path.join(directory, "submission"), { recursive: true });
    },
    async putBlob(content) {
      const digest = createHash("sha256").update(content).digest("hex");
      await mkdir(path.join(directory, "blobs"), { recursive: true, mode: 0o700 });
      await writeFileAtomic(path.join(directory, "blobs", digest), Buffer.from(content), { mode: 0o600 });
      return digest;
    },
  };
}
