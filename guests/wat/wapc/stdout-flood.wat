;; Writes as many times 64 KiB to stdout as the raw request says, without a line break, and accepts.
(func $validate (param $payload_length i32) (result i32)
  (local $left i32)
  (local.set $left (call $number))
  (memory.fill (i32.const 65536) (i32.const 120) (i32.const 65536))
  (i32.store (i32.const 1024) (i32.const 65536))
  (i32.store (i32.const 1028) (i32.const 65536))
  (loop $next
    (if (local.get $left)
      (then
        (drop (call $fd_write (i32.const 1) (i32.const 1024) (i32.const 1) (i32.const 1200)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next))))
  (call $accept))
