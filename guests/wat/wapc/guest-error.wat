;; Fails as a guest should: a text for `__guest_error`, and 0.
(data (i32.const 1024) "cannot make sense of \22this\22\nat all\00")
(func $validate (param $payload_length i32) (result i32)
  (call $fail (i32.const 1024))
  (i32.const 0))
