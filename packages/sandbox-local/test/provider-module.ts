import type { IsolationLevel } from "@rebench/core";
import { createLocalSandboxProvider } from "../src/provider.ts";

/** Imported by test processes, which say in the query which provider they mean. */
const query = new URL(import.meta.url).searchParams;

export const provider = createLocalSandboxProvider({
  level: query.get("level") as IsolationLevel,
  baseFolder: query.get("base") ?? "",
});
