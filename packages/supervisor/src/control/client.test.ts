import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import os from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { connectToSupervisor } from "./client.ts";

it("a request to a supervisor that has just gone is refused, and ends nothing else", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "rebench-client-"));
  const address = path.join(folder, "control");
  let accepted: Socket | undefined;
  const server = createServer((socket) => (accepted = socket)).listen(address);
  const client = await connectToSupervisor(address, () => undefined);
  accepted?.destroy();
  const refused = Array.from({ length: 50 }, () => client.request({ method: "freeze" }));
  for (const result of await Promise.allSettled(refused)) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "sandbox.gone" } });
  }
  await client.closed;
  server.close();
  await rm(folder, { recursive: true });
});
