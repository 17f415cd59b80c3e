import { ServiceRefusal, type ServiceHandler } from "@rebench/task-kit";
import type { LoadedTask } from "../run/loaded-task.ts";
import type { Recorder } from "./recorder.ts";

interface Reply {
  readonly status: number;
  readonly body: { readonly ok: boolean; readonly text: string; readonly result?: unknown };
}

export interface ServiceCallsOptions {
  readonly loaded: LoadedTask;
  readonly recorder: Recorder;
  readonly services: ReadonlyMap<string, ServiceHandler>;
}

/** Calls a pack's service for the agent: within its call budget, journaled, its failures kept from the agent. */
export function serviceCalls(options: ServiceCallsOptions): (name: string, body: string) => Promise<Reply> {
  const { loaded, recorder, services } = options;
  // Calls that the journal does not hold yet: without them many at once would all find the same budget.
  const underWay = new Map<string, number>();
  return async (name, body) => {
    const declared = loaded.task.services.find(
      (service) => service.name === name && service.availableTo.includes("agent"),
    );
    const handler = services.get(name);
    if (declared === undefined || handler === undefined)
      return refusal(404, `this task has no service ${JSON.stringify(name)}`);
    const used = (recorder.state().serviceCalls[name] ?? 0) + (underWay.get(name) ?? 0);
    if (declared.callBudget !== null && used >= declared.callBudget)
      return refusal(429, `no calls to ${name} are left`);
    let input: unknown;
    try {
      input = JSON.parse(body);
    } catch {
      return refusal(400, "the body is not JSON");
    }
    const began = recorder.elapsedMs();
    underWay.set(name, (underWay.get(name) ?? 0) + 1);
    const [status, reply] = await call(handler, input);
    const recorded = recorder.record({
      type: "service.called",
      service: name,
      milliseconds: recorder.elapsedMs() - began,
      status,
    });
    await recorded.finally(() => underWay.set(name, (underWay.get(name) ?? 1) - 1));
    return reply;
  };
}

async function call(handler: ServiceHandler, input: unknown): Promise<["ok" | "refused" | "failed", Reply]> {
  try {
    const result = await handler.call(input);
    return ["ok", { status: 200, body: { ok: true, text: JSON.stringify(result), result } }];
  } catch (error) {
    if (ServiceRefusal.is(error)) return ["refused", refusal(422, error.message)];
    return ["failed", refusal(500, "the service failed, which is not your fault")];
  }
}

const refusal = (status: number, text: string): Reply => ({ status, body: { ok: false, text } });
