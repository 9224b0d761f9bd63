import { expect, test } from "vitest";

import { parseOrder } from "../../src/form";

const TYPED = { sku: "tea", quantity: "2", currency: "USD" };

test("what is right becomes an order", () => {
  expect(parseOrder(TYPED)).toEqual({ order: { sku: "tea", quantity: 2, currency: "USD" } });
});

test("blanks and small letters are no mistake", () => {
  expect(parseOrder({ sku: " tea ", quantity: " 2 ", currency: " usd " })).toEqual(
    parseOrder(TYPED),
  );
});

test.each(["1", "10000"])("a quantity of %s is taken", (quantity) => {
  expect(parseOrder({ ...TYPED, quantity })).toHaveProperty("order.quantity", Number(quantity));
});

test.each(["", "0", "-1", "1.5", "10001", "1e3", "0x10", "two"])(
  "a quantity of '%s' is not",
  (quantity) => {
    expect(parseOrder({ ...TYPED, quantity })).toEqual({
      problems: { quantity: "Give a whole number from 1 to 10000." },
    });
  },
);

test.each(["", "US", "USDT", "12$"])("a currency '%s' is not taken", (currency) => {
  expect(parseOrder({ ...TYPED, currency })).toEqual({
    problems: { currency: "Give a code of three letters, like EUR." },
  });
});

test("all problems are told at once", () => {
  const parsed = parseOrder({ sku: " ", quantity: "", currency: "" });
  expect(parsed).toHaveProperty("problems.sku", "Say which article.");
  expect(parsed).toHaveProperty("problems.quantity");
  expect(parsed).toHaveProperty("problems.currency");
});
