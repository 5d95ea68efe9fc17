;; Sleeps as many milliseconds as the raw request says, in `poll_oneoff`, and accepts.
(func $validate (param $payload_length i32) (result i32)
  (i32.store (i32.const 1040) (i32.const 1)) ;; monotonic clock, relative time
  (i64.store (i32.const 1048) (i64.mul (i64.extend_i32_u (call $number)) (i64.const 1000000)))
  (if (call $poll_oneoff (i32.const 1024) (i32.const 1088) (i32.const 1) (i32.const 1200)) (then unreachable))
  (call $accept))
