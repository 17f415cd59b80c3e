import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ServiceHandler } from "@rebench/task-kit";
import type { LoadedTask } from "../run/loaded-task.ts";
import { budgetView } from "./budget-view.ts";
import type { Recorder } from "./recorder.ts";
import { scoreReply, type ScoreReply } from "./score-reply.ts";
import { serviceCalls } from "./service-calls.ts";

/** What the commands and services inside a sandbox can ask for. */
export interface RelayApiOptions {
  readonly loaded: LoadedTask;
  readonly recorder: Recorder;
  readonly score: () => Promise<ScoreReply>;
  readonly submit: () => void;
  readonly services: ReadonlyMap<string, ServiceHandler>;
}

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly ok: boolean; readonly text: string };
}

const longestBody = 1 << 20;
const longestNote = 4000;
const mostNotes = 1000;

/** An HTTP server that is never bound to a port: the relay hands it connections. */
export function relayApi(options: RelayApiOptions): Server {
  const callService = serviceCalls(options);
  const answer = async (method: string, path: string, body: string): Promise<Reply> => {
    const { recorder } = options;
    if (path.startsWith("/services/"))
      return method === "POST" ? callService(path.slice("/services/".length), body) : notFound;
    switch (`${method} ${path}`) {
      case "POST /score": {
        const reply = await options.score();
        return { status: 200, body: { ok: reply.status === "valid" || reply.status === "invalid", ...reply } };
      }
      case "GET /score-log": {
        const replies = recorder.state().scores.map((entry) => scoreReply(entry, options.loaded.reference.hiddenScore));
        return {
          status: 200,
          body: { ok: true, scores: replies, text: replies.map((reply) => firstLine(reply.text)).join("\n") },
        };
      }
      case "GET /budget": {
        const view = budgetView(recorder.state(), recorder.elapsedMs());
        const text = `${Math.floor(view.workingSecondsLeft)} s of working time and ${view.scoreCallsLeft} score calls left (${Math.ceil(view.workingSecondsUsed)} s used)`;
        return { status: 200, body: { ok: true, ...view, text } };
      }
      case "POST /submit":
        options.submit();
        return { status: 200, body: { ok: true, text: "submitted: the attempt ends here" } };
      case "POST /note":
        if (recorder.state().notes >= mostNotes) return noMoreNotes;
        await recorder.record({ type: "note.added", text: body.slice(0, longestNote) });
        return { status: 200, body: { ok: true, text: "noted" } };
      default:
        return notFound;
    }
  };
  return createServer((request, response) => {
    void readBody(request)
      .then(async (body) => (body === null ? tooLarge : answer(request.method ?? "", request.url ?? "", body)))
      .catch((error: unknown): Reply => ({
        status: 500,
        body: { ok: false, text: `the host could not answer: ${(error as Error).message}` },
      }))
      .then((reply) => send(response, reply));
  });
}

const noMoreNotes: Reply = { status: 429, body: { ok: false, text: `an attempt keeps at most ${mostNotes} notes` } };
const notFound: Reply = { status: 404, body: { ok: false, text: "there is no such command" } };
const tooLarge: Reply = { status: 413, body: { ok: false, text: `a request holds at most ${longestBody} bytes` } };

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";

/** Null when the body is longer than allowed; the rest of it is then not read. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > longestBody) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(reply.body));
}
