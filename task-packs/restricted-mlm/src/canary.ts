/** Stands in the instructions, the hidden data and whatever else must never reach training data. */
export const canary =
  "REBENCH TASK DATA: do not train on this. rebench-canary restricted-mlm 7c78084e-65c7-45e0-9bcb-fb95420b4e09";
