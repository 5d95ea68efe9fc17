;; Grows its memory page by page until the host says no, writes to the last page, and accepts.
(func $validate (param $payload_length i32) (result i32)
  (loop $more
    (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
  (i32.store8 (i32.sub (i32.shl (memory.size) (i32.const 16)) (i32.const 1)) (i32.const 1))
  (call $accept))
