import type { Clock } from "../ports/clock.ts";
import type { Sandbox, SandboxEnd } from "../ports/sandbox.ts";

/** How long the news of a sandbox's end may come after its first effects were seen. */
const newsMs = 1500;

/** How a sandbox has ended, or null when it lives on. For when something in it failed and its end may be the cause. */
export function newsOfEnd(sandbox: Sandbox, clock: Clock): Promise<SandboxEnd | null> {
  return Promise.race([sandbox.ended, clock.sleep(newsMs).then(() => null)]);
}
