;; Sets a response and an error, and returns 0.
(data (i32.const 1024) "failed after all\00")
(func $validate (param $payload_length i32) (result i32)
  (drop (call $accept))
  (call $fail (i32.const 1024))
  (i32.const 0))
