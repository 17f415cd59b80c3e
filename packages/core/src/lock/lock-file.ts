import { RebenchError, specVersion } from "@rebench/task-kit";
import { z } from "zod";

/** `sha256-` and 64 hex digits. */
const digestSchema = z.string().regex(/^sha256-[0-9a-f]{64}$/);

/** What a tier is made of. A change to any of these can change what its scores mean. */
export const tierParts = [
  "anchors",
  "assets",
  "background",
  "baselines",
  "container",
  "definition",
  "hidden",
  "instructions",
  "kernel",
  "reference",
  "scorer",
  "services",
  "start",
] as const;

export type TierPart = (typeof tierParts)[number];

const partSchema = digestSchema.nullable();

/** A digest of each part; null for a part that the tier does not have. */
export const lockedTierSchema = z.strictObject({
  anchors: partSchema,
  assets: partSchema,
  background: partSchema,
  baselines: partSchema,
  container: partSchema,
  definition: partSchema,
  hidden: partSchema,
  instructions: partSchema,
  kernel: partSchema,
  reference: partSchema,
  scorer: partSchema,
  services: partSchema,
  start: partSchema,
} satisfies Record<TierPart, unknown>);

const lockedFileSchema = z.strictObject({
  digest: digestSchema,
  executable: z.boolean(),
  /** What it is a part of, e.g. `main/mini scorer`; none for files that no score comes from. */
  parts: z.array(z.string()),
});

export const lockedPackSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  /** Over all the pack's files. */
  integrity: digestSchema,
  /** By `task/tier`. */
  tiers: z.record(z.string(), lockedTierSchema),
  /** By the path in the pack. */
  files: z.record(z.string(), lockedFileSchema),
});

/** `rebench.lock.json`: content digests only, so that it is the same bytes on every machine and in every folder. */
const lockFileSchema = z.strictObject({
  schema: z.literal(1),
  /** Version of the pack contract. */
  spec: z.number().int(),
  packs: z.array(lockedPackSchema),
  /** Prices of models, in force for cost budgets; none are locked yet. */
  prices: z.strictObject({}),
});

export type LockedTier = z.infer<typeof lockedTierSchema>;
export type LockedFile = z.infer<typeof lockedFileSchema>;
export type LockedPack = z.infer<typeof lockedPackSchema>;
export type LockFile = z.infer<typeof lockFileSchema>;

/** Packs in the order of their names and versions, each once. */
export function makeLock(packs: readonly LockedPack[]): LockFile {
  const once = new Map(packs.map((pack) => [`${pack.name}@${pack.version}`, pack]));
  const sorted = [...once.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, pack]) => pack);
  return { schema: 1, spec: specVersion, packs: sorted, prices: {} };
}

export function encodeLock(lock: LockFile): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/** Errors with code `lock.unreadable`. */
export function parseLock(text: string, where: string): LockFile {
  try {
    return lockFileSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new RebenchError({
      code: "lock.unreadable",
      message: `${where} is not a lock file: ${reason}`,
      fix: "restore it, or write a new one with `rebench lock`",
      cause,
    });
  }
}
