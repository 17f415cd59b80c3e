export function writeTools(_folder: string, _node: string, _inside: string): void {}
