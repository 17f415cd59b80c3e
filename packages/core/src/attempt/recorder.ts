import { applyEvent } from "../events/apply-event.ts";
import type { AttemptEvent, StampedEvent } from "../events/attempt-event.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import type { AttemptJournal } from "../ports/attempt-store.ts";
import type { Clock } from "../ports/clock.ts";

/** Stamps events, puts them on disk, folds them, and only then tells others. */
export interface Recorder {
  record(event: AttemptEvent): Promise<void>;
  /** For what happened while nobody recorded: `elapsedMs` lies between the last event and now. */
  recordPast(event: AttemptEvent, elapsedMs: number): Promise<void>;
  /** Fold of everything recorded so far. */
  state(): AttemptState;
  /** Milliseconds since the attempt began. */
  elapsedMs(): number;
  /** Resolves with the error if an event could not be put on disk: the attempt must not go on without a journal. */
  readonly broken: Promise<Error>;
}

export interface RecorderOptions {
  readonly journal: AttemptJournal;
  readonly clock: Clock;
  readonly publish: (event: StampedEvent) => void;
  /** When an attempt is taken over: its state, and how long ago it began. */
  readonly resumed?: { readonly state: AttemptState; readonly elapsedMs: number };
}

export function createRecorder(options: RecorderOptions): Recorder {
  const { journal, clock, publish } = options;
  const zero = clock.monotonicMs() - (options.resumed?.elapsedMs ?? 0);
  let state = options.resumed?.state ?? null;
  const { promise: broken, resolve: breakDown } = Promise.withResolvers<Error>();
  const elapsedMs = (): number => clock.monotonicMs() - zero;
  const recordAt = async (event: AttemptEvent, elapsed: number): Promise<void> => {
    const stamp = { at: clock.epochMs(), elapsedMs: elapsed };
    const stamped = await journal.append(event, stamp).catch((error: unknown) => {
      breakDown(error as Error);
      throw error;
    });
    state = applyEvent(state, stamped);
    publish(stamped);
  };
  return {
    record: (event) => recordAt(event, elapsedMs()),
    recordPast: recordAt,
    state() {
      if (state === null) throw new TypeError("nothing has been recorded yet");
      return state;
    },
    elapsedMs,
    broken,
  };
}
