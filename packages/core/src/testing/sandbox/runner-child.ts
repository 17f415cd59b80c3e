/** Plays a runner that a test kills: starts a sandbox and a command, says so, and stays. */
import type { SandboxDeadlines, SandboxProvider, SandboxSpec } from "../../ports/sandbox.ts";

export interface ChildOrder {
  readonly providerModule: string;
  readonly spec: SandboxSpec;
  readonly script: string;
  /** Milliseconds from when the command runs. */
  readonly deadline: { readonly limit: keyof SandboxDeadlines; readonly inMs: number } | null;
  readonly frozen: boolean;
}

const order = JSON.parse(process.argv[2] ?? "{}") as ChildOrder;
const { provider } = (await import(order.providerModule)) as { provider: SandboxProvider };
const sandbox = await provider.create(order.spec);
const execution = await sandbox.exec({ argv: ["sh", "-c", order.script], user: "agent" });
const deadlines = { workingEndsAt: null, wallEndsAt: null };
const at = order.deadline === null ? null : Date.now() + order.deadline.inMs;
if (order.deadline !== null) await sandbox.setDeadlines({ ...deadlines, [order.deadline.limit]: at });
if (order.frozen) await sandbox.freeze();
process.stdout.write(`${JSON.stringify({ reference: sandbox.reference, execution: execution.id, at })}\n`);
setInterval(() => undefined, 1000);
