/** Labels by which we find again what is ours on an engine. */
export const labels = {
  /** Whose: sandboxes and images of another scope are never touched. */
  scope: "rebench.scope",
  /** The id that its spec gave it. */
  sandbox: "rebench.sandbox",
  run: "rebench.run",
  attempt: "rebench.attempt",
  purpose: "rebench.purpose",
  /** What a container is for: `sandbox`, `files` or `sweep`. */
  role: "rebench.role",
  /** Of a `files` container: the sandbox that it serves. */
  of: "rebench.of",
  /** Of an image: `sandbox`, or `builder` for the stage that compiles our program. */
  image: "rebench.image",
} as const;

export function labelled(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}
