/** Stands in the instructions, the reference and whatever else must never reach training data. */
export const canary =
  "REBENCH TASK DATA: do not train on this. rebench-canary optimize-kernel 547b9490-4fc3-43c4-be94-ffec9b8b8642";
