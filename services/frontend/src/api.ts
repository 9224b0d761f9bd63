/** The api, as the page sees it. */

import type { NewOrder, Order } from "./orders";
import { type Problems, readComplaints } from "./problems";

/** The api refused an order, and said what is wrong with it. */
export class RefusedError extends Error {
  readonly problems: Problems;

  constructor(problems: Problems) {
    super("the order was refused");
    this.problems = problems;
  }
}

/** The api can't be asked now; asking later may help. */
export class UnavailableError extends Error {
  constructor(why: string, options?: ErrorOptions) {
    super(`The orders can't be reached now (${why}).`, options);
  }
}

/** Orders by HTTP. Tests bring their own `fetch`. */
export class Api {
  readonly #fetch: typeof fetch;

  constructor(fetcher: typeof fetch = (...request) => fetch(...request)) {
    this.#fetch = fetcher;
  }

  /** List the newest orders, the newest first. */
  async list(): Promise<Order[]> {
    const answer = await this.#ask("/api/orders");
    if (!answer.ok) throw new UnavailableError(`status ${answer.status}`);
    return (await answer.json()) as Order[];
  }

  /** Place an order. */
  async create(order: NewOrder): Promise<Order> {
    const answer = await this.#ask("/api/orders", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(order),
    });
    if (answer.status === 422) throw new RefusedError(readComplaints((await answer.json()).detail));
    if (!answer.ok) throw new UnavailableError(`status ${answer.status}`);
    return (await answer.json()) as Order;
  }

  async #ask(path: string, request?: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(path, request);
    } catch (error) {
      throw new UnavailableError("no answer", { cause: error });
    }
  }
}
