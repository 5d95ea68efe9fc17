import { Scalar, type ScalarTag } from 'yaml';

/** Integers as Go's YAML library reads them: a leading zero means octal, underscores are skipped. */
export const integerTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0o?[0-7_]+|[1-9][\d_]*)$/,
  resolve(text) {
    const [, sign, prefix = '', digits = ''] =
      /^([-+]?)(0[box]?(?=.))?(.*)$/.exec(text.replaceAll('_', '')) ?? [];
    const magnitude = BigInt(`${prefix === '0' ? '0o' : prefix}${digits}`);
    return sign === '-' ? -magnitude : magnitude;
  },
};

/** Texts that some YAML reader takes for a boolean, null, number, date or merge key. */
const ambiguous = new RegExp(
  `^(?:${[
    '|~|<<|null|Null|NULL|true|True|TRUE|false|False|FALSE',
    'y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF',
    String.raw`[-+]?(?:0b[01_]+|0x[\da-fA-F_]+|0o[0-7_]+|\d[\d_]*(?::[0-5]?\d)*)`,
    String.raw`[-+]?(?:\.\d[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?`,
    String.raw`[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)`,
    String.raw`\d{4}-\d\d?-\d\d?(?:[tT\s][^]*)?`,
  ].join('|')})$`,
);

/** Quotes as Go's YAML library does: double where the plain text would be misread, else as little as possible. */
export function toScalar(text: string): Scalar {
  const scalar = new Scalar(text);
  // eslint-disable-next-line no-control-regex -- the characters for which YAML needs double quotes
  const hasControls = /[\u0000-\u0009\u000b-\u001f\u007f]/.test(text);
  if (hasControls || ambiguous.test(text)) scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
