/** The page's parts. What it shows of others is text, never markup. */

import { describeState, type Order } from "./orders";
import { FIELDS, type Field, type Problems } from "./problems";

function find<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no ${kind.name} #${id}`);
  return element;
}

export const form = find("new-order", HTMLFormElement);
const button = form.querySelector("button");
const news = find("news", HTMLParagraphElement);
const table = find("orders", HTMLTableSectionElement);

/** Return what was typed. */
export function typed(): Record<Field, string> {
  const data = new FormData(form);
  const text = (field: Field) => String(data.get(field) ?? "");
  return { sku: text("sku"), quantity: text("quantity"), currency: text("currency") };
}

/** Show what is wrong, field by field, and put the cursor where the first problem is. */
export function showProblems(problems: Problems): void {
  for (const field of FIELDS) {
    find(`${field}-problem`, HTMLSpanElement).textContent = problems[field] ?? "";
    find(field, HTMLInputElement).ariaInvalid = field in problems ? "true" : null;
  }
  find("form-problem", HTMLParagraphElement).textContent = problems.form ?? "";
  const first = FIELDS.find((field) => field in problems);
  if (first) find(first, HTMLInputElement).focus();
}

/** Say something that is not about one order. */
export function say(text: string): void {
  if (news.textContent !== text) news.textContent = text;
}

/** Keep an order from being placed twice by two clicks. */
export function setBusy(busy: boolean): void {
  if (button) button.disabled = busy;
}

/** Show the orders, in place of those shown before. */
export function showOrders(orders: readonly Order[]): void {
  table.replaceChildren(...orders.map(row));
}

function row(order: Order): HTMLTableRowElement {
  const line = document.createElement("tr");
  line.dataset["order"] = order.id;
  line.dataset["status"] = order.status;
  for (const text of [order.sku, String(order.quantity), order.currency, describeState(order)]) {
    line.insertCell().textContent = text;
  }
  return line;
}
