/** Whom a sandbox's commands run as. */
export type Identity =
  /** Two users that belong to this sandbox alone, with one group that lets them reach its folders. */
  | {
      readonly kind: "leased";
      readonly agent: number;
      readonly harness: number;
      readonly group: number;
      readonly lease: string;
    }
  /** The caller's own user, shown inside as `inside` where there is a user namespace. */
  | { readonly kind: "own"; readonly inside: number };
