import type { DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { refuse } from "../refusal.ts";

export interface WireCaps {
  /** Fields of all messages together. Values of a packed list count as one. */
  readonly fields: number;
  /** Messages inside messages. */
  readonly depth: number;
}

/**
 * Looks over an encoded message before anything is made of it: unknown fields, too many fields and too deep a nesting are refused while
 * nothing but the bytes themselves is in memory.
 */
export function scanWire(bytes: Uint8Array, message: DescMessage, caps: WireCaps): void {
  let left = caps.fields;
  const scan = (part: Uint8Array, desc: DescMessage, depth: number): void => {
    if (depth > caps.depth) refuse("graph-too-deep", `the file nests messages more than ${caps.depth} deep`);
    const fields = numbered(desc);
    const reader = new BinaryReader(part);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      left -= 1;
      if (left < 0) refuse("graph-too-large", `the file has more than ${caps.fields} fields`);
      const field = fields.get(number);
      if (field === undefined)
        refuse("graph-unknown-field", `${desc.name} has a field ${number}, which is not known here`);
      if (field.message !== undefined && wireType === WireType.LengthDelimited) {
        scan(reader.bytes(), field.message, depth + 1);
      } else {
        reader.skip(wireType, number);
      }
    }
  };
  scan(bytes, message, 0);
}

const numberedFields = new WeakMap<DescMessage, ReadonlyMap<number, DescMessage["fields"][number]>>();

function numbered(desc: DescMessage): ReadonlyMap<number, DescMessage["fields"][number]> {
  const known = numberedFields.get(desc);
  if (known !== undefined) return known;
  const made = new Map(desc.fields.map((field) => [field.number, field]));
  numberedFields.set(desc, made);
  return made;
}
