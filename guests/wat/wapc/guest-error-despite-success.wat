;; Sets an error and no response, yet returns 1.
(data (i32.const 1024) "failed, whatever I return\00")
(func $validate (param $payload_length i32) (result i32)
  (call $fail (i32.const 1024))
  (i32.const 1))
