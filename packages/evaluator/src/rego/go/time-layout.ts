/** An element of a layout by the reference time that stands for it; fractions carry their digits. */
export type LayoutToken =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'field'; readonly field: LayoutField }
  | {
      readonly kind: 'fraction';
      readonly digits: number;
      readonly trim: boolean;
      readonly separator: string;
    };

export type LayoutField = (typeof fields)[number];

/** Offsets from UTC; those with `Z` show a zero offset as `Z`. */
export type OffsetField = Extract<LayoutField, `-${string}` | `Z${string}`>;

export function isOffset(field: LayoutField): field is OffsetField {
  return field.startsWith('-') || field.startsWith('Z');
}

// Of two fields that start alike the longer one comes first.
const fields = [
  'January',
  'Jan',
  'Monday',
  'Mon',
  'MST',
  '002',
  '01',
  '02',
  '03',
  '04',
  '05',
  '06',
  '15',
  '1',
  '2006',
  '2',
  '__2',
  '_2',
  '3',
  '4',
  '5',
  'PM',
  'pm',
  '-070000',
  '-07:00:00',
  '-0700',
  '-07:00',
  '-07',
  'Z070000',
  'Z07:00:00',
  'Z0700',
  'Z07:00',
  'Z07',
] as const;

/** The named layouts that OPA takes. */
const namedLayouts: Readonly<Record<string, string>> = {
  ANSIC: 'Mon Jan _2 15:04:05 2006',
  UnixDate: 'Mon Jan _2 15:04:05 MST 2006',
  RubyDate: 'Mon Jan 02 15:04:05 -0700 2006',
  RFC822: '02 Jan 06 15:04 MST',
  RFC822Z: '02 Jan 06 15:04 -0700',
  RFC850: 'Monday, 02-Jan-06 15:04:05 MST',
  RFC1123: 'Mon, 02 Jan 2006 15:04:05 MST',
  RFC1123Z: 'Mon, 02 Jan 2006 15:04:05 -0700',
  RFC3339: '2006-01-02T15:04:05Z07:00',
  RFC3339Nano: '2006-01-02T15:04:05.999999999Z07:00',
};

export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const weekdayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/**
 * Splits a layout of Go's package `time` ("Mon Jan 2 15:04:05 MST 2006") into its elements.
 *
 * @param layout - a layout, or the name of one (`RFC3339`)
 */
export function parseLayout(layout: string): readonly LayoutToken[] {
  const text = Object.hasOwn(namedLayouts, layout) ? (namedLayouts[layout] as string) : layout;
  const tokens: LayoutToken[] = [];
  let literal = '';
  const push = (token: LayoutToken): void => {
    if (literal !== '') tokens.push({ kind: 'literal', text: literal });
    literal = '';
    tokens.push(token);
  };
  for (let i = 0; i < text.length;) {
    const fraction = fractionAt(text, i);
    const field = fraction === undefined ? fieldAt(text, i) : undefined;
    if (fraction !== undefined) {
      push(fraction);
      i += fraction.digits + 1;
    } else if (field !== undefined) {
      push({ kind: 'field', field });
      i += field.length;
    } else literal += text[i++];
  }
  if (literal !== '') tokens.push({ kind: 'literal', text: literal });
  return tokens;
}

function fieldAt(text: string, at: number): LayoutField | undefined {
  const field = fields.find((candidate) => text.startsWith(candidate, at));
  // "Month" and "Janus" are words; "_2006" is an underscore before the year.
  if ((field === 'Jan' || field === 'Mon') && /^[a-z]/.test(text.slice(at + 3))) return undefined;
  if (field === '_2' && text.startsWith('_2006', at)) return undefined;
  return field;
}

/** `.000`, `,999`: nothing but equal digits, and no digit behind them. */
function fractionAt(text: string, at: number): (LayoutToken & { kind: 'fraction' }) | undefined {
  const match = /^([.,])(0+|9+)(?!\d)/.exec(text.slice(at, at + 64));
  if (match === null) return undefined;
  const [, separator = '.', digits = ''] = match;
  return { kind: 'fraction', digits: digits.length, trim: digits.startsWith('9'), separator };
}
