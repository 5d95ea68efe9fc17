;; Makes its memory larger by one page and looks there for what it left the last time.
(func $validate (param $payload_length i32) (result i32)
  (drop (memory.grow (i32.const 1)))
  (if (i32.load (i32.const 131072)) (then (return (call $remember))))
  (i32.store (i32.const 131072) (i32.const 1))
  (call $accept))
