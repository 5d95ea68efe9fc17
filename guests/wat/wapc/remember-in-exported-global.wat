;; Counts reviews in a global that is exported.
(global $reviews (export "reviews") (mut f64) (f64.const 0))
(func $validate (param $payload_length i32) (result i32)
  (if (f64.ne (global.get $reviews) (f64.const 0)) (then (return (call $remember))))
  (global.set $reviews (f64.add (global.get $reviews) (f64.const 1)))
  (call $accept))
