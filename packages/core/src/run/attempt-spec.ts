import { z } from "zod";

const finiteOrNull = z.number().positive().nullable();

/** A task at a tier, pinned: enough to load exactly this pack again. */
const taskReferenceSchema = z.object({
  /** As people write it, e.g. `optimize-kernel/main`. */
  name: z.string(),
  pack: z.string(),
  version: z.string(),
  /** `sha256-` and hex digest over the pack's files. */
  digest: z.string(),
  /** Host folder that the pack was loaded from. */
  directory: z.string(),
  taskId: z.string(),
  tier: z.enum(["mini", "full"]),
  /** The variant in which the agent learns validity only. */
  hiddenScore: z.boolean(),
  /** How its scores read, so that a journal can be read without the pack. */
  scale: z.object({
    unit: z.string(),
    direction: z.enum(["lower", "higher"]),
    aggregate: z.enum(["best", "last"]),
    reports: z.enum(["confirmed", "selected"]),
    measuredAnchors: z.boolean(),
  }),
});

/** Limits of one attempt; null for none. Times are those of the tier's own machine until a calibration has changed them. */
const budgetSchema = z.object({
  workingMs: z.number().int().positive(),
  /** What a person asked for: taken as it is, unless the tier gives less. */
  requestedWorkingMs: z.number().int().positive().optional(),
  wallMs: z.number().int().positive(),
  scoreCalls: z.number().int().nonnegative(),
  tokens: finiteOrNull,
  costUsd: finiteOrNull,
  actions: finiteOrNull,
});

const agentConfigSchema = z.object({
  name: z.string(),
  /** For `command`: the shell line. */
  command: z.string().optional(),
  /** For `command`: host folder that is copied to `~/agent` in the sandbox. */
  files: z.string().optional(),
});

/** One attempt, self-contained: the unit that a scheduler hands to a machine. */
export const attemptSpecSchema = z.object({
  attemptId: z.string().regex(/^[0-9A-Za-z]+\.[0-9]+$/),
  runId: z.string().regex(/^[0-9A-Za-z]+$/),
  index: z.number().int().nonnegative(),
  task: taskReferenceSchema,
  agent: agentConfigSchema,
  sandbox: z.enum(["local", "docker"]),
  resources: z.object({
    cpus: z.number(),
    memoryMb: z.number(),
    diskMb: z.number(),
    pids: z.number(),
    sharedMemoryMb: z.number().optional(),
    gpus: z.number().int().optional(),
  }),
  budget: budgetSchema,
  seed: z.string().regex(/^[0-9a-f]{32}$/),
});

export type TaskReference = z.infer<typeof taskReferenceSchema>;
export type Budget = z.infer<typeof budgetSchema>;
export type AgentConfig = z.infer<typeof agentConfigSchema>;
export type AttemptSpec = z.infer<typeof attemptSpecSchema>;
