;; Drops a data segment: a use of it in a second review traps.
(data $segment "used up")
(func $validate (param $payload_length i32) (result i32)
  (memory.init $segment (i32.const 1024) (i32.const 0) (i32.const 7))
  (data.drop $segment)
  (call $accept))
