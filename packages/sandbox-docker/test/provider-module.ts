import type { SandboxProvider } from "@rebench/core";
import { createDockerSandboxProvider } from "../src/provider.ts";
import { withImage } from "./with-image.ts";

/** Imported by test processes, which say in the query which provider they mean. */
const query = new URL(import.meta.url).searchParams;
const address = query.get("address");

export const provider: SandboxProvider = withImage(
  createDockerSandboxProvider({ scope: query.get("scope") ?? "", ...(address === null ? {} : { address }) }),
  query.get("context") ?? "",
);
