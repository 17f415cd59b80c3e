import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "@rebench/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEgress, type EgressPorts } from "./egress.ts";
import { isPublicAddress } from "./public-address.ts";

const servers: Server[] = [];
const seen: Array<Pick<IncomingMessage, "method" | "url" | "headers"> & { readonly body: string }> = [];
const accepted: Socket[] = [];
let httpPort = 0;
let echoPort = 0;
let oddPort = 0;
/** What the server at `oddPort` answers, byte for byte. */
let oddAnswer = "";

async function listen(server: Server): Promise<number> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  httpPort = await listen(
    createHttpServer((request, response) => {
      void text(request).then((body) => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body });
        response.setHeader("set-cookie", ["a=1", "b=2"]);
        response.end(`${request.method} ${request.url} of ${request.headers.host}: ${body}`);
      });
    }),
  );
  echoPort = await listen(
    createServer({ allowHalfOpen: true }, (socket) => {
      accepted.push(socket);
      socket.on("error", () => undefined);
      socket.pipe(socket);
    }),
  );
  oddPort = await listen(
    createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(oddAnswer));
    }),
  );
});
afterAll(() => servers.forEach((server) => server.close()));

interface Lookups {
  readonly ports: EgressPorts;
  readonly asked: string[];
}

/** Every name leads to this machine, which counts as public here; the servers above listen on any port. */
function loopback(change: Partial<EgressPorts> = {}): Lookups {
  const asked: string[] = [];
  const resolve: EgressPorts["resolve"] = async (host) => {
    asked.push(host);
    return change.resolve?.(host) ?? ["127.0.0.1"];
  };
  return { asked, ports: { isAllowedAddress: () => true, isAllowedPort: () => true, ...change, resolve } };
}

/** A client inside; what it writes arrives at the proxy as the relay would bring it. */
async function inside(ports?: EgressPorts, allowed: readonly string[] = ["allowed.test"]): Promise<Socket> {
  const take: (connection: Duplex) => void = openEgress(allowed, ports);
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // A relay's stream is no socket, and has no time-outs.
    socket.on("error", () => undefined);
    take(socket);
  });
  const client = connect({ port: await listen(server), host: "127.0.0.1" });
  client.on("error", () => undefined);
  await once(client, "connect");
  return client;
}

