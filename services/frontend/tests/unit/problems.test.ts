import { expect, test } from "vitest";

import { readComplaints } from "../../src/problems";

test("a complaint stands at its field, as a sentence", () => {
  const complaint = { loc: ["body", "quantity"], msg: "input should be at least 1" };
  expect(readComplaints([complaint])).toEqual({ quantity: "Input should be at least 1." });
});

test("a validator's own words lose their prefix", () => {
  const complaint = { loc: ["body", "sku"], msg: "Value error, 'ale' is not in the catalogue" };
  expect(readComplaints([complaint])).toEqual({ sku: "'ale' is not in the catalogue." });
});

test("several complaints about a field are all told", () => {
  const loc = ["body", "currency"];
  expect(readComplaints([{ loc, msg: "Too short" }, { loc, msg: "Too small" }])).toEqual({
    currency: "Too short. Too small.",
  });
});

test.each([
  { loc: ["body", "colour"], msg: "not permitted", told: "Colour: not permitted." },
  { loc: ["body"], msg: "no JSON", told: "No JSON." },
  { loc: ["body", 1], msg: "no JSON", told: "1: no JSON." },
])("a complaint about $loc belongs to the form", ({ loc, msg, told }) => {
  expect(readComplaints([{ loc, msg }])).toEqual({ form: told });
});
