import { custom, pipe, record, string } from 'valibot';

/** Schema of a map of names to texts. A list is none, though valibot's record takes it for one. */
export const textMap = (message: string, valueMessage: string) =>
  pipe(
    custom<unknown>((value) => !Array.isArray(value), message),
    record(string(), string(valueMessage), message),
  );
