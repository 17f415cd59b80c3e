// Runs inside the sandbox, as one file without anything else of ours: asks the runner and prints what it says.
import { request } from "node:http";
import { text } from "node:stream/consumers";

const routes = new Map([
  ["score", ["POST", "/score"]],
  ["score-log", ["GET", "/score-log"]],
  ["budget", ["GET", "/budget"]],
  ["submit", ["POST", "/submit"]],
  ["note", ["POST", "/note"]],
]);

// As in sysexits.h: try again later.
const noRunner = 75;

const [verb = "", ...rest] = process.argv.slice(2);
const json = rest[0] === "--json";
const given = json ? rest.slice(1) : rest;
// `service NAME BODY` calls one of the task's services; every other verb takes its words as they are.
const words = verb === "service" ? given.slice(1) : given;
const [method, path] =
  verb === "service" ? ["POST", `/services/${given[0] ?? ""}`] : (routes.get(verb) ?? ["GET", "/unknown"]);
const headers = { "content-type": "text/plain; charset=utf-8" };

const call = request({ socketPath: process.env.REBENCH_SOCKET, method, path, headers }, (response) => {
  text(response).then(
    (reply) => finish(response.statusCode, reply),
    () => stop(noRunner, "The runner went away before it answered."),
  );
});
call.on("error", () => stop(noRunner, "No runner is attached."));
call.end(await bodyText());

async function bodyText() {
  if (words.length > 0) return words.join(" ");
  return (verb === "note" || verb === "service") && !process.stdin.isTTY ? text(process.stdin) : "";
}

function finish(status, reply) {
  let answer;
  try {
    answer = JSON.parse(reply);
  } catch {
    return stop(1, `The runner's answer cannot be read (${status}).`);
  }
  process.stdout.write(json ? `${reply.trimEnd()}\n` : `${answer.text ?? ""}\n`);
  process.exitCode = status === 503 ? noRunner : answer.ok === true ? 0 : 1;
}

function stop(code, message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = code;
}
