package kubernetes

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apimachinery/pkg/api/resource"
)

var quantityType = cel.OpaqueType("kubernetes.Quantity")

type quantityValue = opaque[resource.Quantity]

func newQuantity(quantity resource.Quantity) ref.Val {
	return quantityValue{quantityType, quantity, func(a, b resource.Quantity) bool { return a.Equal(b) }}
}

// quantities are quantity(string), isQuantity(string), and arithmetic and comparison of quantities such as 500Mi.
func quantities() []cel.EnvOption {
	two := []*cel.Type{quantityType, quantityType}
	withInt := []*cel.Type{quantityType, cel.IntType}
	of := []*cel.Type{quantityType}
	text := []*cel.Type{cel.StringType}
	return []cel.EnvOption{
		cel.Function("quantity", cel.Overload("string_to_quantity", text, quantityType, unary(func(text types.String) ref.Val {
			quantity, err := resource.ParseQuantity(string(text))
			if err != nil {
				return types.WrapErr(err)
			}
			return newQuantity(quantity)
		}))),
		cel.Function("isQuantity", cel.Overload("is_quantity_string", text, cel.BoolType, unary(func(text types.String) ref.Val {
			_, err := resource.ParseQuantity(string(text))
			return types.Bool(err == nil)
		}))),
		cel.Function("sign", cel.Overload("quantity_sign", of, cel.IntType, unary(func(of quantityValue) ref.Val {
			return types.Int(of.value.Sign())
		}))),
		cel.Function("isInteger", cel.MemberOverload("quantity_is_integer", of, cel.BoolType, unary(func(of quantityValue) ref.Val {
			_, isInteger := of.value.AsInt64()
			return types.Bool(isInteger)
		}))),
		cel.Function("asInteger", cel.MemberOverload("quantity_as_integer", of, cel.IntType, unary(func(of quantityValue) ref.Val {
			integer, isInteger := of.value.AsInt64()
			if !isInteger {
				return types.NewErr("cannot convert value to integer")
			}
			return types.Int(integer)
		}))),
		cel.Function("asApproximateFloat", cel.MemberOverload("quantity_as_float", of, cel.DoubleType, unary(func(of quantityValue) ref.Val {
			return types.Double(of.value.AsApproximateFloat64())
		}))),
		cel.Function("isLessThan", cel.MemberOverload("quantity_is_less_than", two, cel.BoolType, binary(func(a, b quantityValue) ref.Val {
			return types.Bool(a.value.Cmp(b.value) < 0)
		}))),
		cel.Function("isGreaterThan", cel.MemberOverload("quantity_is_greater_than", two, cel.BoolType, binary(func(a, b quantityValue) ref.Val {
			return types.Bool(a.value.Cmp(b.value) > 0)
		}))),
		cel.Function("compareTo", cel.MemberOverload("quantity_compare_to", two, cel.IntType, binary(func(a, b quantityValue) ref.Val {
			return types.Int(a.value.Cmp(b.value))
		}))),
		cel.Function("add",
			cel.MemberOverload("quantity_add", two, quantityType, binary(func(a, b quantityValue) ref.Val {
				return combine(a, b.value, (*resource.Quantity).Add)
			})),
			cel.MemberOverload("quantity_add_int", withInt, quantityType, binary(func(a quantityValue, b types.Int) ref.Val {
				return combine(a, *resource.NewQuantity(int64(b), resource.DecimalExponent), (*resource.Quantity).Add)
			}))),
		cel.Function("sub",
			cel.MemberOverload("quantity_sub", two, quantityType, binary(func(a, b quantityValue) ref.Val {
				return combine(a, b.value, (*resource.Quantity).Sub)
			})),
			cel.MemberOverload("quantity_sub_int", withInt, quantityType, binary(func(a quantityValue, b types.Int) ref.Val {
				return combine(a, *resource.NewQuantity(int64(b), resource.DecimalExponent), (*resource.Quantity).Sub)
			}))),
	}
}

// combine leaves its operands as they are.
func combine(a quantityValue, b resource.Quantity, apply func(*resource.Quantity, resource.Quantity)) ref.Val {
	result := a.value.DeepCopy()
	apply(&result, b)
	return newQuantity(result)
}
