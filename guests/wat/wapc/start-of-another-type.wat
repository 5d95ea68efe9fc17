;; Exports a `_start` that wants a parameter.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"accepted\":true,\"valid\":true}")
  (func (export "_start") (param i32))
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_response (i32.const 0) (i32.const 30))
    (i32.const 1)))
