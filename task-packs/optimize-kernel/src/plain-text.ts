const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)/g;

const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Text that came from a compiler fed with a submission: no escapes, no control characters, no more than `limit` characters. */
export function plainText(text: string, limit: number): string {
  const clean = text.replace(escapes, "").replace(controls, "").trim();
  return clean.length <= limit ? clean : `${clean.slice(0, limit)} …`;
}
