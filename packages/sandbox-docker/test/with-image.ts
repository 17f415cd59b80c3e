import type { SandboxProvider } from "@rebench/core";

/** The same provider, with another image where a spec names none. */
export function withImage(provider: SandboxProvider, context: string): SandboxProvider {
  return { ...provider, create: (spec, options) => provider.create({ image: { context }, ...spec }, options) };
}
