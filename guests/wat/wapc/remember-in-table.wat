;; Puts another function into its table.
(table $table 2 2 funcref)
(elem (i32.const 0) func $first $second)
(func $first (result i32) (i32.const 0))
(func $second (result i32) (i32.const 1))
(func $validate (param $payload_length i32) (result i32)
  (if (call_indirect (result i32) (i32.const 0)) (then (return (call $remember))))
  (table.copy (i32.const 0) (i32.const 1) (i32.const 1))
  (call $accept))
