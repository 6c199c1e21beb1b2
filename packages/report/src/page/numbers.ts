const THOUSANDS = new Intl.NumberFormat('en-US');
const FIGURE = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4, useGrouping: false });

/** 100000: "100,000". */
export const count = (n: number): string => THOUSANDS.format(n);

/** "1 reply", "1,234 replies". */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** A minus sign as wide as a plus, so that columns of numbers line up. */
export const figure = (x: number): string => FIGURE.format(x).replace('-', '−');

/** "+0.5", "−2", "0". */
export const signed = (x: number): string => (x > 0 ? `+${figure(x)}` : figure(x));
