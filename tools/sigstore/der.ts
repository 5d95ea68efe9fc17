/** DER (X.690): the few values that certificates of Fulcio hold and that no generator offers. */

const octetString = 0x04;
const utf8String = 0x0c;

export function derOctetString(content: Uint8Array): Uint8Array<ArrayBuffer> {
  return encode(octetString, content);
}

export function derUtf8String(text: string): Uint8Array<ArrayBuffer> {
  return encode(utf8String, Buffer.from(text));
}

function encode(tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = content;
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...lengthBytes, ...content]);
}
