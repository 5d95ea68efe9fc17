;; Exports no `__guest_call`.
(module
  (memory (export "memory") 1)
  (func (export "wapc_init")))
