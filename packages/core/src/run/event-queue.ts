/** Joins producers that push with one consumer that iterates. */
export interface EventQueue<T> {
  push(value: T): void;
  end(): void;
  fail(error: unknown): void;
  values(): AsyncGenerator<T>;
}

export function eventQueue<T>(): EventQueue<T> {
  let buffered: T[] = [];
  let finished: { readonly error?: unknown } | null = null;
  let wake: () => void = () => undefined;
  return {
    push(value) {
      buffered.push(value);
      wake();
    },
    end() {
      finished ??= {};
      wake();
    },
    fail(error) {
      finished ??= { error };
      wake();
    },
    async *values() {
      for (;;) {
        const batch = buffered;
        buffered = [];
        yield* batch;
        if (buffered.length > 0) continue;
        if (finished !== null) {
          if ("error" in finished) throw finished.error;
          return;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}
