;; Calls the host as the raw request says, `["<namespace>","<operation>",<payload>]`, and accepts with the answer as a
;; warning, or fails with `Host error: …`. The settings have to be `{}`.
(data (i32.const 1024) "kubewarden")
(data (i32.const 1040) "Host error: ")
(data (i32.const 1056) "{\22accepted\22:true,\22warnings\22:[\22")
;; Pages for so many bytes more; what is there already is for the guest's own.
(func $room (param $bytes i32)
  (drop (memory.grow (i32.add (i32.shr_u (local.get $bytes) (i32.const 16)) (i32.const 1)))))
;; Where the text at $at ends: its closing quote.
(func $quote (param $at i32) (result i32)
  (loop $next
    (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 34))
      (then
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
  (local.get $at))
;; The answer goes to $out behind 30 bytes of JSON; quotes in it become apostrophes.
(func $conclude (param $ok i32) (param $out i32) (result i32)
  (local $at i32) (local $end i32)
  (if (i32.ne (local.get $ok) (i32.const 1))
    (then
      (call $room (call $host_error_len))
      (memory.copy (local.get $out) (i32.const 1040) (i32.const 12))
      (call $host_error (i32.add (local.get $out) (i32.const 12)))
      (call $guest_error (local.get $out) (i32.add (call $host_error_len) (i32.const 12)))
      (return (i32.const 0))))
  (call $room (call $host_response_len))
  (memory.copy (local.get $out) (i32.const 1056) (i32.const 30))
  (local.set $at (i32.add (local.get $out) (i32.const 30)))
  (call $host_response (local.get $at))
  (local.set $end (i32.add (local.get $at) (call $host_response_len)))
  (loop $next
    (if (i32.lt_u (local.get $at) (local.get $end))
      (then
        (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 34))
          (then (i32.store8 (local.get $at) (i32.const 39))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
  (i32.store (local.get $end) (i32.const 0x7d5d22)) ;; "]}
  (call $guest_response (local.get $out) (i32.sub (i32.add (local.get $end) (i32.const 3)) (local.get $out)))
  (i32.const 1))
(func $validate (param $payload_length i32) (result i32)
  (local $namespace_end i32) (local $operation i32) (local $operation_end i32) (local $payload i32)
  (local $end i32)
  (call $room (local.get $payload_length))
  (call $guest_request (i32.const 8160) (i32.const 8192))
  (local.set $end (i32.add (local.get $payload_length) (i32.const 8192)))
  (local.set $namespace_end (call $quote (i32.const 8205))) ;; behind {"request":["
  (local.set $operation (i32.add (local.get $namespace_end) (i32.const 3)))
  (local.set $operation_end (call $quote (local.get $operation)))
  (local.set $payload (i32.add (local.get $operation_end) (i32.const 2)))
  (call $conclude
    (call $host_call
      (i32.const 1024) (i32.const 10)
      (i32.const 8205) (i32.sub (local.get $namespace_end) (i32.const 8205))
      (local.get $operation) (i32.sub (local.get $operation_end) (local.get $operation))
      ;; the rest is ],"settings":{}}
      (local.get $payload) (i32.sub (i32.sub (local.get $end) (i32.const 16)) (local.get $payload)))
    (local.get $end)))
