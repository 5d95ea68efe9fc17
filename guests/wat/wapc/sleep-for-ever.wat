;; Sleeps in `poll_oneoff` for 292 years.
(func $validate (param $payload_length i32) (result i32)
  (i32.store (i32.const 1040) (i32.const 1)) ;; monotonic clock, relative time
  (i64.store (i32.const 1048) (i64.const 0x7fffffffffffffff))
  (drop (call $poll_oneoff (i32.const 1024) (i32.const 1088) (i32.const 1) (i32.const 1200)))
  (call $accept))
