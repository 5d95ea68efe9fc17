;; Leaves an answer of the host unread, and looks for it, or for an error, before it calls the host again.
(data (i32.const 1024) "kubewarden")
(data (i32.const 1040) "oci")
(data (i32.const 1056) "v1/manifest_digest")
(data (i32.const 1088) "\22registry.example/app:1\22")
(func $validate (param $payload_length i32) (result i32)
  (if (i32.or (call $host_response_len) (call $host_error_len)) (then (return (call $remember))))
  (drop (call $host_call
    (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24)))
  (call $accept))
