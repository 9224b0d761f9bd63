/** The container under test. */

import process from "node:process";

/** Return a variable of the environment; without it there is no stack to test. */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests need the stack in deploy/test`);
  return value;
}

/** Ask the container for a path. */
export function ask(path: string, request?: RequestInit): Promise<Response> {
  return fetch(new URL(path, variable("TEST_FRONTEND_URL")), request);
}
