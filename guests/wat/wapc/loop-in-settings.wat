;; Never comes back from `validate_settings`; accepts everything.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"accepted\":true}")
  (func (export "__guest_call") (param $operation_length i32) (param i32) (result i32)
    (if (i32.eq (local.get $operation_length) (i32.const 17))
      (then (loop $ever (br $ever))))
    (call $guest_response (i32.const 0) (i32.const 17))
    (i32.const 1)))
