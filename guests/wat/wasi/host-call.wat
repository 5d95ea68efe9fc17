;; Reads stdin to its end twice, asks for a manifest digest, reads the reply to its end twice, asks again, and
;; accepts if both replies are the same; exits with 1 and a failed call's text on stderr.
(data (i32.const 1024) "kubewarden")
(data (i32.const 1040) "oci")
(data (i32.const 1056) "v1/manifest_digest")
(data (i32.const 1088) "\22registry.example/app:1\22")
(data (i32.const 1136) "Host error: \00")
(data (i32.const 1152) "the replies differ\00")
(data (i32.const 1184) "the end of stdin is not the end\00")
(func $die (param $text i32)
  (call $print (i32.const 2) (local.get $text))
  (call $proc_exit (i32.const 1)))
(func $ask (param $at i32) (result i32)
  (local $failed i32) (local $length i32)
  (local.set $failed (call $host_call
    (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24)))
  (local.set $length (call $drain (local.get $at)))
  (if (call $drain (i32.add (local.get $at) (local.get $length))) (then (call $die (i32.const 1184))))
  (if (local.get $failed)
    (then
      (call $print (i32.const 2) (i32.const 1136))
      (call $die (local.get $at))))
  (local.get $length))
(func $validate
  (local $length i32) (local $at i32)
  (drop (call $drain (i32.const 8192)))
  (if (call $drain (i32.const 8192)) (then (call $die (i32.const 1184))))
  (memory.fill (i32.const 8192) (i32.const 0) (i32.const 57344))
  (local.set $length (call $ask (i32.const 8192)))
  (if (i32.ne (call $ask (i32.const 16384)) (local.get $length)) (then (call $die (i32.const 1152))))
  (loop $next
    (if (i32.lt_u (local.get $at) (local.get $length))
      (then
        (if (i32.ne
              (i32.load8_u (i32.add (i32.const 8192) (local.get $at)))
              (i32.load8_u (i32.add (i32.const 16384) (local.get $at))))
          (then (call $die (i32.const 1152))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))
  (call $accept))
