import { expect, test, vi } from "vitest";

import { FIRST_MS, LONGEST_MS, waits } from "../../src/backoff";
import { poll } from "../../src/poll";

test("waits double up to the longest, and stay there", () => {
  const endless = waits(1, 5);
  expect(Array.from({ length: 6 }, () => endless.next().value)).toEqual([1, 2, 4, 5, 5, 5]);
});

test("it first waits little, and never for long", () => {
  const endless = waits();
  const first = Array.from({ length: 20 }, () => endless.next().value);
  expect(first[0]).toBe(FIRST_MS);
  expect(Math.max(...first)).toBe(LONGEST_MS);
});

test("it looks at once, and no more when there is nothing to wait for", async () => {
  const look = vi.fn(async () => true);
  const pause = vi.fn(async () => {});
  await poll(look, new AbortController().signal, pause);
  expect(look).toHaveBeenCalledOnce();
  expect(pause).not.toHaveBeenCalled();
});

test("it looks again, ever more rarely", async () => {
  const answers = [false, false, true];
  const pause = vi.fn(async () => {});
  await poll(async () => answers.shift() ?? true, new AbortController().signal, pause);
  expect(pause.mock.calls).toEqual([[FIRST_MS], [2 * FIRST_MS]]);
});

test("it ends where somebody else looks", async () => {
  const watching = new AbortController();
  const look = vi.fn(async () => false);
  await poll(look, watching.signal, async () => watching.abort());
  expect(look).toHaveBeenCalledOnce();
});
