;; Makes its memory larger by one page.
(func $validate (param $payload_length i32) (result i32)
  (if (i32.ne (memory.size) (i32.const 2)) (then (return (call $remember))))
  (drop (memory.grow (i32.const 1)))
  (call $accept))
