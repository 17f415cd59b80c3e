import type { ServiceHandler } from "@rebench/task-kit";
import type { LoadedTask } from "../run/loaded-task.ts";
import { AttemptFailure } from "./attempt-failure.ts";

/** Opens the services that the task offers its agent for as long as `work` takes. */
export async function withServices<T>(
  loaded: LoadedTask,
  seed: string,
  signal: AbortSignal,
  work: (services: ReadonlyMap<string, ServiceHandler>) => Promise<T>,
): Promise<T> {
  const handlers = new Map<string, ServiceHandler>();
  try {
    for (const service of loaded.task.services) {
      if (!service.availableTo.includes("agent")) continue;
      handlers.set(
        service.name,
        await service.open({ signal, seed, packPath: loaded.packPath }).catch(notOpened(service.name)),
      );
    }
    return await work(handlers);
  } finally {
    for (const handler of handlers.values()) await handler.close?.();
  }
}

const notOpened = (name: string) => (error: unknown) => {
  throw new AttemptFailure(
    "pack",
    "pack.service-failed",
    `service ${name} did not open: ${(error as Error).message}`,
    error,
  );
};
