;; Makes its table larger.
(table $table 1 funcref)
(func $validate (param $payload_length i32) (result i32)
  (if (i32.ne (table.size $table) (i32.const 1)) (then (return (call $remember))))
  (drop (table.grow $table (ref.null func) (i32.const 1)))
  (call $accept))
