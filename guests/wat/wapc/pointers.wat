;; Pointers and lengths that the host must not follow. The raw request is a number:
;;  0 request: operation out of bounds      1 request: payload out of bounds   2 request: payload runs over the end
;;  3 response: pointer out of bounds       4 response: length near 2^32       5 response: negative pointer
;;  6 response: pointer + length wrap to 0  7 error: length near 2^32          8 error: pointer out of bounds
;;  9 host call: binding                   10 host call: namespace            11 host call: operation
;; 12 host call: payload length near 2^32  13 host call: payload wraps        14 host response: out of bounds
;; 15 host error: out of bounds            16 console: length near 2^32       17 console: runs over the end
;; 18 fd_write: iovec out of bounds        19 fd_write: text out of bounds    20 fd_write: 2^32-1 iovecs
;; 21 fd_write: result out of bounds       22 poll_oneoff: out of bounds
;; 23 response: an empty one at the very end of memory, which is in bounds
(data (i32.const 1024) "kubewarden")
(data (i32.const 1040) "oci")
(data (i32.const 1056) "v1/manifest_digest")
(data (i32.const 1088) "\22registry.example/app:1\22")
(data (i32.const 1120) "\68\04\00\00\0a\00\00\00") ;; iovec of the next line
(data (i32.const 1128) "still here")
(data (i32.const 1144) "\f0\ff\ff\ff\08\00\00\00") ;; iovec far out
(data (i32.const 1152) "nowhere\00")
(func $call (param i32 i32 i32 i32 i32 i32 i32 i32)
  (drop (call $host_call
    (local.get 0) (local.get 1) (local.get 2) (local.get 3)
    (local.get 4) (local.get 5) (local.get 6) (local.get 7))))
(func $act (param $act i32)
  (block $23 (block $22 (block $21 (block $20 (block $19 (block $18 (block $17 (block $16
  (block $15 (block $14 (block $13 (block $12 (block $11 (block $10 (block $9 (block $8
  (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
    (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11 $12 $13 $14 $15 $16 $17 $18 $19 $20 $21 $22 $23
      (local.get $act)))
  (return (call $guest_request (i32.const -4) (i32.const 8192))))
  (return (call $guest_request (i32.const 8160) (i32.const 131072))))
  (return (call $guest_request (i32.const 8160) (i32.const 131070))))
  (return (call $guest_response (i32.const 131073) (i32.const 0))))
  (return (call $guest_response (i32.const 32) (i32.const 0xfffffff0))))
  (return (call $guest_response (i32.const -17) (i32.const 17))))
  (return (call $guest_response (i32.const 0xffffffff) (i32.const 1))))
  (return (call $guest_error (i32.const 32) (i32.const 0xffffffff))))
  (return (call $guest_error (i32.const 0x7fffffff) (i32.const 17))))
  (return (call $call
    (i32.const -1) (i32.const 10) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24))))
  (return (call $call
    (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const -3)
    (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24))))
  (return (call $call
    (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
    (i32.const 131060) (i32.const 18) (i32.const 1088) (i32.const 24))))
  (return (call $call
    (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 0xffffffff))))
  (return (call $call
    (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (i32.const 0xfffffff0) (i32.const 24))))
  (call $call
    (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24))
  (return (call $host_response (i32.const -2))))
  (call $call
    (i32.const 1024) (i32.const 3) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24))
  (return (call $host_error (i32.const 131071))))
  (return (call $console_log (i32.const 1152) (i32.const 0xffffffff))))
  (return (call $console_log (i32.const 131071) (i32.const 2))))
  (drop (call $fd_write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 1200)))
  (return))
  (drop (call $fd_write (i32.const 1) (i32.const 1144) (i32.const 1) (i32.const 1200)))
  (return))
  (drop (call $fd_write (i32.const 1) (i32.const 1120) (i32.const -1) (i32.const 1200)))
  (return))
  (drop (call $fd_write (i32.const 1) (i32.const 1120) (i32.const 1) (i32.const -1)))
  (return))
  (drop (call $poll_oneoff (i32.const -48) (i32.const 1024) (i32.const 1) (i32.const 1200)))
  (return))
  (call $guest_response (i32.const 131072) (i32.const 0)))
(func $validate (param $payload_length i32) (result i32)
  (call $act (call $number))
  (call $accept))
