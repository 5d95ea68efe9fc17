;; Never comes back from its start section.
(func $begin
  (loop $ever (br $ever)))
(start $begin)
(func $validate (param $payload_length i32) (result i32)
  (call $accept))
