;; `wapc_init` traps.
(func (export "wapc_init") unreachable)
(func $validate (param $payload_length i32) (result i32)
  (call $accept))
