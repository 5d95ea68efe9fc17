;; Returns 0 and sets no error.
(func $validate (param $payload_length i32) (result i32)
  (i32.const 0))
