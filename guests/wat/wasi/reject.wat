;; Rejects everything, with a message and a code.
(data (i32.const 1024) "{\"accepted\":false,\"code\":418,\"message\":\"not on my watch\"}\n\00")
(func $validate
  (call $print (i32.const 1) (i32.const 1024)))
