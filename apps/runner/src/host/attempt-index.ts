/** The index that an attempt's id ends in; its folder has that name, wherever it stands in a run's list. */
export function attemptIndex(attemptId: string): number {
  return Number(attemptId.split(".").at(-1));
}
