import { setTimeout as sleep } from "node:timers/promises";
import type { ExecutionResult, SandboxDeadlines, SandboxEnd, SandboxUser } from "@rebench/core";
import { deadlinesSchema, executionResultSchema, goneError, sandboxEndSchema } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import type { Engine } from "../engine/connect.ts";
import { program, stateFolder, users } from "../inside-paths.ts";
import { createMessageClient, type MessageClient, type Reply } from "./message-client.ts";

const knownCommandSchema = z.object({
  execution: z.string(),
  user: z.enum(["agent", "harness"]),
  result: executionResultSchema.nullable(),
  expired: z.boolean(),
});

const eventSchema = z.discriminatedUnion("event", [
  z.object({ event: z.literal("hello"), commands: z.array(knownCommandSchema) }),
  z.object({ event: z.literal("exited"), execution: z.string(), result: executionResultSchema }),
  z.object({ event: z.literal("timed-out"), execution: z.string() }),
  z.object({ event: z.literal("out-of-memory"), execution: z.string() }),
  z.object({ event: z.literal("measure") }),
  z.object({ event: z.literal("ending"), end: sandboxEndSchema }),
]);

/** What the supervisor has to say, whoever is attached. */
interface LinkEvents {
  /** Its time is over, or it took too much memory: it is ours to end, since the supervisor has no right to. */
  readonly mustEnd: (execution: string) => void;
  readonly exited: (execution: string, result: ExecutionResult) => void;
  /** It cannot look into some folders. */
  readonly measure: () => void;
}

/** A runner's hold on the supervisor in a container: through the engine, and taken up again when that was restarted. */
export interface SupervisorLink {
  request(method: string, values: Readonly<Record<string, unknown>>, body?: Uint8Array): Promise<Reply>;
  /** User and, where it has ended, result of the commands that the supervisor knew when we came. */
  readonly known: ReadonlyMap<string, { readonly user: SandboxUser; readonly result: ExecutionResult | null }>;
  /** Resolves when the container is over and why is known. Not when we let go. */
  readonly ended: Promise<SandboxEnd>;
  /** Ends it for us, before the container does. */
  endWith(end: SandboxEnd): void;
  close(): void;
}

const engineGraceMs = 10_000;
const retryMs = 250;

export interface LinkOptions {
  readonly engine: Engine;
  readonly container: string;
  readonly events: LinkEvents;
}

export async function linkSupervisor({ engine, container, events }: LinkOptions): Promise<SupervisorLink> {
  const known = new Map<string, { user: SandboxUser; result: ExecutionResult | null }>();
  let client: MessageClient | null = null;
  let closed = false;
  // Requests made while the connection is taken up again wait for it.
  let connecting: Promise<void> | null = null;
  let resolveEnded: (end: SandboxEnd) => void = () => undefined;
  const ended = new Promise<SandboxEnd>((resolve) => (resolveEnded = resolve));

  function take(header: Readonly<Record<string, unknown>>): void {
    const event = eventSchema.parse(header);
    switch (event.event) {
      case "hello":
        for (const { execution, user, result, expired } of event.commands) {
          known.set(execution, { user, result });
          if (result !== null) events.exited(execution, result);
          else if (expired) events.mustEnd(execution);
        }
        return;
      case "exited":
        return events.exited(event.execution, event.result);
      case "timed-out":
      case "out-of-memory":
        return events.mustEnd(event.execution);
      case "measure":
        return events.measure();
      case "ending":
        return;
    }
  }

  async function connect(): Promise<void> {
    const streams = await engine.execs.attach(container, { argv: [program, "attend"], user: users.root.name });
    const greeted = Promise.withResolvers<void>();
    const next = createMessageClient({
      streams,
      greeting: { role: "runner" },
      goneError,
      onEvent: (header) => {
        take(header);
        if (header["event"] === "hello") greeted.resolve();
      },
    });
    void next.closed.then(() => greeted.reject(goneError()));
    await greeted.promise;
    client = next;
    void next.closed.then(() => {
      client = null;
      if (!closed) connecting = reconnect().finally(() => (connecting = null));
    });
  }

  /** The container is over, the engine was restarted, or somebody ended our exec. */
  async function reconnect(): Promise<void> {
    let silentSince: number | null = null;
    while (!closed) {
      try {
        const state = await engine.containers.state(container);
        silentSince = null;
        if (state === null) return resolveEnded({ kind: "died", reason: "its container was removed" });
        if (state.status === "paused") {
          // Whoever thaws it connects again.
          await sleep(retryMs);
          continue;
        }
        if (state.status !== "running") return resolveEnded(await readEnd(engine, container));
        return await connect();
      } catch {
        const now = performance.now();
        silentSince ??= now;
        if (now - silentSince > engineGraceMs) {
          return resolveEnded({ kind: "died", reason: "the container engine does not answer any more" });
        }
        await sleep(silentSince === now ? 20 : retryMs);
      }
    }
  }

  const state = await engine.containers.state(container);
  if (state === null) throw goneError();
  if (state.status === "running")
    connecting = connect()
      .catch(reconnect)
      .finally(() => (connecting = null));
  else if (state.status === "paused") connecting = reconnect().finally(() => (connecting = null));
  else resolveEnded(await readEnd(engine, container));
  if (state.status === "running") await connecting;

  return {
    known,
    ended,
    request: async (method, values, body) => {
      for (;;) {
        if (client === null && connecting !== null) await Promise.race([connecting, ended]);
        const asked = client;
        if (asked === null) throw goneError();
        try {
          return await asked.request(method, values, body);
        } catch (error) {
          // A connection that broke says nothing of the sandbox. Asked twice, all but this one do no more than asked once.
          if (!RebenchError.is(error) || error.code !== "sandbox.gone" || method === "stdin") throw error;
          await asked.closed;
        }
      }
    },
    endWith: (end) => {
      closed = true;
      resolveEnded(end);
      client?.close();
    },
    close: () => {
      closed = true;
      client?.close();
    },
  };
}

const smallBytes = 64 * 1024;

export async function readDeadlines(engine: Engine, container: string): Promise<SandboxDeadlines> {
  const text = await engine.archives.readFile(container, `${stateFolder}/deadlines.json`, smallBytes);
  if (text === null) return { workingEndsAt: null, wallEndsAt: null };
  return deadlinesSchema.parse(JSON.parse(text.toString("utf8")));
}

/** How a container that is over ended: in its supervisor's words, else in the engine's. */
export async function readEnd(engine: Engine, container: string): Promise<SandboxEnd> {
  const said = await engine.archives.readFile(container, `${stateFolder}/end.json`, smallBytes);
  const end = said === null ? null : parseLeniently(sandboxEndSchema, said);
  if (end !== null) return end;
  const state = await engine.containers.state(container);
  if (state === null) return { kind: "died", reason: "its container was removed" };
  // Its supervisor takes next to nothing, and goes last: an agent must not get out of a bad score this way.
  if (state.outOfMemory) return { kind: "died", reason: "it ran out of memory", blame: "agent" };
  const how =
    state.exitCode === 137 ? "its supervisor was ended by SIGKILL" : `its supervisor ended with code ${state.exitCode}`;
  return { kind: "died", reason: how };
}

/** What the supervisor wrote is not synced: after a power cut it may be empty. Null then. */
export function parseLeniently<T>(schema: z.ZodType<T>, content: Buffer): T | null {
  try {
    return schema.parse(JSON.parse(content.toString("utf8")));
  } catch {
    return null;
  }
}
