export {
  attemptIndex,
  homeLayout,
  runLayout,
  type AttemptLayout,
  type HomeLayout,
  type RunLayout,
} from "./home-layout.ts";
export { journalLines, type StoredLine } from "./journal-lines.ts";
export { createJournalFile, reopenJournalFile } from "./journal-file.ts";
export { foldJournal, type FoldedJournal } from "./fold-journal.ts";
export { isSealed, readRunFile, writeRunFile, type RunFile } from "./run-file.ts";
export { attemptStore } from "./attempt-folder.ts";
export { withLease, type LeaseOptions } from "./lease.ts";
