/**
 * A JSON tree that loses nothing a policy could notice.
 *
 * Integers within i64 or u64 are `bigint`, every other number is a `number` that is always printed as a
 * floating-point literal (`1.0`, never `1`), and objects are maps, so that keys such as `__proto__` are data.
 * This is the number model of the original (serde_json without `arbitrary_precision`).
 */
export type JsonValue = null | boolean | string | bigint | number | JsonValue[] | JsonObject;

export type JsonObject = Map<string, JsonValue>;
