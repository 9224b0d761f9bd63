/** From what was typed to an order, or to what is wrong with it, by field. */

import type { NewOrder } from "./orders";
import type { Field, Problems } from "./problems";

const MOST_PIECES = 10_000;

export type Parsed = { order: NewOrder } | { problems: Problems };

/**
 * Check what needs no asking. Which articles and currencies there are is not known here: the api
 * tells of an article that isn't, and the order of a currency that isn't fails.
 */
export function parseOrder(typed: Record<Field, string>): Parsed {
  const sku = typed.sku.trim();
  const quantity = typed.quantity.trim();
  const currency = typed.currency.trim().toUpperCase();

  const problems: Problems = {};
  if (sku === "") problems.sku = "Say which article.";
  if (!isQuantity(quantity)) problems.quantity = `Give a whole number from 1 to ${MOST_PIECES}.`;
  if (!/^[A-Z]{3}$/.test(currency)) problems.currency = "Give a code of three letters, like EUR.";

  if (Object.keys(problems).length > 0) return { problems };
  return { order: { sku, quantity: Number(quantity), currency } };
}

/** Only digits: Number() would also take "1e3", "0x10" and "". */
function isQuantity(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_PIECES;
}
