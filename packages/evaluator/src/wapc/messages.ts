import { rustDebugString } from '../verdict/rust-debug.ts';

/** A failed call of a guest as every function but `validate_settings` reports it. */
export function guestCallFailure(message: string): string {
  return `Guest call failure: ${message}`;
}

/** A failed `validate_settings`; the original shows the error in Rust's debug form. */
export function settingsCallFailure(message: string): string {
  return `Error invoking settings validation callback: GuestCallFailure(${rustDebugString(message)})`;
}
