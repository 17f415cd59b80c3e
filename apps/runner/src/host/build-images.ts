import type { LoadedTask } from "@rebench/core";
import { scoringImage, workspaceImage } from "@rebench/core";
import { dockerProvider } from "./providers.ts";

export interface BuildImagesOptions {
  readonly tasks: readonly LoadedTask[];
  readonly onProgress: (message: string) => void;
  readonly signal?: AbortSignal;
}

/** Builds what is not there yet of the images that attempts and scorings need. */
export async function buildImages({ tasks, onProgress, signal }: BuildImagesOptions): Promise<void> {
  const docker = await dockerProvider();
  const wanted = tasks.flatMap((task) => [workspaceImage(task), scoringImage(task)]);
  for (const context of new Set(wanted.map((image) => image?.context ?? null))) {
    await docker.ensureImage(context, { onProgress, signal });
  }
}
