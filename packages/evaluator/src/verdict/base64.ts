/**
 * Standard base64 with padding (RFC 4648, section 4), without help of Node or the DOM.
 *
 * `btoa` wants a string of Latin-1 characters, which is built in chunks so that a large patch does not overflow
 * the argument list.
 */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let start = 0; start < bytes.length; start += chunk) {
    binary += String.fromCharCode(...bytes.subarray(start, start + chunk));
  }
  return btoa(binary);
}

const chunk = 8192;
