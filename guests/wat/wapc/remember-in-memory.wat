;; Keeps every payload at the same place and rejects with `I remember` when it finds an earlier one.
(func $validate (param $payload_length i32) (result i32)
  (if (i32.load8_u (i32.const 8192)) (then (return (call $remember))))
  (call $guest_request (i32.const 8160) (i32.const 8192))
  (call $accept))
