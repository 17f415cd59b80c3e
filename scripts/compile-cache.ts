// Before each test file: programs that tests start without the command line keep their compiled code where it keeps its own.
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";

enableCompileCache(join(dirname(import.meta.dirname), "apps/runner/node_modules/.cache/rebench"));
