const nobodyReads = ["EPIPE", "EIO", "ERR_STREAM_DESTROYED"];

/** Whoever read the output may leave, as `head` does and a closed terminal; that is no reason to leave a run unfinished. */
export function outliveClosedOutput(streams: readonly NodeJS.WritableStream[]): void {
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (!nobodyReads.includes(error.code ?? "")) throw error;
    });
  }
}
