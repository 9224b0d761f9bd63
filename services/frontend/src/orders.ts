/** What goes over the wire, as services/api has it in schemas.py, and how people are told of it. */

import { formatMoney, type Decimal } from "./money";

export interface NewOrder {
  sku: string;
  quantity: number;
  currency: string;
}

interface Placed extends NewOrder {
  id: string;
  created_at: string;
}

/** An order is pending at first, and leaves that state once, for one of the other two. */
export type Order = Placed &
  (
    | { status: "pending"; price: null; reason: null }
    | { status: "priced"; price: Decimal; reason: null }
    | { status: "failed"; price: null; reason: string }
  );

/** Say how an order is doing. */
export function describeState(order: Order): string {
  switch (order.status) {
    case "pending":
      return "Waiting for its price";
    case "priced":
      return formatMoney(order.price, order.currency);
    case "failed":
      return `Failed: ${order.reason}`;
  }
}

/** Tell whether nothing will happen to these orders any more. */
export function allSettled(orders: readonly Order[]): boolean {
  return orders.every((order) => order.status !== "pending");
}
