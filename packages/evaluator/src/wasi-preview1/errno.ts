/** The error numbers of WASI that this host answers with. */
export const errno = {
  success: 0,
  badf: 8,
  fault: 21,
  inval: 28,
  nospc: 51,
  notdir: 54,
  notsock: 57,
  notsup: 58,
  spipe: 70,
} as const;
