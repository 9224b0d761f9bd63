import { expect, test } from "vitest";

import { allSettled, describeState, type Order } from "../../src/orders";

const placed = { id: "1", sku: "tea", quantity: 2, currency: "USD", created_at: "2026-01-01" };
const pending: Order = { ...placed, status: "pending", price: null, reason: null };
const priced: Order = { ...placed, status: "priced", price: "9.20", reason: null };
const failed: Order = {
  ...placed,
  status: "failed",
  price: null,
  reason: "unknown currency: USD",
};

test("a pending order waits", () => {
  expect(describeState(pending)).toBe("Waiting for its price");
});

test("a priced order has its price", () => {
  expect(describeState(priced)).toBe("USD\u00a09.20");
});

test("a failed order has its reason", () => {
  expect(describeState(failed)).toBe("Failed: unknown currency: USD");
});

test.each([
  { orders: [], settled: true },
  { orders: [priced, failed], settled: true },
  { orders: [priced, pending], settled: false },
])("$orders.length orders: all settled is $settled", ({ orders, settled }) => {
  expect(allSettled(orders)).toBe(settled);
});
