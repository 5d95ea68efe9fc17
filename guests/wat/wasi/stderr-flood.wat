;; Writes as many times 64 KiB of white space to stderr as the raw request says, then accepts.
(func $validate
  (local $left i32)
  (local.set $left (call $number))
  (memory.fill (i32.const 65536) (i32.const 32) (i32.const 65536))
  (loop $next
    (if (local.get $left)
      (then
        (drop (call $write (i32.const 2) (i32.const 65536) (i32.const 65536)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next))))
  (call $accept))
