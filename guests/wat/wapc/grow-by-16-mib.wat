;; Grows its memory by 16 MiB and accepts; reports an error when it may not.
(data (i32.const 1024) "no memory left\00")
(func $validate (param $payload_length i32) (result i32)
  (if (i32.eq (memory.grow (i32.const 256)) (i32.const -1))
    (then
      (call $fail (i32.const 1024))
      (return (i32.const 0))))
  (call $accept))
