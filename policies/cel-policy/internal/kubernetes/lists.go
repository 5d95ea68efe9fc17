package kubernetes

import (
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// zeros are what the sum of an empty list is, for each type that has one.
var zeros = []struct {
	of   *cel.Type
	zero ref.Val
}{
	{cel.IntType, types.Int(0)},
	{cel.UintType, types.Uint(0)},
	{cel.DoubleType, types.Double(0)},
	{cel.DurationType, types.Duration{Duration: time.Duration(0)}},
}

var comparable = []*cel.Type{
	cel.IntType, cel.UintType, cel.DoubleType, cel.BoolType, cel.DurationType, cel.TimestampType, cel.StringType, cel.BytesType,
}

// lists are isSorted(), sum(), min(), max(), indexOf(element) and lastIndexOf(element) of lists.
func lists() []cel.EnvOption {
	var sorted, smallest, largest, sums []cel.FunctionOpt
	for _, element := range comparable {
		list := []*cel.Type{cel.ListType(element)}
		id := "list_" + element.TypeName()
		sorted = append(sorted, cel.MemberOverload(id+"_is_sorted_bool", list, cel.BoolType, unary(isSorted)))
		smallest = append(smallest, cel.MemberOverload(id+"_min", list, element, unary(func(list traits.Lister) ref.Val {
			return extreme(list, "min", types.IntOne)
		})))
		largest = append(largest, cel.MemberOverload(id+"_max", list, element, unary(func(list traits.Lister) ref.Val {
			return extreme(list, "max", types.IntNegOne)
		})))
	}
	for _, summed := range zeros {
		list := []*cel.Type{cel.ListType(summed.of)}
		sums = append(sums, cel.MemberOverload("list_"+summed.of.TypeName()+"_sum", list, summed.of,
			unary(func(list traits.Lister) ref.Val { return sum(list, summed.zero) })))
	}
	element := cel.TypeParamType("T")
	list := []*cel.Type{cel.ListType(element), element}
	return []cel.EnvOption{
		cel.Function("isSorted", sorted...),
		cel.Function("min", smallest...),
		cel.Function("max", largest...),
		cel.Function("sum", sums...),
		cel.Function("indexOf", cel.MemberOverload("list_a_index_of_int", list, cel.IntType, binary(indexOf))),
		cel.Function("lastIndexOf", cel.MemberOverload("list_a_last_index_of_int", list, cel.IntType, binary(lastIndexOf))),
	}
}

// compare is -1, 0 or 1. Elements that are not of one type count as being in order, as they do in Kubernetes.
func compare(a, b ref.Val) ref.Val {
	comparer, ok := a.(traits.Comparer)
	if !ok {
		return types.MaybeNoSuchOverloadErr(a)
	}
	return comparer.Compare(b)
}

func isSorted(list traits.Lister) ref.Val {
	var before ref.Val
	for each := list.Iterator(); each.HasNext() == types.True; {
		element := each.Next()
		if before != nil {
			if compare(before, element) == types.IntOne {
				return types.False
			}
		}
		before = element
	}
	return types.True
}

// extreme is the element that compares with no other as replaced says.
func extreme(list traits.Lister, name string, replaced ref.Val) ref.Val {
	var found ref.Val
	for each := list.Iterator(); each.HasNext() == types.True; {
		element := each.Next()
		if found == nil || compare(found, element) == replaced {
			found = element
		}
	}
	if found == nil {
		return types.NewErr("%s called on empty list", name)
	}
	return found
}

func sum(list traits.Lister, zero ref.Val) ref.Val {
	var total ref.Val
	for each := list.Iterator(); each.HasNext() == types.True; {
		element := each.Next()
		if total == nil {
			total = element
			continue
		}
		adder, ok := total.(traits.Adder)
		if !ok {
			return types.MaybeNoSuchOverloadErr(total)
		}
		if total = adder.Add(element); types.IsError(total) {
			return total
		}
	}
	if total == nil {
		return zero
	}
	if _, ok := total.(traits.Adder); !ok {
		return types.MaybeNoSuchOverloadErr(total)
	}
	return total
}

func indexOf(list traits.Lister, wanted ref.Val) ref.Val {
	index := types.Int(0)
	for each := list.Iterator(); each.HasNext() == types.True; index++ {
		if each.Next().Equal(wanted) == types.True {
			return index
		}
	}
	return types.Int(-1)
}

func lastIndexOf(list traits.Lister, wanted ref.Val) ref.Val {
	last := types.Int(-1)
	index := types.Int(0)
	for each := list.Iterator(); each.HasNext() == types.True; index++ {
		if each.Next().Equal(wanted) == types.True {
			last = index
		}
	}
	return last
}
