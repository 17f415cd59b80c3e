import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { IsolationLevel, Sandbox, SandboxProvider, SandboxReference, SandboxSpec } from "@rebench/core";
import {
  commandEnvironment,
  createRelayClient,
  goneError,
  hasLivingOwner,
  identifyProcess,
  killLeftovers,
  launchSupervisor,
  removeTraces,
  writeJsonAtomic,
  readTraceRecords,
  type TraceRecord,
  type TreeRecipe,
} from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import { attachToRemains, attachToSupervisor } from "./attachment.ts";
import { basePathOf, openBaseFolder, type BaseFolder } from "./base-folder.ts";
import { cleanBase } from "./clean.ts";
import { cpuPrefix } from "./cpus.ts";
import { descriptionPath, readDescription, type SandboxDescription } from "./description.ts";
import { foldersBelow, makeFolders } from "./folders.ts";
import type { Identity } from "./identity.ts";
import { buildLevel, type LocalLevelName } from "./levels/build-level.ts";
import { isLocalLevel, localLevels, probeLevel, type LocalProbe } from "./probe.ts";
import { openSandbox } from "./sandbox.ts";
import { writeTools } from "./tools.ts";
import { canLeaseUsers, leaseUsers } from "./uid-leases.ts";

export interface LocalSandboxProviderOptions {
  /** Use this level or fail; by default the best that works here. */
  readonly level?: IsolationLevel;
  /** Sandboxes of another scope are left alone; they live in a folder of their own below `/var/tmp`. */
  readonly scope?: string;
  /** Where sandboxes live on this machine; by default below `/var/tmp`. Must be short and on a disk. */
  readonly baseFolder?: string;
  /** Further host folders that may be read inside: toolchains that live outside `/usr`. */
  readonly readablePaths?: readonly string[];
}

const abandonedAfterMs = 10 * 60_000;
const keptForMs = 24 * 3_600_000;

/** Sandboxes made of child processes of this machine. */
export function createLocalSandboxProvider(options: LocalSandboxProviderOptions = {}): SandboxProvider {
  return createProvider(options, {});
}

/** What only tests change, to see that without it they fail. */
export interface ProviderInternals {
  readonly endsWithSupervisor?: boolean;
  readonly recipe?: (recipe: TreeRecipe) => TreeRecipe;
}

