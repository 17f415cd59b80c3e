import { existsSync } from "node:fs";
import path from "node:path";
import { assetSchema, type Asset, type TaskPack } from "@rebench/task-kit";
import { z } from "zod";
import type { PackProblem } from "./pack-problem.ts";

const positive = z.number().positive();
const fn = z.custom<(...args: never[]) => unknown>((value) => typeof value === "function", "must be a function");

const scorerSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("typescript"),
    score: fn,
    files: z.array(z.string()).optional(),
    timeoutSeconds: positive,
  }),
  z.object({ kind: z.literal("python"), script: z.string(), files: z.array(z.string()), timeoutSeconds: positive }),
]);

const command = z.string().min(1).optional();

const archiveSchema = z.object({
  kind: z.literal("archive"),
  path: z.string(),
  password: z.string().min(1),
  command,
});

const submissionSchema = z.object({
  entries: z
    .array(z.object({ path: z.string(), kind: z.enum(["file", "folder"]), required: z.boolean(), maxBytes: positive }))
    .min(1),
  maxFiles: positive,
});

const uniqueNames = (assets: readonly Asset[]): boolean =>
  new Set(assets.map((asset) => asset.name)).size === assets.length;

const calibrationSchema = z.object({
  files: z.array(z.string()),
  argv: z.array(z.string()).min(1),
  timeoutSeconds: positive,
  unit: z.string().min(1),
  rate: positive,
  bounds: z.object({ least: positive.max(1), most: z.number().min(1) }),
});

const resourcesSchema = z
  .object({
    cpus: positive,
    memoryMb: positive,
    diskMb: positive,
    pids: positive,
    gpus: z.object({ count: positive, model: z.string() }).optional(),
    sharedMemoryMb: positive.optional(),
  })
  // What lies there counts as memory: a full folder would leave none for anything else.
  .refine(({ memoryMb, sharedMemoryMb = 0 }) => sharedMemoryMb < memoryMb, "sharedMemoryMb must be below memoryMb");

const scaleSchema = z.object({ unit: z.string(), direction: z.enum(["lower", "higher"]) });

const tierSchema = z.object({
  name: z.enum(["mini", "full"]),
  submission: submissionSchema.optional(),
  score: scaleSchema.optional(),
  instructions: z.string(),
  background: z.string().optional(),
  start: z.string(),
  reference: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("folder"), path: z.string(), command }),
    archiveSchema,
  ]),
  rungs: z.union([z.string(), archiveSchema]),
  cheats: z.string(),
  hidden: z.string().optional(),
  assets: z.array(assetSchema).refine(uniqueNames, "names must be unique").optional(),
  baselines: z.string().optional(),
  container: z.object({ workspace: z.string(), scoring: z.string().optional() }).optional(),
  resources: resourcesSchema,
  budget: z.object({ workingSeconds: positive, wallSeconds: positive, scoreCalls: z.number().int().nonnegative() }),
  calibration: calibrationSchema.optional(),
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
        submission: submissionSchema,
        score: scaleSchema,
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
      typeof tier.rungs === "string" ? tier.rungs : tier.rungs.path,
      tier.cheats,
      ...[tier.container?.workspace, tier.container?.scoring]
        .filter((folder) => folder !== undefined)
        .map((folder) => `${folder}/Dockerfile`),
      ...[tier.background, tier.hidden, tier.baselines].filter((file) => file !== undefined),
      ...(tier.calibration?.files ?? []),
      ...(tier.scorer.kind === "python" ? [tier.scorer.script, ...tier.scorer.files] : (tier.scorer.files ?? [])),
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
