;; Rejects with every field that a response may have.
(data (i32.const 1024) "{\"accepted\":false,\"code\":403,\"message\":\"forbidden\",\"mutated_object\":null,"
  "\"audit_annotations\":{\"reason\":\"because\"},\"warnings\":[\"first\",\"second\"],\"unknown\":1}\00")
(func $validate (param $payload_length i32) (result i32)
  (call $respond (i32.const 1024))
  (i32.const 1))
