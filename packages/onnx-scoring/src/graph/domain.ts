/** The standard operators' domain has two spellings. */
export const isStandardDomain = (domain: string): boolean => domain === "" || domain === "ai.onnx";
