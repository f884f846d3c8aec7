/** `$0.12`; an amount below a cent reads `under $0.01`. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.01) return 'under $0.01';
  return `$${amount.toFixed(2)}`;
}
