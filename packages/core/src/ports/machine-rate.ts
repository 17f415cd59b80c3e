/** What came of measuring how fast this machine does a tier's own work. */
export type MachineRate =
  | {
      readonly status: "measured";
      /** In the unit of the tier's calibration; higher is faster. */
      readonly rate: number;
    }
  | {
      readonly status: "failed";
      readonly blame: "pack" | "host" | "sandbox";
      readonly code: string;
      readonly message: string;
    };
