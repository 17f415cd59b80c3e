import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { networkInterfaces } from "node:os";
import type { Sandbox } from "@rebench/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { EgressPorts } from "../src/egress/egress.ts";
import { createProvider } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { contextOf, removeFolders, run, specOf, using } from "./sandboxes.ts";

afterAll(removeFolders);

const egressPort = 3128;

/** Asks the proxy inside, as curl would; prints what it answers. */
const ask = (...lines: string[]): string =>
  `exec 3<>/dev/tcp/127.0.0.1/${egressPort} && printf '%s\\r\\n' ${lines.map((line) => `'${line}'`).join(" ")} '' >&3 && timeout 5 cat <&3`;

withEngine("egress", () => {
  const scope = testScope("egress");
  const context = contextOf();
  testProvider(scope);
  const asked: string[] = [];
  const seen: string[] = [];
  let port = 0;
  const servers: Server[] = [];
  const ports: EgressPorts = {
    resolve: async (host) => {
      asked.push(host);
      return ["127.0.0.1"];
    },
    isAllowedAddress: () => true,
    isAllowedPort: (number) => number === port,
  };
  const provider = createProvider({ scope }, { egress: ports });
  beforeAll(async () => {
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.headers.host} ${request.url}`);
      response.end("from outside\n");
    });
    const other = createTcpServer((socket) => socket.end("reached\n"));
    for (const each of [server, other]) {
      servers.push(each.listen(0, "0.0.0.0"));
      await once(each, "listening");
    }
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => servers.forEach((server) => server.close()));

  const started = (change: object, use: (sandbox: Sandbox) => Promise<void>) =>
    using(provider, specOf(context, { relay: true, ...change }), async (sandbox) => {
      sandbox.onConnection((connection) => connection.end());
      await use(sandbox);
    });

  it("leads through the relay to the hosts that are declared, and nowhere else", async () => {
    await started({ egress: ["allowed.test"] }, async (sandbox) => {
      const plain = await run(
        sandbox,
        ask(`GET http://allowed.test:${port}/x HTTP/1.1`, "Host: a", "Connection: close"),
      );
      expect(plain.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(plain.stdout).toContain("from outside\n");
      const inTunnel = `printf 'GET /y HTTP/1.1\\r\\nHost: allowed.test\\r\\nConnection: close\\r\\n\\r\\n' >&3`;
      const tunnel = await run(
        sandbox,
        `exec 3<>/dev/tcp/127.0.0.1/${egressPort}; printf 'CONNECT allowed.test:${port} HTTP/1.1\\r\\n\\r\\n' >&3; read -r status <&3; read -r empty <&3; echo "$status"; ${inTunnel}; timeout 5 cat <&3`,
      );
      expect(tunnel.stdout).toMatch(/^HTTP\/1\.1 200 Connection established/);
      expect(tunnel.stdout).toContain("from outside\n");
      expect(seen).toEqual([`GET allowed.test:${port} /x`, "GET allowed.test /y"]);
      expect(new Set(asked)).toEqual(new Set(["allowed.test"]));

      const otherPort = (servers[1]?.address() as AddressInfo).port;
      const refused = [
        `GET http://other.test:${port}/ HTTP/1.1`,
        `GET http://127.0.0.1:${port}/ HTTP/1.1`,
        `GET http://allowed.test:${otherPort}/ HTTP/1.1`,
        `GET http://allowed.test@127.0.0.1:${port}/ HTTP/1.1`,
        `CONNECT 127.0.0.1:${port} HTTP/1.1`,
        `CONNECT other.test:${port} HTTP/1.1`,
        `CONNECT allowed.test:${otherPort} HTTP/1.1`,
      ];
      for (const line of refused) {
        const answer = await run(sandbox, ask(line, "Host: allowed.test", "Connection: close"));
        expect({ line, status: answer.stdout.slice(9, 12) }).toEqual({ line, status: "403" });
      }
      expect(seen).toHaveLength(2);
    });
  });

  it("is the only way: there is still no network", async () => {
    await started({ egress: ["allowed.test"] }, async (sandbox) => {
      const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
      const hosts = [
        "172.17.0.1",
        "127.0.0.1",
        ...addresses.flatMap((each) => (each.family === "IPv4" ? [each.address] : [])),
      ];
      const script = `
        for host in ${hosts.join(" ")}; do timeout 2 bash -c "exec 3<>/dev/tcp/$host/${port}" && echo reached $host; done
        getent hosts allowed.test example.com && echo reached names
        timeout 2 bash -c "exec 3<>/dev/udp/8.8.8.8/53 && echo x >&3" && echo reached dns
        ls /sys/class/net; echo $HTTPS_PROXY $https_proxy $HTTP_PROXY $http_proxy $NO_PROXY`;
      const proxy = `http://127.0.0.1:${egressPort}`;
      expect((await run(sandbox, `{ ${script}\n} 2>/dev/null`)).stdout).toBe(
        `lo\n${proxy} ${proxy} ${proxy} ${proxy} localhost,127.0.0.1\n`,
      );
    });
  });

  it("is there for the next runner, too", async () => {
    await started({ egress: ["allowed.test"] }, async (sandbox) => {
      await sandbox.detach();
      const again = await provider.attach(sandbox.reference);
      again.onConnection((connection) => connection.end());
      const line = `GET http://allowed.test:${port}/again HTTP/1.1`;
      expect((await run(again, ask(line, "Host: a", "Connection: close"))).stdout).toContain("from outside\n");
      await again.detach();
    });
  });

  it("is not there where none is declared", async () => {
    await started({}, async (sandbox) => {
      const found = await run(sandbox, `${ask("GET http://allowed.test/ HTTP/1.1")}; env | grep -i proxy; true`);
      expect(found.stdout).toBe("");
      expect(found.stderr).toContain("Connection refused");
    });
  });
});
