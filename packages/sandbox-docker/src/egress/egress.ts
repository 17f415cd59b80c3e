import { lookup } from "node:dns/promises";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { connect, isIP } from "node:net";
import { pipeline, type Duplex } from "node:stream";
import { egressPort } from "../sandbox/relay.ts";
import { isPublicAddress } from "./public-address.ts";

const proxy = `http://127.0.0.1:${egressPort}`;

/** How programs inside are told of the proxy. */
export const proxyVariables = {
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
  NO_PROXY: "localhost,127.0.0.1",
  no_proxy: "localhost,127.0.0.1",
} as const;

/** How the proxy finds out where a name leads. Tests bring their own. */
export interface EgressPorts {
  readonly resolve: (host: string) => Promise<readonly string[]>;
  readonly isAllowedAddress: (address: string) => boolean;
  readonly isAllowedPort: (port: number) => boolean;
}

const realPorts: EgressPorts = {
  resolve: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  isAllowedAddress: isPublicAddress,
  isAllowedPort: (port) => port === 443 || port === 80,
};

const connectMs = 20_000;
const mostNameBytes = 253;

class Denied extends Error {}

/**
 * An HTTP proxy over connections that the relay brings: the only way out of a container that has no network. Names are looked up
 * here, once, and what is connected to is the address that was judged. What a TLS connection says inside is not looked into.
 */
export function openEgress(allowed: readonly string[], ports: EgressPorts = realPorts): (connection: Duplex) => void {
  const names = new Set(allowed.map((name) => name.toLowerCase()));

  /** The address to connect to. */
  async function judge(host: string, port: number): Promise<string> {
    const name = host.toLowerCase().replace(/\.$/, "");
    if (name.length > mostNameBytes || isIP(name.replace(/^\[|\]$/g, "")) !== 0 || !names.has(name)) {
      throw new Denied(
        `${JSON.stringify(host)} is not among the hosts that this task may reach: ${allowed.join(", ")}`,
      );
    }
    if (!ports.isAllowedPort(port)) throw new Denied(`port ${port} may not be reached, only 80 and 443`);
    const addresses = await ports.resolve(name);
    const [address] = addresses;
    // One that is not public among others is a name that somebody turns towards us.
    if (address === undefined || !addresses.every(ports.isAllowedAddress)) {
      throw new Denied(`${name} leads to an address that is not public`);
    }
    return address;
  }

  async function tunnel(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    const { hostname, port } = new URL(`http://${request.url ?? ""}`);
    // A URL leaves port 80 out.
    const number = Number(port) || 80;
    const address = await judge(hostname, number);
    const target = connect({ host: address, port: number, timeout: connectMs });
    target.on("timeout", () => target.destroy());
    await new Promise((resolve, reject) => target.once("connect", resolve).once("error", reject).once("close", reject));
    target.setTimeout(0);
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    target.write(head);
    pipeline(client, target, client, () => undefined);
  }

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? "");
    if (url === null) throw new Denied("a proxy is asked for whole URLs");
    if (url.protocol !== "http:") throw new Denied(`${url.protocol} cannot be forwarded`);
    const port = Number(url.port) || 80;
    const address = await judge(url.hostname, port);
    const headers: OutgoingHttpHeaders = { ...request.headers, host: url.host, connection: "close" };
    delete headers["proxy-connection"];
    delete headers["proxy-authorization"];
    const onward = httpRequest(
      {
        host: address,
        port,
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers,
        timeout: connectMs,
      },
      (answer) => {
        const status = answer.statusCode ?? 0;
        if (status < 200) return void onward.destroy();
        response.writeHead(status, answer.headers);
        pipeline(answer, response, () => undefined);
      },
    );
    onward.on("timeout", () => onward.destroy());
    // Also where it answered nothing that could be passed on.
    onward
      .on("error", () => undefined)
      .on("close", () => {
        if (!response.headersSent) refuse(response, 502, "the host does not answer");
      });
    pipeline(request, onward, () => undefined);
  }

  const server = createServer((request, response) => {
    forward(request, response).catch((error: unknown) => refuse(response, ...verdict(error)));
  });
  server.on("connect", (request, client, head) => {
    client.on("error", () => client.destroy());
    tunnel(request, client, head).catch((error: unknown) => {
      const [status, text] = verdict(error);
      client.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    });
  });
  return (connection) => void server.emit("connection", connection);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { "content-type": "text/plain" }).end(`${text}\n`);
}

function verdict(error: unknown): readonly [status: number, text: string] {
  if (error instanceof Denied) return [403, `${error.message}\n`];
  return [502, "the host cannot be reached\n"];
}
