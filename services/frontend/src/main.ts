/** The page: shows the newest orders as long as there is one to wait for, and places new ones. */

import { Api, RefusedError, UnavailableError } from "./api";
import { parseOrder } from "./form";
import { allSettled } from "./orders";
import { poll } from "./poll";
import { form, say, setBusy, showOrders, showProblems, typed } from "./view";

const api = new Api();
let watching = new AbortController();

/** Show the orders until all are settled; whatever was watched before is given up. */
function watch(): void {
  watching.abort();
  watching = new AbortController();
  const { signal } = watching;
  void poll(() => look(signal), signal);
}

/** Show the orders once; return whether all are settled. */
async function look(signal: AbortSignal): Promise<boolean> {
  try {
    const orders = await api.list();
    if (signal.aborted) return true; // a later look may have shown newer orders already
    showOrders(orders);
    say(orders.length === 0 ? "There are no orders yet." : "");
    return allSettled(orders);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    if (!signal.aborted) say(error.message);
    return false;
  }
}

async function place(): Promise<void> {
  const parsed = parseOrder(typed());
  if ("problems" in parsed) {
    showProblems(parsed.problems);
    return;
  }
  setBusy(true);
  try {
    await api.create(parsed.order);
    showProblems({});
    watch();
  } catch (error) {
    if (error instanceof RefusedError) showProblems(error.problems);
    else if (error instanceof UnavailableError) showProblems({ form: error.message });
    else throw error;
  } finally {
    setBusy(false);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void place();
});
watch();
