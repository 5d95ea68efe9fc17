export { createCapabilities, type Capabilities, type CapabilitiesOptions } from './capabilities.ts';
export type { AddressLookup } from './dns.ts';
