;; Accepts on stdout, then traps.
(func $validate
  (call $accept)
  unreachable)
