import { describe } from "vitest";
import { captureContract } from "./sandbox/capture-contract.ts";
import { commandContract } from "./sandbox/command-contract.ts";
import type { SandboxContractOptions } from "./sandbox/contract-setting.ts";
import { deadlineContract } from "./sandbox/deadline-contract.ts";
import { deathContract } from "./sandbox/death-contract.ts";
import { fileContract } from "./sandbox/file-contract.ts";
import { freezeContract } from "./sandbox/freeze-contract.ts";
import { isolationContract } from "./sandbox/isolation-contract.ts";
import { limitContract } from "./sandbox/limit-contract.ts";
import { relayContract } from "./sandbox/relay-contract.ts";

export type { SandboxContractOptions } from "./sandbox/contract-setting.ts";

/** What every sandbox promises, at whatever level. A promise that a level does not make is skipped and says so. */
export function sandboxContract(options: SandboxContractOptions): void {
  describe(`sandbox contract: ${options.name}`, () => {
    fileContract(options);
    commandContract(options);
    isolationContract(options);
    limitContract(options);
    relayContract(options);
    freezeContract(options);
    captureContract(options);
    deadlineContract(options);
    deathContract(options);
  });
}
