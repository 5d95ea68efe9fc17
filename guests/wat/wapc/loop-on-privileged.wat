;; Never comes back when the request contains `"privileged":true`, and accepts everything else: for tests that
;; want the same policy to hang for one review and to serve the others.
(data (i32.const 1024) "\22privileged\22:true\00")
(func $validate (param $payload_length i32) (result i32)
  (local $at i32) (local $end i32) (local $matched i32)
  (drop (memory.grow (i32.shr_u (local.get $payload_length) (i32.const 16))))
  (call $guest_request (i32.const 8160) (i32.const 8192))
  (local.set $at (i32.const 8192))
  (local.set $end (i32.add (local.get $at) (local.get $payload_length)))
  (loop $next
    (local.set $matched (i32.const 0))
    (loop $match
      (if (i32.eqz (i32.load8_u (i32.add (i32.const 1024) (local.get $matched))))
        (then (loop $ever (br $ever))))
      (if (i32.eq
            (i32.load8_u (i32.add (local.get $at) (local.get $matched)))
            (i32.load8_u (i32.add (i32.const 1024) (local.get $matched))))
        (then
          (local.set $matched (i32.add (local.get $matched) (i32.const 1)))
          (br $match))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
  (call $accept))
