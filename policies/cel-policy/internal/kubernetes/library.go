// Package kubernetes has the functions that Kubernetes adds to the Common Expression Language: URLs, regular
// expressions, lists and quantities, as its documentation describes them.
//
// They are written anew because k8s.io/apiserver brings 10 MB of code into the module. The tests compare them with
// the original.
package kubernetes

import (
	"fmt"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// Library is all functions of this package.
func Library() cel.EnvOption {
	var options []cel.EnvOption
	for _, functions := range [][]cel.EnvOption{urls(), regularExpressions(), lists(), quantities()} {
		options = append(options, functions...)
	}
	return func(env *cel.Env) (*cel.Env, error) {
		var err error
		for _, option := range options {
			if env, err = option(env); err != nil {
				return nil, err
			}
		}
		return env, nil
	}
}

// opaque is a value of Go that expressions can only hand on, compare, and call functions of.
type opaque[T any] struct {
	of    *types.Type
	value T
	equal func(a, b T) bool
}

func (o opaque[T]) ConvertToNative(wanted reflect.Type) (any, error) {
	if reflect.TypeFor[T]().AssignableTo(wanted) {
		return o.value, nil
	}
	return nil, fmt.Errorf("type conversion error from '%s' to '%v'", o.of, wanted)
}

func (o opaque[T]) ConvertToType(wanted ref.Type) ref.Val {
	switch wanted {
	case o.of:
		return o
	case types.TypeType:
		return o.of
	default:
		return types.NewErr("type conversion error from '%s' to '%s'", o.of, wanted)
	}
}

func (o opaque[T]) Equal(other ref.Val) ref.Val {
	that, ok := other.(opaque[T])
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Bool(o.equal(o.value, that.value))
}

func (o opaque[T]) Type() ref.Type { return o.of }
func (o opaque[T]) Value() any     { return o.value }

// unary binds a function of one argument of a certain type.
func unary[T any](call func(T) ref.Val) cel.OverloadOpt {
	return cel.UnaryBinding(func(argument ref.Val) ref.Val {
		value, ok := argument.(T)
		if !ok {
			return types.MaybeNoSuchOverloadErr(argument)
		}
		return call(value)
	})
}

// binary binds a function of two arguments of certain types.
func binary[T, U any](call func(T, U) ref.Val) cel.OverloadOpt {
	return cel.BinaryBinding(func(first, second ref.Val) ref.Val {
		value, ok := first.(T)
		if !ok {
			return types.MaybeNoSuchOverloadErr(first)
		}
		other, ok := second.(U)
		if !ok {
			return types.MaybeNoSuchOverloadErr(second)
		}
		return call(value, other)
	})
}
