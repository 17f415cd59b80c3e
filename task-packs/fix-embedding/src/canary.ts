/** Stands in the instructions, the hidden data and whatever else must never reach training data. */
export const canary =
  "REBENCH TASK DATA: do not train on this. rebench-canary fix-embedding 94d39d5b-0519-40dd-8058-56ae19a19fe8";
