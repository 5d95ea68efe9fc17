;; The other name of the host call, the one that Javy's plugin imports: asks for a manifest digest once, and accepts
;; with exit code 0 or fails with 1.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (import "kubewarden:javy/host" "call"
    (func $host_call (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\20\00\00\00\1e\00\00\00") ;; iovec of the next line
  (data (i32.const 32) "{\"accepted\":true,\"valid\":true}")
  (data (i32.const 1024) "kubewarden")
  (data (i32.const 1040) "oci")
  (data (i32.const 1056) "v1/manifest_digest")
  (data (i32.const 1088) "\22registry.example/app:1\22")
  (func (export "_start")
    (if (call $host_call
          (i32.const 1024) (i32.const 10) (i32.const 1040) (i32.const 3)
          (i32.const 1056) (i32.const 18) (i32.const 1088) (i32.const 24))
      (then (call $proc_exit (i32.const 1))))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))
