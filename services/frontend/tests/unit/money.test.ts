import { expect, test } from "vitest";

import { formatMoney, type Decimal } from "../../src/money";

const NO_BREAK = "\u00a0";

test.each<[Decimal, string, string]>([
  ["9.20", "USD", "USD 9.20"],
  ["1390.18", "JPY", "JPY 1,390.18"],
  ["0.01", "EUR", "EUR 0.01"],
  ["5.00", "XXX", "XXX 5.00"],
])("%s %s is written %s", (amount, currency, written) => {
  expect(formatMoney(amount, currency).replace(NO_BREAK, " ")).toBe(written);
});

test("no digit is lost where a float would lose one", () => {
  expect(formatMoney("999999999999999999.01", "EUR")).toContain("999,999,999,999,999,999.01");
});
