/** Look until there is nothing more to see. */

import { waits } from "./backoff";

export type Pause = (milliseconds: number) => Promise<void>;

const sleep: Pause = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));

/** Call `look` until it returns true, or until the signal says that somebody else looks now. */
export async function poll(
  look: () => Promise<boolean>,
  signal: AbortSignal,
  pause: Pause = sleep,
): Promise<void> {
  for (const wait of waits()) {
    if (signal.aborted || (await look())) return;
    await pause(wait);
  }
}
