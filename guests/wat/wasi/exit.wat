;; Accepts on stdout, writes ` line one\nline two\n` to stderr, and exits with the number that the raw request is.
(data (i32.const 1024) " line one\nline two\n\00")
(func $validate
  (call $accept)
  (call $print (i32.const 2) (i32.const 1024))
  (call $proc_exit (call $number)))
