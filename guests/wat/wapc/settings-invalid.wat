;; Finds all settings invalid; `validate` says so too.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"valid\":false,\"accepted\":false,\"message\":\"no settings please\"}")
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_response (i32.const 0) (i32.const 63))
    (i32.const 1)))
