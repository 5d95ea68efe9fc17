;; Makes as many host calls as the raw request says, and accepts.
(data (i32.const 1024) "kubewarden")
(data (i32.const 1040) "oci")
(data (i32.const 1056) "v1/manifest_digest")
(data (i32.const 1088) "\22registry.example/app:1\22")
(func $validate (param $payload_length i32) (result i32)
  (local $left i32)
  (local.set $left (call $number))
  (loop $next
    (if (local.get $left)
      (then
        (drop (call $host_call
          (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
          (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (br $next))))
  (call $accept))