export function createProvider(options: LocalSandboxProviderOptions, internals: ProviderInternals): SandboxProvider {
  const readablePaths = options.readablePaths ?? [];
  const probes = new Map<string, Promise<LocalProbe>>();
  let opened: BaseFolder | null = null;
  const base = (): BaseFolder => (opened ??= openBaseFolder(options.baseFolder ?? basePathOf(options.scope)));

  async function create(spec: SandboxSpec, { signal }: { readonly signal?: AbortSignal } = {}): Promise<Sandbox> {
    signal?.throwIfAborted();
    const chosen = await chooseLevel(spec.protectedPaths);
    const name = randomBytes(5).toString("hex");
    const self = identifyProcess(process.pid);
    const root = join(base().sandboxes, name);
    const recordPath = join(base().records, `${name}.json`);
    const identity: Identity =
      chosen.level !== "none" && canLeaseUsers() ? leaseUsers(base(), recordPath) : { kind: "own", inside: 1000 };
    const level = buildLevel({
      level: chosen.level,
      base: base(),
      name,
      root,
      identity,
      resources: spec.resources,
      protectedPaths: spec.protectedPaths,
      readablePaths,
      endsWithSupervisor: internals.endsWithSupervisor ?? true,
    });
    const controlSocket = join(base().control, `${name}.sock`);
    const relaySocket = join(base().control, `${name}.relay`);
    const traces: TraceRecord = {
      name,
      path: recordPath,
      folders: [root, ...level.extraFolders],
      files: [controlSocket, relaySocket, ...(identity.kind === "leased" ? [identity.lease] : [])],
      openFolders: chosen.level === "uid" ? ["/tmp", "/var/tmp", "/dev/shm"] : [],
      users: identity.kind === "leased" ? [identity.agent, identity.harness] : [],
      owner: self ?? { pid: process.pid, startTime: "" },
    };
    await writeJsonAtomic(recordPath, traces);
    try {
      const folders = foldersBelow(root);
      makeFolders(folders, identity);
      level.prepare();
      writeTools(folders.tools, level.node, level.layout.tools);
      const description: SandboxDescription = {
        isolation: chosen.level,
        guarantees: chosen.guarantees,
        layout: level.layout,
        identity,
        root,
        controlSocket,
        relaySocket,
        relay: spec.relay,
        traces,
      };
      await writeJsonAtomic(descriptionPath(spec.directory), description);
      const users = (user: "agent" | "harness") => ({
        cwd: user === "agent" ? level.layout.home : level.layout.harness,
        environment: commandEnvironment(user, level.layout, spec.resources, level.temporary),
      });
      await launchSupervisor(
        {
          id: spec.id,
          purpose: spec.purpose,
          directory: spec.directory,
          controlSocket,
          relaySocket,
          insideSocket: spec.relay ? join(folders.run, "relay.sock") : null,
          recipe: internals.recipe?.(level.recipe) ?? level.recipe,
          users: { agent: users("agent"), harness: users("harness") },
          memoryMb: spec.resources.memoryMb,
          diskMb: spec.resources.diskMb,
          measuredFolders: [
            folders.home,
            folders.harness,
            folders.tmp,
            join(spec.directory, "commands"),
            ...level.extraFolders,
          ],
          traces,
          abandonedAfterMs,
          keptForMs,
        },
        { cacheFolder: base().cache, prefix: cpuPrefix(spec.resources.cpus, name) },
      );
      return await open({ provider: "local", id: spec.id, directory: spec.directory }, description);
    } catch (error) {
      await killLeftovers(traces);
      removeTraces(traces);
      throw error;
    }
  }

  function levels(): readonly LocalLevelName[] {
    if (options.level === undefined) return localLevels;
    return isLocalLevel(options.level) ? [options.level] : [];
  }

  /** Trying a level starts processes, so each is tried once. */
  function probe(level: LocalLevelName, protectedPaths: readonly string[]): Promise<LocalProbe> {
    const key = JSON.stringify([level, protectedPaths]);
    const found = probes.get(key) ?? probeLevel(level, { base: base(), protectedPaths, readablePaths });
    probes.set(key, found);
    return found;
  }

  async function chooseLevel(protectedPaths: readonly string[]): Promise<LocalProbe> {
    const refused: LocalProbe[] = [];
    for (const level of levels()) {
      const found = await probe(level, protectedPaths);
      if (found.available) return found;
      refused.push(found);
    }
    const reasons = refused.map(({ level, reason }) => `${level}: ${reason ?? "does not work here"}`).join("; ");
    const fix = refused.find((found) => found.fix !== undefined)?.fix;
    throw new RebenchError({
      code: "sandbox.unavailable",
      message: `No isolation level works here (${reasons}).`,
      ...(fix === undefined ? {} : { fix }),
    });
  }

  async function open(reference: SandboxReference, description: SandboxDescription): Promise<Sandbox> {
    const attachment = await attachToSupervisor(reference.directory, description.controlSocket).catch(() => {
      // Its files tell how it ended, and can still be captured.
      return attachToRemains(reference.directory);
    });
    const { isolation, guarantees, layout, identity, traces } = description;
    const relay = createRelayClient(description.relay ? description.relaySocket : null);
    void attachment.over.then(() => relay.close());
    return openSandbox({
      reference,
      isolation,
      guarantees,
      layout,
      identity,
      attachment,
      controlSocket: description.controlSocket,
      traces,
      folders: foldersBelow(description.root),
      onConnection: relay.onConnection,
    });
  }

  async function attach(reference: SandboxReference): Promise<Sandbox> {
    const description = await readDescription(reference.directory);
    if (description === null) throw goneError();
    const record = readTraceRecords(base().records).find((found) => found.path === description.traces.path);
    if (record === undefined) throw goneError();
    // The levels' own ties ended everything with the supervisor; what they could not tie is ended before anyone captures.
    if (!hasLivingOwner(record)) await killLeftovers(record);
    return open(reference, description);
  }

  return {
    kind: "local",
    probe: ({ protectedPaths }) => Promise.all(localLevels.map((level) => probe(level, protectedPaths))),
    create,
    attach,
    clean: ({ dryRun }) => cleanBase(base(), dryRun),
  };
}
