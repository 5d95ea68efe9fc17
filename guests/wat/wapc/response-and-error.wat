;; Sets a response and an error, and returns 7: any value but 0 is success.
(data (i32.const 1024) "of no account\00")
(func $validate (param $payload_length i32) (result i32)
  (drop (call $accept))
  (call $fail (i32.const 1024))
  (i32.const 7))
