import type { ServiceHandler } from "@rebench/task-kit";
import type { LoadedTask } from "../run/loaded-task.ts";
import { AttemptFailure } from "./attempt-failure.ts";

/** Opens the services that the task offers its agent. The caller closes each handler. */
export async function openServices(
  loaded: LoadedTask,
  seed: string,
  signal: AbortSignal,
): Promise<Map<string, ServiceHandler>> {
  const handlers = new Map<string, ServiceHandler>();
  for (const service of loaded.task.services) {
    if (!service.availableTo.includes("agent")) continue;
    try {
      handlers.set(service.name, await service.open({ signal, seed, packPath: loaded.packPath }));
    } catch (error) {
      throw new AttemptFailure(
        "pack",
        "pack.service-failed",
        `service ${service.name} did not open: ${(error as Error).message}`,
        error,
      );
    }
  }
  return handlers;
}
