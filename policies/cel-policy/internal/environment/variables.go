package environment

import (
	"maps"
	"reflect"
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// variablesType is an object with the variables as fields, so that the checker knows which there are, and their types.
var variablesType = cel.ObjectType("kubernetes.variables")

// fields are the types of the variables.
type fields struct {
	types.Provider
	types map[string]*cel.Type
}

func (f *fields) FindStructType(name string) (*types.Type, bool) {
	if name == variablesType.TypeName() {
		return types.NewTypeTypeWithParam(variablesType), true
	}
	return f.Provider.FindStructType(name)
}

func (f *fields) FindStructFieldNames(name string) ([]string, bool) {
	if name == variablesType.TypeName() {
		return slices.Sorted(maps.Keys(f.types)), true
	}
	return f.Provider.FindStructFieldNames(name)
}

func (f *fields) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	if name == variablesType.TypeName() {
		found, ok := f.types[field]
		return &types.FieldType{Type: found}, ok
	}
	return f.Provider.FindStructFieldType(name, field)
}

// LazyVariables are the values of variables, each of which is found when it is first used.
type LazyVariables struct {
	evaluate map[string]func() ref.Val
	values   map[string]ref.Val
}

var _ traits.Mapper = (*LazyVariables)(nil)

// NewLazyVariables are variables by name. A function is called once at most.
func NewLazyVariables(evaluate map[string]func() ref.Val) *LazyVariables {
	return &LazyVariables{evaluate: evaluate, values: map[string]ref.Val{}}
}

// Find is the value of a variable.
func (v *LazyVariables) Find(key ref.Val) (ref.Val, bool) {
	name, ok := key.(types.String)
	if !ok {
		return types.MaybeNoSuchOverloadErr(key), false
	}
	value, known := v.values[string(name)]
	if known {
		return value, true
	}
	evaluate, known := v.evaluate[string(name)]
	if !known {
		return nil, false
	}
	value = evaluate()
	v.values[string(name)] = value
	return value, true
}

// Get is the value of a variable, or an error.
func (v *LazyVariables) Get(key ref.Val) ref.Val {
	value, found := v.Find(key)
	if value == nil && !found {
		return types.NewErr("no such key: %v", key)
	}
	return value
}

// Contains tells whether there is such a variable, and does not evaluate it.
func (v *LazyVariables) Contains(key ref.Val) ref.Val {
	name, _ := key.(types.String)
	_, known := v.evaluate[string(name)]
	return types.Bool(known)
}

// Size is the number of variables.
func (v *LazyVariables) Size() ref.Val { return types.Int(len(v.evaluate)) }

// Iterator goes through the names.
func (v *LazyVariables) Iterator() traits.Iterator {
	names := slices.Sorted(maps.Keys(v.evaluate))
	return types.DefaultTypeAdapter.NativeToValue(names).(traits.Lister).Iterator()
}

// ConvertToNative fails: variables are used one by one.
func (v *LazyVariables) ConvertToNative(reflect.Type) (any, error) {
	return nil, types.NewErr("variables cannot be converted").(*types.Err)
}

// ConvertToType gives nothing but the type.
func (v *LazyVariables) ConvertToType(wanted ref.Type) ref.Val {
	if wanted == types.TypeType {
		return variablesType
	}
	return types.NewErr("type conversion error from '%s' to '%s'", variablesType, wanted)
}

// Equal fails: variables are compared one by one.
func (v *LazyVariables) Equal(other ref.Val) ref.Val { return types.MaybeNoSuchOverloadErr(other) }

// Type is the type that the checker knows.
func (v *LazyVariables) Type() ref.Type { return variablesType }

// Value is the variables themselves.
func (v *LazyVariables) Value() any { return v }
