;; Exports something else under the name `memory`.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory 1)
  (func (export "memory"))
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_response (i32.const 0) (i32.const 1))
    (i32.const 1)))
