;; Never comes back from `wapc_init`.
(func (export "wapc_init")
  (loop $ever (br $ever)))
(func $validate (param $payload_length i32) (result i32)
  (call $accept))
