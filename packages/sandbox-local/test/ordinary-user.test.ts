import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { canLeaseUsers } from "../src/uid-leases.ts";

const script = fileURLToPath(new URL("./ordinary-user.ts", import.meta.url));
const asOrdinary = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"];

/** The contract runs as whoever runs the tests; as root it says nothing about the rest of the world. */
describe("for an ordinary user", () => {
  for (const level of ["bwrap", "unshare"] as const) {
    it(`${level} keeps its promises`, (context) => {
      if (!canLeaseUsers()) context.skip("the contract itself runs as an ordinary user here");
      const command = [...asOrdinary, process.execPath];
      const readable = spawnSync(command[0] ?? "", [...command.slice(1), "--check", script]).status === 0;
      if (!readable) context.skip("an ordinary user cannot read this checkout");
      const environment = { PATH: process.env["PATH"], HOME: "/tmp" };
      const output = execFileSync(command[0] ?? "", [...command.slice(1), script, level], {
        env: environment,
        encoding: "utf8",
      });
      const report = JSON.parse(output) as { available: boolean; reason?: string };
      if (!report.available) context.skip(report.reason ?? "not available");
      expect(report).toEqual({
        available: true,
        guarantees: { files: true, processes: true, network: true, users: false },
        user: "1000",
        hidden: true,
        routes: "0",
        frozen: true,
        end: "deadline",
        captured: "captured",
        still: true,
        left: { containers: 0, networks: 0, processes: 0, folders: 0 },
      });
    });
  }
});
