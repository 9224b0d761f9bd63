/** The way to the api, which is a stand-in that answers with what it was asked. */

import { execFileSync } from "node:child_process";

import { expect, onTestFinished, test, vi } from "vitest";

import { ask, variable } from "./frontend";

const PATIENCE = { timeout: 15_000, interval: 100 };

/** Run Docker's own command line: what a person would do to the api. */
function docker(...words: string[]): string {
  return execFileSync("docker", words, { encoding: "utf-8" }).trim();
}

/** Return the id of the api's container. */
function apiContainer(): string {
  const project = variable("TEST_COMPOSE_PROJECT");
  return docker(
    "ps",
    "--quiet",
    `--filter=label=com.docker.compose.project=${project}`,
    "--filter=label=com.docker.compose.service=api",
  );
}

test("a request arrives without its prefix, with all else", async () => {
  const answer = await ask("/api/orders?limit=1");
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ method: "GET", path: "/orders?limit=1", body: "" });
});

test("an order arrives, and where it is found is told in the page's terms", async () => {
  const answer = await ask("/api/orders", { method: "POST", body: '{"sku":"tea"}' });
  expect(answer.status).toBe(201);
  expect(answer.headers.get("Location")).toBe("/api/orders/1");
  expect(await answer.json()).toMatchObject({ method: "POST", body: '{"sku":"tea"}' });
});

test("without the api nginx says so, stays healthy, and finds it again", async () => {
  const api = apiContainer();
  docker("kill", api);
  onTestFinished(() => void docker("start", api));

  await vi.waitFor(async () => expect((await ask("/api/orders")).status).toBe(502), PATIENCE);
  expect((await ask("/health")).status).toBe(200);
  expect((await ask("/")).status).toBe(200);

  docker("start", api);
  await vi.waitFor(async () => expect((await ask("/api/orders")).status).toBe(200), PATIENCE);
}, 40_000);
