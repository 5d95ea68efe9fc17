/**
 * The host's half of the waPC guest ABI (evaluator.md, section 3). The compiler takes the file's name for the name
 * of the module that these are imported from.
 */

export declare function __guest_request(operation: usize, payload: usize): void;

export declare function __guest_response(text: usize, length: usize): void;

export declare function __guest_error(text: usize, length: usize): void;
