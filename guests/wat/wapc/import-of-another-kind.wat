;; Imports a global under the name of a function.
(module
  (import "wapc" "__guest_request" (global i32))
  (memory (export "memory") 1)
  (func (export "__guest_call") (param i32 i32) (result i32)
    (i32.const 1)))
