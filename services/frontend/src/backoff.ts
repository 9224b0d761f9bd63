/** When to look again: soon at first, and ever more rarely, since most orders are priced at once. */

export const FIRST_MS = 250;
export const LONGEST_MS = 10_000;

/** Yield the waits, in milliseconds, for ever: each twice the one before, up to the longest. */
export function* waits(first = FIRST_MS, longest = LONGEST_MS): Generator<number, never> {
  for (let wait = first; ; wait = Math.min(wait * 2, longest)) yield wait;
}
