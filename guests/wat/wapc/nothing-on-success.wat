;; Returns 1 and sets neither response nor error.
(func $validate (param $payload_length i32) (result i32)
  (i32.const 1))
