;; Writes to stdout and stderr, finds stdin empty, and accepts.
(data (i32.const 1024) "\10\04\00\00\0d\00\00\00") ;; iovec of the next line
(data (i32.const 1040) "to the output")
(data (i32.const 1056) "\00\20\00\00\00\01\00\00") ;; iovec of 256 bytes at 8192
(data (i32.const 1072) "stdin has something to say\00")
(func $validate (param $payload_length i32) (result i32)
  (drop (call $fd_write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1200)))
  (drop (call $fd_write (i32.const 2) (i32.const 1024) (i32.const 1) (i32.const 1200)))
  (if (call $fd_read (i32.const 0) (i32.const 1056) (i32.const 1) (i32.const 1200)) (then (return (call $accept))))
  (if (i32.load (i32.const 1200))
    (then
      (call $fail (i32.const 1072))
      (return (i32.const 0))))
  (call $accept))
