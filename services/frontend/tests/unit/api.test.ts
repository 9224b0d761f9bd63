import { expect, test, vi } from "vitest";

import { Api, RefusedError, UnavailableError } from "../../src/api";

const TEA = { sku: "tea", quantity: 2, currency: "USD" };

/** An api that gives one answer, and the `fetch` that was asked for it. */
function answering(status: number, body: unknown) {
  const fetcher = vi.fn<typeof fetch>(async () => Response.json(body, { status }));
  return { api: new Api(fetcher), fetcher };
}

test("orders are listed", async () => {
  const { api, fetcher } = answering(200, [TEA]);
  expect(await api.list()).toEqual([TEA]);
  expect(fetcher).toHaveBeenCalledWith("/api/orders", undefined);
});

test("an order is sent as JSON", async () => {
  const { api, fetcher } = answering(201, { ...TEA, status: "pending" });
  expect(await api.create(TEA)).toEqual({ ...TEA, status: "pending" });
  const [path, request] = fetcher.mock.lastCall ?? [];
  expect([path, request?.method]).toEqual(["/api/orders", "POST"]);
  expect(JSON.parse(String(request?.body))).toEqual(TEA);
});

test("a refusal tells its problems", async () => {
  const detail = [{ loc: ["body", "sku"], msg: "Value error, unknown" }];
  const refused = await answering(422, { detail }).api.create(TEA).catch((error) => error);
  expect(refused).toBeInstanceOf(RefusedError);
  expect(refused.problems).toEqual({ sku: "Unknown." });
});

test.each([502, 503])("a status of %d says that it is not there", async (status) => {
  const { api } = answering(status, {});
  await expect(api.list()).rejects.toThrow(UnavailableError);
  await expect(api.create(TEA)).rejects.toThrow(`status ${status}`);
});

test("no answer says so too", async () => {
  const api = new Api(async () => {
    throw new TypeError("fetch failed");
  });
  await expect(api.list()).rejects.toThrow("The orders can't be reached now (no answer).");
});
