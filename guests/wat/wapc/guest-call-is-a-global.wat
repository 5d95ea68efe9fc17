;; Exports a global under the name `__guest_call`.
(module
  (memory (export "memory") 1)
  (global (export "__guest_call") i32 (i32.const 1)))
