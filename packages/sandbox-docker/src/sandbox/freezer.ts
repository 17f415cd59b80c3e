import type { SandboxDeadlines } from "@rebench/core";
import { goneError } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import { pack } from "tar-stream";
import { readDeadlines, type SupervisorLink } from "../control/supervisor-link.ts";
import type { Engine } from "../engine/connect.ts";
import { stateFolder } from "../inside-paths.ts";

/** Stops a whole container, its supervisor included, and minds its deadline meanwhile. */
export interface Freezer {
  readonly isFrozen: () => boolean;
  freeze(): Promise<void>;
  thaw(deadlines: SandboxDeadlines): Promise<void>;
  setDeadlines(deadlines: SandboxDeadlines): Promise<void>;
  /** Lets it run on as it is, for ending what runs in it. */
  release(): Promise<void>;
  /** Resolves while it runs; rejects with `sandbox.gone` when it is over. */
  running(): Promise<void>;
  close(): void;
}

export interface FreezerOptions {
  readonly engine: Engine;
  readonly container: string;
  readonly link: SupervisorLink;
  /** As the engine says at the beginning. */
  readonly frozen: boolean;
}

export async function createFreezer({ engine, container, link, frozen }: FreezerOptions): Promise<Freezer> {
  let state: "running" | "frozen" | "over" = frozen ? "frozen" : "running";
  let wakeUp = Promise.withResolvers<void>();
  let wallTimer: NodeJS.Timeout | undefined;
  let sequence: Promise<unknown> = Promise.resolve();
  const inSequence = <T>(work: () => Promise<T>): Promise<T> => {
    const result = sequence.then(work);
    sequence = result.catch(() => undefined);
    return result;
  };
  void link.ended.then(() => {
    state = "over";
    clearTimeout(wallTimer);
    wakeUp.resolve();
  });

  /** The supervisor is frozen too. What is paused stays so: nothing of it ever runs again, and its files stay as they are. */
  function watchWall({ wallEndsAt }: SandboxDeadlines): void {
    clearTimeout(wallTimer);
    if (wallEndsAt === null) return;
    const wait = Math.min(wallEndsAt - Date.now(), 2 ** 30);
    const look = (): void => {
      if (state !== "frozen") return;
      if (Date.now() < wallEndsAt) return watchWall({ wallEndsAt, workingEndsAt: null });
      link.endWith({ kind: "deadline", limit: "wall", at: wallEndsAt });
    };
    if (wait <= 0) look();
    else wallTimer = setTimeout(look, wait);
  }

  /** The supervisor reads them as the first thing when it goes on. */
  async function leaveDeadlines(deadlines: SandboxDeadlines): Promise<void> {
    const archive = pack();
    archive.entry({ name: "deadlines.json", mode: 0o600, uid: 0, gid: 0 }, JSON.stringify(deadlines));
    archive.finalize();
    await engine.archives.put(container, stateFolder, archive);
  }

  async function goOn(): Promise<void> {
    clearTimeout(wallTimer);
    await engine.containers.unpause(container);
    if (state === "frozen") state = "running";
    wakeUp.resolve();
    wakeUp = Promise.withResolvers();
  }

  if (frozen) watchWall(await readDeadlines(engine, container));

  return {
    isFrozen: () => state === "frozen",
    freeze: () =>
      inSequence(async () => {
        if (state === "over") throw goneError();
        if (state === "frozen") return;
        // Before: afterwards nobody in there could say.
        const deadlines = await readDeadlines(engine, container);
        try {
          await engine.containers.pause(container);
        } catch (cause) {
          throw new RebenchError({ code: "sandbox.freeze-failed", message: "The engine could not pause it.", cause });
        }
        if (state === "running") state = "frozen";
        watchWall(deadlines);
      }),
    thaw: (deadlines) =>
      inSequence(async () => {
        if (state === "over") throw goneError();
        if (state === "running") {
          await link.request("set-deadlines", { ...deadlines });
          return;
        }
        await leaveDeadlines(deadlines);
        await goOn();
      }),
    setDeadlines: (deadlines) =>
      inSequence(async () => {
        if (state === "over") throw goneError();
        if (state === "running") return void (await link.request("set-deadlines", { ...deadlines }));
        await leaveDeadlines(deadlines);
        watchWall(deadlines);
      }),
    release: () =>
      inSequence(async () => {
        if (state === "frozen") await goOn();
      }),
    running: async () => {
      while (state === "frozen") await wakeUp.promise;
      if (state === "over") throw goneError();
    },
    close: () => clearTimeout(wallTimer),
  };
}
