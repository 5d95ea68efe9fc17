;; Writes a line to stderr and accepts.
(data (i32.const 1024) "a word of warning\n\00")
(func $validate
  (call $print (i32.const 2) (i32.const 1024))
  (call $accept))
