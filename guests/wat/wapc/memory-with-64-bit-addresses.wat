;; Has a memory with 64-bit addresses, which no limit of 32-bit pages bounds.
(module
  (memory (export "memory") i64 1)
  (func (export "__guest_call") (param i32 i32) (result i32)
    (i32.const 0)))
