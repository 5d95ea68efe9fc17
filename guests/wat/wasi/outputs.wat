;; Outputs that are no response. The raw request is a number: 0 nothing, 1 not JSON, 2 no `accepted`, 3 text behind
;; the response, 4 stdout not UTF-8, 5 stderr not UTF-8 behind a response, 6 stderr not UTF-8 and exit code 1,
;; 7 white space around a response (which is one), 8 a log line before the response.
(data (i32.const 1024) "not JSON\00")
(data (i32.const 1056) "{}\00")
(data (i32.const 1088) "{\"accepted\":true} and more\00")
(data (i32.const 1120) "{\"accepted\":true,\"message\":\"\ff\"}\00")
(data (i32.const 1184) "\ff\fe\00")
(data (i32.const 1216) "\n \t{\"accepted\":true}\r\n\n\00")
(data (i32.const 1248) "evaluating\n{\"accepted\":true}\00")
(func $validate
  (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
    (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 (call $number)))
      (return))
      (return (call $print (i32.const 1) (i32.const 1024))))
      (return (call $print (i32.const 1) (i32.const 1056))))
      (return (call $print (i32.const 1) (i32.const 1088))))
      (return (call $print (i32.const 1) (i32.const 1120))))
      (call $accept)
      (return (call $print (i32.const 2) (i32.const 1184))))
      (call $accept)
      (call $print (i32.const 2) (i32.const 1184))
      (return (call $proc_exit (i32.const 1))))
      (return (call $print (i32.const 1) (i32.const 1216))))
  (call $print (i32.const 1) (i32.const 1248)))
