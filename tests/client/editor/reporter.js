/** Reporter of `node --test`: one line of JSON for each test that has ended. */

const NODES_OWN = /^\s+at .*\(?node:/; // lines of a stack that say nothing about the test

/** @param {AsyncIterable<{type: string, data: any}>} events */
export default async function* reporter(events) {
  /** @type {Map<string, string>} what each file printed, such as why it can't be loaded */
  const printed = new Map();
  /** @type {string[]} the names of the suites that have begun, and of the test in them */
  const names = [];
  for await (const { type, data } of events) {
    const { name, nesting, file, details } = data;
    if (type === "test:stderr") printed.set(file, (printed.get(file) ?? "") + data.message);
    if (type === "test:start") names.splice(nesting, Infinity, name);
    if (type !== "test:pass" && type !== "test:fail") continue;
    // A failing suite, or file, only repeats that something in it failed.
    if (details.error?.failureType === "subtestsFailed") continue;
    const passed = type === "test:pass";
    const reason = passed ? "" : [reasonOf(details.error), printed.get(file)].join("\n").trim();
    const sentence = [...names.slice(0, nesting), name].join(" ");
    yield `${JSON.stringify({ name: sentence, file, passed, reason })}\n`;
  }
}

/** @param {any} error */
function reasonOf(error) {
  const cause = error?.cause;
  const text = cause?.stack ?? String(cause ?? error?.message ?? error);
  return text.split("\n").filter((line) => !NODES_OWN.test(line)).join("\n");
}
