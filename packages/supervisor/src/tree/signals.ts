import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { findMembers, type MemberQuery, type MemberScope } from "../processes/members.ts";
import { isHalted } from "../processes/halted.ts";
import type { ProcessEntry } from "../processes/process-table.ts";
import type { TreeRecipe } from "../recipe.ts";
import type { FirstProcess } from "./first-process.ts";

export interface SignalTarget {
  readonly recipe: TreeRecipe;
  readonly first: FirstProcess;
  readonly marker: string;
  /** Host pids of the commands' outermost processes that are alive. */
  readonly roots: (scope: MemberScope) => readonly number[];
}

type TreeSignal = "STOP" | "CONT" | "KILL";

/** How the kernel's table shows the sandbox: through its own `/proc`, or with pids that mean something here. */
export function memberQuery(target: SignalTarget, scope: MemberScope, pids: "inside" | "host"): MemberQuery {
  const { first, recipe } = target;
  const inside = pids === "inside" && first.namespaceInit !== null;
  return {
    membership: recipe.membership,
    scope,
    procRoot: inside ? `/proc/${first.namespaceInit}/root/proc` : "/proc",
    namespace: first.namespace,
    marker: target.marker,
    roots: target.roots(scope),
  };
}

/** Sends a signal to all of a scope in one sweep of the kernel, which no fork escapes; nothing where no level of it can. */
async function broadcast(target: SignalTarget, scope: MemberScope, signal: TreeSignal): Promise<void> {
  const { recipe, first } = target;
  const users = scope === "agent" ? (["agent"] as const) : (["agent", "harness"] as const);
  await Promise.all(
    users.map(async (user) => {
      const prefix = recipe.broadcast[user];
      if (prefix.length === 0) return;
      const enter = recipe.broadcastInside ? ["nsenter", ...first.enter] : [];
      const [program = "", ...rest] = [...enter, ...prefix, signal];
      await new Promise<void>((resolve) => {
        const child = spawn(program, rest, { stdio: "ignore", cwd: "/" });
        // The sweep itself can be hit by a hostile sweep of the same user; the caller looks and sends again.
        child.once("error", () => resolve());
        child.once("exit", () => resolve());
      });
    }),
  );
}

function signalEach(entries: readonly ProcessEntry[], signal: TreeSignal): void {
  for (const entry of entries) {
    try {
      process.kill(entry.pid, `SIG${signal}`);
    } catch {
      // It ended by itself.
    }
  }
}

export interface SignalUntilOptions {
  readonly scope: MemberScope;
  readonly signal: "STOP" | "KILL";
  /** Further condition, such as that no command is on its way in. */
  readonly settled?: () => boolean;
  /** Stops trying when something more urgent is to be done. */
  readonly giveUp?: () => boolean;
}

/**
 * Signals a scope until every member is as it should be in two looks in a row. Sweeps first; from the second round on also one
 * by one, since a process of the same user can stop or kill the sweep. False when that did not come true in time.
 */
export async function signalUntil(target: SignalTarget, options: SignalUntilOptions): Promise<boolean> {
  const { scope, signal, settled = () => true, giveUp = () => false } = options;
  const pending = (pids: "inside" | "host"): ProcessEntry[] => {
    const query = memberQuery(target, scope, pids);
    const members = findMembers(query);
    return signal === "KILL" ? members : members.filter((entry) => !isHalted(entry, members, query.procRoot));
  };
  for (let round = 0; round < 400 && !giveUp(); round++) {
    await broadcast(target, scope, signal);
    if (round > 0 || target.recipe.broadcast.agent.length === 0) signalEach(pending("host"), signal);
    for (let look = 0; look < 10; look++) {
      if (settled() && pending("inside").length === 0) {
        await sleep(1);
        if (settled() && pending("inside").length === 0) return true;
      }
      await sleep(look < 5 ? 1 : 5);
    }
  }
  return false;
}

/** Lets a scope go on. */
export async function continueAll(target: SignalTarget, scope: MemberScope): Promise<void> {
  await broadcast(target, scope, "CONT");
  if (target.recipe.broadcast.agent.length === 0) signalEach(findMembers(memberQuery(target, scope, "host")), "CONT");
}
