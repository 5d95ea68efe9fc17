;; Rejects; the message is stdin as the guest read it, quotes as apostrophes.
(data (i32.const 1024) "{\"accepted\":false,\"message\":\"")
(func $validate
  (local $at i32) (local $end i32)
  (memory.copy (i32.const 8192) (i32.const 1024) (i32.const 29))
  (local.set $at (i32.const 8221))
  (local.set $end (i32.add (local.get $at) (call $drain (local.get $at))))
  (loop $next
    (if (i32.lt_u (local.get $at) (local.get $end))
      (then
        (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 34))
          (then (i32.store8 (local.get $at) (i32.const 39))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
  (i32.store16 (local.get $end) (i32.const 0x7d22)) ;; "}
  (drop (call $write (i32.const 1) (i32.const 8192) (i32.sub (local.get $end) (i32.const 8190)))))