async function say(lines: readonly string[], ports?: EgressPorts, allowed?: readonly string[]): Promise<string> {
  const client = await inside(ports, allowed);
  client.write(`${lines.join("\r\n")}\r\n\r\n`);
  client.setTimeout(3000, () => client.destroy());
  let said = "";
  try {
    for await (const chunk of client.setEncoding("latin1")) {
      said += String(chunk);
      if (/^HTTP\/1\.1 200 Connection/.test(said)) break;
    }
  } catch {
    // Closed with something unread.
  }
  client.destroy();
  return said;
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
const get = (url: string, ...headers: string[]): string[] => [`GET ${url} HTTP/1.1`, "Host: allowed.test", ...headers];
const close = "Connection: close";

describe("the way out", () => {
  it("leads to an allowed host, by plain HTTP", async () => {
    const { asked, ports } = loopback();
    const answer = await say(get(`http://allowed.test:${httpPort}/a/../b?c=d#e`, close, "X-Mine: 1"), ports);
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain(`GET /b?c=d of allowed.test:${httpPort}: `);
    expect(answer.match(/^set-cookie: .*$/gim)).toEqual(
      ["set-cookie: a=1\r", "set-cookie: b=2\r"].map((line) => line.trim()),
    );
    expect(asked).toEqual(["allowed.test"]);
    expect(seen.at(-1)?.headers).toMatchObject({ "x-mine": "1", host: `allowed.test:${httpPort}` });
  });

  it("carries a body, and tells nobody what was meant for the proxy", async () => {
    const { ports } = loopback();
    const client = await inside(ports);
    const body = "x".repeat(300_000);
    client.write(
      [
        `POST http://ALLOWED.test.:${httpPort}/ HTTP/1.1`,
        "Host: allowed.test",
        "Proxy-Authorization: Basic c2VjcmV0",
        "Proxy-Connection: keep-alive",
        "Expect: 100-continue",
        close,
        `Content-Length: ${body.length}`,
        "",
        "",
      ].join("\r\n"),
    );
    client.write(body);
    expect(await text(client)).toContain("200 OK");
    expect(seen.at(-1)).toMatchObject({ method: "POST", body });
    expect(JSON.stringify(seen.at(-1)?.headers)).not.toContain("proxy");
  });

  it("leads to an allowed host, through a tunnel, both ways", async () => {
    const { asked, ports } = loopback();
    const client = await inside(ports);
    client.write(`CONNECT allowed.test:${echoPort} HTTP/1.1\r\nHost: allowed.test:${echoPort}\r\n\r\nearly `);
    await until("the tunnel is there", () => client.readableLength > 0 || client.destroyed);
    client.end("late");
    expect((await text(client)).split("\r\n\r\n")).toEqual(["HTTP/1.1 200 Connection established", "early late"]);
    expect(asked).toEqual(["allowed.test"]);
  });

  it("leads nowhere else", async () => {
    const { asked, ports } = loopback();
    const before = seen.length;
    for (const host of [
      "other.test",
      "sub.allowed.test",
      "allowed.test.evil.test",
      "notallowed.test",
      "allowed.test..",
      "localhost",
      "*",
      `${"a".repeat(300)}.test`,
    ]) {
      expect({ host, status: statusOf(await say(get(`http://${host}:${httpPort}/`, close), ports)) }).toMatchObject({
        status: expect.toSatisfy((status) => status >= 400) as number,
      });
      expect({ host, status: statusOf(await say([`CONNECT ${host}:${httpPort} HTTP/1.1`], ports)) }).toMatchObject({
        status: expect.toSatisfy((status) => status >= 400) as number,
      });
    }
    expect(asked).toEqual([]);
    expect(seen.length).toBe(before);
    expect(await say(get("http://other.test/", close), ports)).toContain('"other.test" is not among the hosts');
  });

  it("leads to no address, however it is written", async () => {
    const { asked, ports } = loopback();
    const before = seen.length;
    for (const host of [
      "127.0.0.1",
      "127.0.0.1.",
      "127.1",
      "2130706433",
      "0x7f000001",
      "0x7f.1",
      "0177.0.0.1",
      "017700000001",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[0:0:0:0:0:0:0:1]",
      "%31%32%37.0.0.1",
      "１２７.0.0.1",
      "169.254.169.254",
      "allowed.test@127.0.0.1",
      "allowed.test:80@127.0.0.1",
      "allowed.test%00.127.0.0.1",
      "allowed.test#@127.0.0.1",
      "127.0.0.1\\@allowed.test",
      "127.0.0.1/allowed.test",
    ]) {
      // Also where somebody allowed an address by mistake.
      const answers = [
        await say(get(`http://${host}:${httpPort}/`, close), ports, ["allowed.test", "127.0.0.1", "[::1]", "::1"]),
        await say([`CONNECT ${host}:${httpPort} HTTP/1.1`, "Host: allowed.test"], ports, ["allowed.test", "127.0.0.1"]),
      ];
      // The last two but one name the allowed host as the URL standard reads them, which is where they go then.
      for (const answer of answers) {
        const reached = statusOf(answer) === 200;
        expect({ host, reached: reached && !asked.includes("allowed.test") }).toEqual({ host, reached: false });
      }
    }
    expect(asked.filter((name) => name !== "allowed.test")).toEqual([]);
    expect(seen.slice(before).every(({ headers }) => headers.host?.startsWith("allowed.test") ?? false)).toBe(true);
  });

  it("leads to no other port", async () => {
    const { asked, ports } = loopback({ isAllowedPort: (port) => port === 443 || port === 80 });
    for (const port of [httpPort, 22, 0, 65535, 65536, 8080]) {
      const found = [
        statusOf(await say(get(`http://allowed.test:${port}/`, close), ports)),
        statusOf(await say([`CONNECT allowed.test:${port} HTTP/1.1`], ports)),
      ];
      expect({ port, found: found.filter((status) => status === 200) }).toEqual({ port, found: [] });
    }
    expect(asked.length).toBeLessThanOrEqual(2);
    expect(await say(get("http://allowed.test:22/", close), ports)).toContain("port 22 may not be reached");
  });

  it("leads to no name that leads back here", async () => {
    for (const addresses of [
      ["127.0.0.1"],
      ["10.1.2.3"],
      ["169.254.169.254"],
      ["::1"],
      ["::ffff:127.0.0.1"],
      ["93.184.216.34", "127.0.0.1"],
      ["2606:4700::1111", "fd00::1"],
      [],
    ]) {
      const { ports } = loopback({ resolve: async () => addresses, isAllowedAddress: isPublicAddress });
      const answers = [
        await say(get(`http://allowed.test:${httpPort}/`, close), ports),
        await say([`CONNECT allowed.test:${httpPort} HTTP/1.1`], ports),
      ];
      for (const answer of answers) {
        expect(statusOf(answer)).toBe(403);
        expect(answer).toContain("leads to an address that is not public");
      }
    }
  });

  it("asks for a name once, and connects to what was judged", async () => {
    // First an innocent address, then, when it is connected to, another.
    const judged: string[] = [];
    let times = 0;
    const { asked, ports } = loopback({
      resolve: async () => [times++ === 0 ? "127.0.0.1" : "127.0.0.9"],
      isAllowedAddress: (address) => judged.push(address) > 0,
    });
    const answer = await say(get(`http://allowed.test:${httpPort}/`, close), ports);
    expect(statusOf(answer)).toBe(200);
    expect({ asked, judged }).toEqual({ asked: ["allowed.test"], judged: ["127.0.0.1"] });
  });

  it("by default is open to public addresses and the ports of the web alone", async () => {
    expect(await say(get(`http://allowed.test:${httpPort}/`, close))).toContain("only 80 and 443");
    expect(await say(get("http://localhost/", close), undefined, ["localhost"])).toContain("not public");
    expect(await say(["CONNECT localhost:443 HTTP/1.1"], undefined, ["localhost"])).toContain("not public");
  });
});

describe("what a client can do to it", () => {
  it("goes to the URL's host, whatever the Host header says", async () => {
    const { asked, ports } = loopback();
    const other = [
      "GET http://allowed.test:PORT/ HTTP/1.1".replace("PORT", String(httpPort)),
      "Host: other.test",
      close,
    ];
    expect(await say(other, ports)).toContain(`of allowed.test:${httpPort}`);
    expect(asked).toEqual(["allowed.test"]);
    expect(statusOf(await say(["GET http://other.test/ HTTP/1.1", "Host: allowed.test", close], ports))).toBe(403);
    // Without a host in the URL it is no request to a proxy.
    expect(statusOf(await say(["GET / HTTP/1.1", "Host: allowed.test", close], ports))).toBe(403);
    expect(statusOf(await say(["GET ftp://allowed.test/ HTTP/1.1", "Host: allowed.test", close], ports))).toBe(403);
    expect(statusOf(await say(["GET file:///etc/passwd HTTP/1.1", "Host: allowed.test", close], ports))).toBe(403);
  });

  it("smuggles no second request", async () => {
    const { asked, ports } = loopback();
    const before = seen.length;
    const url = `http://allowed.test:${httpPort}/`;
    const inner = `GET http://other.test/ HTTP/1.1\r\nHost: other.test\r\n\r\n`;
    const attempts = [
      [...get(url, "Content-Length: 5", "Transfer-Encoding: chunked", close), "", "0", "", inner],
      [...get(url, "Content-Length: 5", "Content-Length: 6", close), "", inner],
      [...get(url, "Transfer-Encoding: chunked, identity", close), "", inner],
      [...get(url, "Transfer-Encoding : chunked", close), "", "0", "", inner],
      [...get(url, "X: a\nHost: other.test", close)],
      [...get(url, `X: a\rHost: other.test`, close)],
      [...get(`http://allowed.test:${httpPort}/\u0000`, close)],
    ];
    for (const lines of attempts) {
      const answer = await say(lines, ports);
      expect([400, 0]).toContain(statusOf(answer));
    }
    expect(asked.filter((name) => name !== "allowed.test")).toEqual([]);
    expect(seen.slice(before).map(({ headers }) => headers.host)).toEqual([]);
    // A second request on one connection is judged by itself, if it is heard at all.
    const two = await inside(ports);
    two.write(`GET ${url}one HTTP/1.1\r\nHost: allowed.test\r\n\r\n${inner}`);
    await until("it is answered", () => two.readableLength > 0);
    await sleep(50);
    two.end();
    const answers = await text(two);
    expect(answers).toContain("GET /one");
    expect(answers).not.toContain("other.test:");
    expect(asked.filter((name) => name !== "allowed.test")).toEqual([]);
  });

  it("is refused headers without end", async () => {
    const { ports } = loopback();
    const long = await say(get(`http://allowed.test:${httpPort}/`, `X: ${"x".repeat(100_000)}`, close), ports);
    expect([431, 0]).toContain(statusOf(long));
    const many = Array.from({ length: 20_000 }, (_, index) => `X-${index}: 1`);
    expect([431, 0]).toContain(statusOf(await say(get(`http://allowed.test:${httpPort}/`, ...many), ports)));
  });

  it("ends a tunnel by going away", async () => {
    const { ports } = loopback();
    const client = await inside(ports);
    client.write(`CONNECT allowed.test:${echoPort} HTTP/1.1\r\n\r\n`);
    await until("the tunnel is there", () => client.readableLength > 0);
    const far = accepted.at(-1);
    client.destroy();
    await until("the other side is closed", () => far?.destroyed === true || far?.readableEnded === true);
  });

  it("may leave in the middle of a sentence", async () => {
    const { ports } = loopback();
    for (const words of [
      "",
      "GET http://allow",
      "CONNECT allowed.test:",
      `POST http://allowed.test:${httpPort}/ HTTP/1.1\r\nContent-Length: 100\r\n\r\nabc`,
      "\u0000\u0001\u0002",
      "\r\n\r\n\r\n\r\n",
    ]) {
      const client = await inside(ports);
      client.write(words);
      await sleep(30);
      client.resetAndDestroy();
    }
    expect(statusOf(await say(get(`http://allowed.test:${httpPort}/`, close), ports))).toBe(200);
  });
});

describe("what an allowed host can do to it", () => {
  it.each([
    ["nothing", ""],
    ["noise", "SSH-2.0-OpenSSH\r\n"],
    ["no status", "HTTP/1.1 000 Zero\r\nContent-Length: 0\r\n\r\n"],
    ["a status below all", "HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"],
    ["a protocol of its own", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc"],
    ["headers that are none", "HTTP/1.1 200 OK\r\nX-\u0001: \u0001\r\n\r\n"],
    ["words in another alphabet", "HTTP/1.1 200 OK\r\nX-Name: \u00e4\u00ff\r\nConnection: close\r\n\r\nabc"],
    ["headers without end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`],
    ["less than it promised", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"],
    ["two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc"],
    ["chunks that are none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
  ])("answers %s, and the next request is served", async (_, answer) => {
    const { ports } = loopback();
    oddAnswer = answer;
    const first = await say(get(`http://allowed.test:${oddPort}/`, close), ports);
    // Nothing where it broke off before anything was passed on.
    expect([0, 200, 502]).toContain(statusOf(first));
    expect(statusOf(await say(get(`http://allowed.test:${httpPort}/`, close), ports))).toBe(200);
  });

  it("is not there", async () => {
    const { ports } = loopback({ resolve: async () => ["127.0.0.1"] });
    expect(statusOf(await say(get("http://allowed.test:1/", close), ports))).toBe(502);
    expect(statusOf(await say(["CONNECT allowed.test:1 HTTP/1.1"], ports))).toBe(502);
    const unknown = loopback({ resolve: async () => Promise.reject(new Error("no such name")) });
    expect(statusOf(await say(get("http://allowed.test/", close), unknown.ports))).toBe(502);
  });
});
