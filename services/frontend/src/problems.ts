/** What is wrong with an order, in words, at the field where it is wrong. */

export const FIELDS = ["sku", "quantity", "currency"] as const;

export type Field = (typeof FIELDS)[number];

/** By field; under `form` what belongs to none. */
export type Problems = Partial<Record<Field | "form", string>>;

/** One of the api's complaints about a request, as FastAPI sends them with a 422. */
export interface Complaint {
  loc: readonly (string | number)[];
  msg: string;
}

/** Turn the api's complaints into problems. Where a field has several, they become one. */
export function readComplaints(complaints: readonly Complaint[]): Problems {
  const problems: Problems = {};
  for (const { loc, msg } of complaints) {
    const field = FIELDS.find((name) => name === loc[1]);
    const text = field ? sentence(msg) : sentence([...loc.slice(1), msg].join(": "));
    const where = field ?? "form";
    problems[where] = [problems[where], text].filter(Boolean).join(" ");
  }
  return problems;
}

/** Drop what Pydantic puts before a validator's own words, and make the rest a sentence. */
function sentence(message: string): string {
  const words = message.replace(/^Value error, /, "");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
