/** Amounts of money stay the strings that the api sends: a float isn't money. */

export type Decimal = `${number}`;

/**
 * Write an amount with its currency's code, since a sign such as "$" is that of several.
 * Two decimals whatever the currency: that is what the order was priced with.
 */
export function formatMoney(amount: Decimal, currency: string): string {
  return new Intl.NumberFormat("en", {
    style: "currency",
    currency,
    currencyDisplay: "code",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(amount);
}
