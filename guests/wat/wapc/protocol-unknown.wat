;; Knows `validate` only, as the oldest policies do: anything else is a guest error.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (import "wapc" "__guest_error" (func $guest_error (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"accepted\":true}")
  (data (i32.const 32) "No handler registered")
  (func (export "__guest_call") (param $operation_length i32) (param i32) (result i32)
    (if (i32.eq (local.get $operation_length) (i32.const 8))
      (then
        (call $guest_response (i32.const 0) (i32.const 17))
        (return (i32.const 1))))
    (call $guest_error (i32.const 32) (i32.const 21))
    (i32.const 0)))
