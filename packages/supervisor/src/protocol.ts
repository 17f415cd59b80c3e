import { z } from "zod";
import { executionResultSchema } from "./command-files.ts";
import { deadlinesSchema, sandboxEndSchema } from "./status.ts";

/** JSON lines over the control socket. Requests carry an id that the reply repeats; events come unasked. */
export const requestSchema = z.discriminatedUnion("method", [
  z.object({
    id: z.number(),
    method: z.literal("exec"),
    command: z.object({
      argv: z.array(z.string()).min(1).readonly(),
      user: z.enum(["agent", "harness"]),
      cwd: z.string().optional(),
      environment: z.record(z.string(), z.string()).optional(),
      stdin: z.string().optional(),
      timeoutMs: z.number().positive().optional(),
    }),
  }),
  z.object({ id: z.number(), method: z.literal("kill"), execution: z.string() }),
  z.object({ id: z.number(), method: z.literal("freeze") }),
  z.object({ id: z.number(), method: z.literal("thaw"), deadlines: deadlinesSchema }),
  z.object({ id: z.number(), method: z.literal("setDeadlines"), deadlines: deadlinesSchema }),
  z.object({ id: z.number(), method: z.literal("endProcesses") }),
  z.object({ id: z.number(), method: z.literal("cpuSeconds") }),
  z.object({ id: z.number(), method: z.literal("destroy") }),
]);

export type Request = z.infer<typeof requestSchema>;
export type CommandRequest = Extract<Request, { method: "exec" }>["command"];
/** A request as the caller writes it; the client adds the id. */
export type RequestBody = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

export const messageSchema = z.union([
  z.object({ id: z.number(), result: z.union([z.string(), z.number(), z.null()]) }),
  z.object({
    id: z.number(),
    error: z.object({ code: z.string(), message: z.string(), fix: z.string().optional() }),
  }),
  z.object({ event: z.literal("exited"), execution: z.string(), result: executionResultSchema }),
  z.object({ event: z.literal("ended"), end: sandboxEndSchema }),
]);

/** What the supervisor says: replies and events. */
export type Message = z.infer<typeof messageSchema>;
export type SupervisorEvent = Extract<Message, { event: string }>;
export type RequestResult = string | number | null;
