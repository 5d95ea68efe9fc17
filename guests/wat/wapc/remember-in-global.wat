;; Counts reviews in a global that is not exported.
(global $reviews (mut i64) (i64.const 0))
(func $validate (param $payload_length i32) (result i32)
  (if (i64.ne (global.get $reviews) (i64.const 0)) (then (return (call $remember))))
  (global.set $reviews (i64.add (global.get $reviews) (i64.const 1)))
  (call $accept))
