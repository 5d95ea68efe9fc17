;; Pointers and lengths that the host must not follow. The raw request is a number:
;;  0 host call: binding out of bounds   1 host call: length near 2^32      2 host call: payload runs over the end
;;  3 host call: binding not UTF-8       4 fd_read: iovec out of bounds     5 fd_read: buffer out of bounds
;;  6 fd_write: iovec out of bounds      7 fd_write: text near 2^32         8 fd_write: result out of bounds
;;  9 args_sizes_get out of bounds      10 poll_oneoff: 2^32-1 subscriptions
;; A refusal by errno is as good as a trap; what is wrong is to get away with it: then it accepts.
(data (i32.const 1024) "kubewarden")
(data (i32.const 1040) "oci")
(data (i32.const 1056) "v1/manifest_digest")
(data (i32.const 1088) "\22registry.example/app:1\22")
(data (i32.const 1120) "\ff\fe\c3")
(data (i32.const 1136) "\f0\ff\ff\ff\08\00\00\00") ;; iovec far out
(data (i32.const 1144) "\00\04\00\00\f0\ff\ff\ff") ;; iovec of nearly 2^32 bytes
(data (i32.const 1152) "\00\04\00\00\0a\00\00\00") ;; iovec of "kubewarden"
(data (i32.const 1184) "refused\00")
(func $call (param i32 i32 i32 i32) (result i32)
  (call $host_call
    (local.get 0) (local.get 1) (i32.const 1040) (i32.const 3)
    (i32.const 1056) (i32.const 18) (local.get 2) (local.get 3)))
(func $act (param $act i32) (result i32)
  (block $10 (block $9 (block $8 (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
    (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 (local.get $act)))
      (return (call $call (i32.const -8) (i32.const 10) (i32.const 1088) (i32.const 24))))
      (return (call $call (i32.const 1024) (i32.const 0xfffffff0) (i32.const 1088) (i32.const 24))))
      (return (call $call (i32.const 1024) (i32.const 10) (i32.const 131060) (i32.const 24))))
      (return (call $call (i32.const 1120) (i32.const 3) (i32.const 1088) (i32.const 24))))
      (return (call $fd_read (i32.const 0) (i32.const 131068) (i32.const 1) (i32.const 1200))))
      (return (call $fd_read (i32.const 0) (i32.const 1136) (i32.const 1) (i32.const 1200))))
      (return (call $fd_write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 1200))))
      (return (call $fd_write (i32.const 1) (i32.const 1144) (i32.const 1) (i32.const 1200))))
      (return (call $fd_write (i32.const 2) (i32.const 1152) (i32.const 1) (i32.const -2))))
      (return (call $args_sizes_get (i32.const -4) (i32.const 1200))))
  (call $poll_oneoff (i32.const 2048) (i32.const 4096) (i32.const -1) (i32.const 1200)))
(func $validate
  (if (call $act (call $number))
    (then
      (call $print (i32.const 2) (i32.const 1184))
      (call $proc_exit (i32.const 1))))
  (call $accept))
