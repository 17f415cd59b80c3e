import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Registry } from "./registry.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a front does with a request: changes the registry's answer, or writes its own and returns null. */
export type Fault = (
  request: IncomingMessage,
  answer: Answer,
  response: ServerResponse,
) => Answer | null | Promise<Answer | null>;

/** Stands before a registry and gets things wrong. */
export class RegistryFront implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(url: string, server: Server) {
    this.url = url;
    this.#server = server;
  }

  static async open(registry: Registry, fault: Fault): Promise<RegistryFront> {
    const server = createServer((request, response) => {
      void pass(registry, request).then(async (answer) => {
        const changed = await fault(request, answer, response);
        if (changed === null) return;
        response.writeHead(changed.status, { ...changed.headers, "content-length": changed.body.length });
        response.end(changed.body);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new RegistryFront(`http://127.0.0.1:${address.port}/`, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** The real answer, whose addresses point to the front. */
async function pass(registry: Registry, { url = "/", headers }: IncomingMessage): Promise<Answer> {
  const answer = await fetch(new URL(url, registry.url), { headers: { accept: headers.accept ?? "*/*" } });
  const type = answer.headers.get("content-type") ?? "application/octet-stream";
  const body = Buffer.from(await answer.arrayBuffer());
  const text = type.includes("json") ? body.toString().replaceAll(registry.url, `http://${headers.host ?? ""}/`) : null;
  return { status: answer.status, headers: { "content-type": type }, body: text === null ? body : Buffer.from(text) };
}

export const isTarball = ({ url }: IncomingMessage): boolean => url?.endsWith(".tgz") === true;

/** The registry's document about a package, changed. */
export function changeDocument(answer: Answer, change: (document: Document) => void): Answer {
  const document = JSON.parse(answer.body.toString()) as Document;
  if (document.versions !== undefined) change(document);
  return { ...answer, body: Buffer.from(JSON.stringify(document)) };
}

export interface Document {
  readonly versions?: Record<string, { name: string; dist: Record<string, unknown> & { integrity: string } }>;
}
