import npmFetch from "npm-registry-fetch";
import { z } from "zod";
import type { NpmOptions } from "./npm-configuration.ts";

const keysSchema = z.object({
  keys: z.array(z.object({ keyid: z.string(), key: z.string(), expires: z.string().nullish() })),
});

/** The registry that npm uses for a package, and the public keys that it signs with, as options for pacote; none where it has none. */
export async function registryKeys(
  name: string,
  npm: NpmOptions,
): Promise<{ readonly registry: string; readonly options: NpmOptions }> {
  const registry = npmFetch.pickRegistry(name, npm);
  const { host, pathname } = new URL(registry);
  try {
    const answer = keysSchema.parse(await npmFetch.json("/-/npm/v1/keys", { ...npm, registry, fetchRetries: 0 }));
    const keys = answer.keys.map((key) => ({
      ...key,
      pemkey: `-----BEGIN PUBLIC KEY-----\n${key.key}\n-----END PUBLIC KEY-----`,
    }));
    return { registry, options: { [`//${host}${pathname}:_keys`]: keys } };
  } catch {
    return { registry, options: {} };
  }
}
