/** What nginx serves by itself. */

import { expect, test } from "vitest";

import { ask } from "./frontend";

test("the page is served, and asked for anew", async () => {
  const answer = await ask("/");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toContain("text/html");
  expect(answer.headers.get("Cache-Control")).toBe("no-cache");
  expect(await answer.text()).toContain("<title>Orders</title>");
});

test("an unknown path is the page's to understand", async () => {
  const answer = await ask("/orders/of/yesterday");
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(await (await ask("/")).text());
});

test("the page's assets are kept for ever, and are small on the wire", async () => {
  const page = await (await ask("/")).text();
  const [asset] = /\/assets\/[\w.-]+\.js/.exec(page) ?? [];
  expect(asset).toBeDefined();
  const answer = await ask(String(asset));
  expect(answer.headers.get("Content-Type")).toContain("javascript");
  expect(answer.headers.get("Cache-Control")).toContain("immutable");
  expect(answer.headers.get("Content-Encoding")).toBe("gzip");
});

test("an asset of an earlier build is not found, rather than the page", async () => {
  const answer = await ask("/assets/index-earlier.js");
  expect(answer.status).toBe(404);
  expect(answer.headers.get("Cache-Control")).toBeNull();
});
