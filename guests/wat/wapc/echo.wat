;; Rejects; the message is the payload as the guest saw it, settings included.
(data (i32.const 1024) "{\"accepted\":false,\"message\":\"")
(func $validate (param $payload_length i32) (result i32)
  (local $from i32) (local $to i32) (local $end i32) (local $byte i32)
  ;; payload and answer are far apart: a payload of n bytes becomes at most 2 n + 32
  (drop (memory.grow (i32.add (i32.shr_u (i32.mul (local.get $payload_length) (i32.const 3)) (i32.const 16))
    (i32.const 1))))
  (call $guest_request (i32.const 8160) (i32.const 8192))
  (local.set $from (i32.const 8192))
  (local.set $end (i32.add (local.get $from) (local.get $payload_length)))
  (memory.copy (local.get $end) (i32.const 1024) (i32.const 29))
  (local.set $to (i32.add (local.get $end) (i32.const 29)))
  (loop $next
    (if (i32.lt_u (local.get $from) (local.get $end))
      (then
        (local.set $byte (i32.load8_u (local.get $from)))
        (if (i32.or (i32.eq (local.get $byte) (i32.const 34)) (i32.eq (local.get $byte) (i32.const 92)))
          (then
            (i32.store8 (local.get $to) (i32.const 92))
            (local.set $to (i32.add (local.get $to) (i32.const 1)))))
        (i32.store8 (local.get $to) (local.get $byte))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $from (i32.add (local.get $from) (i32.const 1)))
        (br $next))))
  (i32.store16 (local.get $to) (i32.const 0x7d22)) ;; "}
  (call $guest_response (local.get $end) (i32.sub (i32.add (local.get $to) (i32.const 2)) (local.get $end)))
  (i32.const 1))
