;; Imports a host function that does not exist.
(module
  (import "host" "secrets" (func))
  (memory (export "memory") 1)
  (func (export "_start")))
