;; `_start` traps.
(func (export "_start") unreachable)
(func $validate (param $payload_length i32) (result i32)
  (call $accept))
