;; Responds with 32 MiB of white space around an acceptance.
(func $validate (param $payload_length i32) (result i32)
  (if (i32.eq (memory.grow (i32.const 512)) (i32.const -1)) (then unreachable))
  (memory.fill (i32.const 131072) (i32.const 32) (i32.const 33554432))
  (memory.copy (i32.const 131072) (i32.const 32) (i32.const 17))
  (call $guest_response (i32.const 131072) (i32.const 33554432))
  (i32.const 1))
