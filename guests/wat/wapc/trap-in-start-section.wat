;; The start section traps, that is while the module is being instantiated.
(func $begin unreachable)
(start $begin)
(func $validate (param $payload_length i32) (result i32)
  (call $accept))
