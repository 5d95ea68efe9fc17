module github.com/wapc/wapc-guest-tinygo

go 1.24

require github.com/kubewarden/policy-sdk-go v0.13.1

replace github.com/kubewarden/policy-sdk-go => ../
