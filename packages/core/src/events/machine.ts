import { z } from "zod";

export const machineSchema = z.object({
  /** Version of Node, without `v`. */
  node: z.string(),
  /** As Node names them, e.g. `linux` and `x64`. */
  platform: z.string(),
  arch: z.string(),
  cpu: z.string(),
  /** CPUs that this process may use. */
  cores: z.number().int(),
  gpus: z.array(z.string()),
});

/** What an attempt was carried out on. Recorded, not pinned: another one can still give the same score. */
export type Machine = z.infer<typeof machineSchema>;

/** What times depend on; two machines of the same class are expected to give the same times within a tier's noise. */
export function hardwareClass({ platform, arch, cpu, cores, gpus }: Machine): string {
  return [`${cores} × ${cpu}`, ...gpus, `${platform} ${arch}`].join(", ");
}
