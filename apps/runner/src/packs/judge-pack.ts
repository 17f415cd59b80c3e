import { existsSync } from "node:fs";
import path from "node:path";
import type { TaskPack } from "@rebench/task-kit";
import { z } from "zod";
import type { PackProblem } from "./pack-problem.ts";

const positive = z.number().positive();
const fn = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", "must be a function");

const scorerSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("typescript"), score: fn, timeoutSeconds: positive }),
  z.object({ kind: z.literal("python"), script: z.string(), files: z.array(z.string()), timeoutSeconds: positive }),
]);

const tierSchema = z.object({
  name: z.enum(["mini", "full"]),
  instructions: z.string(),
  background: z.string().optional(),
  start: z.string(),
  reference: z.object({ kind: z.enum(["folder", "archive"]), path: z.string() }),
  rungs: z.string(),
  cheats: z.string(),
  hidden: z.string().optional(),
  baselines: z.string().optional(),
  resources: z.object({ cpus: positive, memoryMb: positive, diskMb: positive, pids: positive }),
  budget: z.object({ workingSeconds: positive, wallSeconds: positive, scoreCalls: z.number().int().nonnegative() }),
  anchors: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("measured"), source: z.string() }),
    z.object({ kind: z.literal("fixed"), start: z.number(), reference: z.number(), source: z.string() }),
  ]),
  noise: z.number().nonnegative(),
  measuredOn: z.object({ hardware: z.string(), date: z.string(), command: z.string() }).nullable(),
  reports: z.enum(["confirmed", "selected"]),
  tools: z.array(
    z.object({ command: z.string(), why: z.string(), install: z.object({ debian: z.string(), macos: z.string() }) }),
  ),
  scorer: scorerSchema,
});

const packSchema = z.object({
  spec: z.literal(1),
  title: z.string(),
  canary: z.string().min(16),
  tasks: z
    .array(
      z.object({
        id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
        title: z.string(),
        kinds: z.array(z.string()),
        leansOn: z.enum(["implementation", "judgement"]),
        submission: z.object({
          entries: z
            .array(
              z.object({
                path: z.string(),
                kind: z.enum(["file", "folder"]),
                required: z.boolean(),
                maxBytes: positive,
              }),
            )
            .min(1),
          maxFiles: positive,
        }),
        score: z.object({ unit: z.string(), direction: z.enum(["lower", "higher"]) }),
        aggregate: z.enum(["best", "last"]),
        services: z.array(
          z.object({ name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/), callBudget: positive.nullable(), open: fn }),
        ),
        tiers: z.array(tierSchema).min(1),
        published: z.array(z.object({ name: z.enum(["mini", "full"]), baselines: z.string() })),
      }),
    )
    .min(1),
});

/** Judges what a pack's entry exports, and that every file it names is there. */
export function judgePack(directory: string, exported: unknown): readonly PackProblem[] {
  const parsed = packSchema.safeParse(exported);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => ({
      code: "pack.bad-definition",
      reason: `default export: ${issue.path.join(".") || "value"}: ${issue.message}`,
      fix: "export default defineTaskPack({ … }) from @rebench/task-kit; its types say what is needed",
    }));
  }
  return namedPaths(exported as TaskPack).flatMap((relative) => pathProblem(directory, relative));
}

function namedPaths(pack: TaskPack): string[] {
  return pack.tasks.flatMap((task) => [
    ...task.published.map((tier) => tier.baselines),
    ...task.tiers.flatMap((tier) => [
      tier.instructions,
      tier.start,
      tier.reference.path,
      tier.rungs,
      tier.cheats,
      ...[tier.background, tier.hidden, tier.baselines].filter((file) => file !== undefined),
      ...(tier.scorer.kind === "python" ? [tier.scorer.script, ...tier.scorer.files] : []),
    ]),
  ]);
}

function pathProblem(directory: string, relative: string): PackProblem[] {
  const absolute = path.resolve(directory, relative);
  if (path.isAbsolute(relative) || path.relative(directory, absolute).startsWith("..")) {
    return [
      {
        code: "pack.path-outside",
        reason: `${relative} leaves the pack`,
        fix: "name files relative to the pack's root",
      },
    ];
  }
  if (existsSync(absolute)) return [];
  return [{ code: "pack.file-missing", reason: `${relative} does not exist`, fix: "add it, or name the right file" }];
}
