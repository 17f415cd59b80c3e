import { z } from "zod";

/** The `rebench` field of a pack's package.json, judged before any of the pack's code runs. */
export const packManifestSchema = z.object({
  /** Contract version that the pack is written for, now 1. */
  spec: z.number().int(),
  /** Module whose default export is the pack, relative to the package root. */
  entry: z.string().min(1),
  /** Used instead of `entry` where it exists, which is in a checkout: TypeScript that Node can strip. Not part of what is published. */
  source: z.string().min(1).optional(),
  /** Range of host versions that the pack works with. */
  host: z.string().min(1),
});

/** The field, parsed with {@link packManifestSchema}. */
export type PackManifest = z.infer<typeof packManifestSchema>;
