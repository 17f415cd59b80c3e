/** File descriptors of the process, besides those of every program. */
export const replyDescriptor = 3;
/** Held open by whoever started the process; closed, the process ends. */
export const lifelineDescriptor = 4;
