;; Never comes back.
(func $validate
  (loop $ever (br $ever)))
