import type { SandboxImage } from "../ports/sandbox.ts";
import type { LoadedTask } from "./loaded-task.ts";

/** Where agents work; undefined for the plain image. */
export function workspaceImage({ tier, packPath }: LoadedTask): SandboxImage | undefined {
  return tier.container === undefined ? undefined : { context: packPath(tier.container.workspace) };
}

/** Where submissions are scored. */
export function scoringImage({ tier, packPath }: LoadedTask): SandboxImage | undefined {
  const { container } = tier;
  return container === undefined ? undefined : { context: packPath(container.scoring ?? container.workspace) };
}
