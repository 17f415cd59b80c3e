const multiplier = 0x01000193;
const filterBits = 22;

/**
 * Which of `passages`, all of one length, occur anywhere in `text`. One walk over the text with a rolling hash, however many passages
 * there are: models have tens of thousands of them.
 */
export function findPassages(passages: readonly Buffer[], text: Buffer): Set<Buffer> {
  const found = new Set<Buffer>();
  const length = passages[0]?.length ?? 0;
  if (length === 0 || text.length < length) return found;
  const byHash = new Map<number, Buffer[]>();
  const filter = new Uint8Array(1 << filterBits);
  for (const passage of passages) {
    const hash = hashOf(passage);
    filter[hash >>> (32 - filterBits)] = 1;
    byHash.set(hash, [...(byHash.get(hash) ?? []), passage]);
  }
  const leaving = power(length - 1);
  let hash = hashOf(text.subarray(0, length));
  for (let at = 0; ; at += 1) {
    if (filter[hash >>> (32 - filterBits)] === 1)
      for (const passage of byHash.get(hash) ?? [])
        if (passage.compare(text, at, at + length) === 0) found.add(passage);
    if (at + length >= text.length) return found;
    const kept = hash - Math.imul(text[at] ?? 0, leaving);
    hash = (Math.imul(kept, multiplier) + (text[at + length] ?? 0)) >>> 0;
  }
}

function hashOf(bytes: Buffer): number {
  let hash = 0;
  for (const byte of bytes) hash = (Math.imul(hash, multiplier) + byte) >>> 0;
  return hash;
}

function power(exponent: number): number {
  let product = 1;
  for (let count = 0; count < exponent; count += 1) product = Math.imul(product, multiplier);
  return product;
}
