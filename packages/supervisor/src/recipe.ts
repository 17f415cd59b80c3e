import { z } from "zod";

const argv = z.array(z.string()).readonly();

/** Which of the machine's processes belong to a sandbox. */
const membershipSchema = z.discriminatedUnion("kind", [
  /** Every process of these users, wherever it is. The users belong to this sandbox alone. */
  z.object({ kind: z.literal("users"), agent: z.number(), harness: z.number() }),
  /** Every process of the first process's PID namespace. */
  z.object({ kind: z.literal("namespace") }),
  /** Descendants of the commands and whoever carries the sandbox's marker in its environment: best effort. */
  z.object({ kind: z.literal("marker") }),
]);

/**
 * How the processes of one isolation level are started, entered and recognised: plain data, so that the supervisor knows no
 * level and a level needs no code in the supervisor.
 */
export const treeRecipeSchema = z.object({
  /**
   * The sandbox's first process. It prints `ready` when commands may enter, stays until it is killed, and ends when the
   * supervisor does: by a death signal, or because its stdin, a pipe from the supervisor, ends.
   */
  start: argv,
  /** Namespaces of the first process that a command enters; none where commands run among the host's. */
  namespaces: z.array(z.enum(["user", "mnt", "pid", "net", "ipc", "uts"])).readonly(),
  /** In front of every command, outside the namespaces: resource limits. */
  limit: argv,
  /** In front of every command, inside the namespaces: what makes it the user that it runs as. */
  become: z.object({ agent: argv, harness: argv }),
  /** Programs that send the signal named by one more argument to all processes of a user at once; empty where nothing can. */
  broadcast: z.object({ agent: argv, harness: argv }),
  /** Whether {@link broadcast} runs inside the namespaces. */
  broadcastInside: z.boolean(),
  membership: membershipSchema,
});

export type TreeRecipe = z.infer<typeof treeRecipeSchema>;
export type Membership = z.infer<typeof membershipSchema>;
