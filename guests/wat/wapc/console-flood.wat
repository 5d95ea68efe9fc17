;; Writes as many log lines of 64 KiB as the raw request says, and accepts.
(func $validate (param $payload_length i32) (result i32)
  (local $left i32)
  (local.set $left (call $number))
  (memory.fill (i32.const 65536) (i32.const 120) (i32.const 65536))
  (loop $next
    (if (local.get $left)
      (then
        (call $console_log (i32.const 65536) (i32.const 65536))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next))))
  (call $accept))
