;; Declares a table of ten million entries (80 MB of host memory), which no limit on linear memory sees.
(module
  (import "wapc" "__guest_response" (func $guest_response (param i32 i32)))
  (memory (export "memory") 1)
  (table 10000000 funcref)
  (data (i32.const 0) "{\"accepted\":true,\"valid\":true}")
  (func (export "__guest_call") (param i32 i32) (result i32)
    (call $guest_response (i32.const 0) (i32.const 30))
    (i32.const 1)))
