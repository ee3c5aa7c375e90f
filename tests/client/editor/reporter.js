/** Reporter of `node --test`: one line of JSON for each test that has ended. */

const NODES_OWN = /^\s+at .*\(?node:/; // lines of a stack that say nothing about the test

/** @param {AsyncIterable<{type: string, data: any}>} events */
export default async function* reporter(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const { name, file, details } = data;
    // A failing suite, or file, only repeats that something in it failed.
    if (details?.type === "suite" || details?.error?.failureType === "subtestsFailed") continue;
    const passed = type === "test:pass";
    yield `${JSON.stringify({ name, file, passed, reason: passed ? "" : reasonOf(details.error) })}\n`;
  }
}

/** @param {any} error */
function reasonOf(error) {
  const cause = error?.cause;
  const text = cause?.stack ?? String(cause ?? error?.message ?? error);
  return text.split("\n").filter((line) => !NODES_OWN.test(line)).join("\n");
}
