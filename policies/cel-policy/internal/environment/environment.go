// Package environment is the language that expressions are written in: functions, variables, and their types.
package environment

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"kubewarden.example/policies/cel-policy/internal/host"
	"kubewarden.example/policies/cel-policy/internal/kubernetes"
)

// Names of what every expression can use.
const (
	Object          = "object"
	OldObject       = "oldObject"
	Request         = "request"
	NamespaceObject = "namespaceObject"
	Params          = "params"
	Variables       = "variables"
)

// Base is what all policies have in common.
type Base struct {
	// Host is the host that the functions kw.… ask.
	Host   capabilities.Host
	env    *cel.Env
	fields *fields
}

// NewBase makes the language, which takes a while: once is enough.
func NewBase(client capabilities.Host) (*Base, error) {
	env, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(),
		cel.EagerlyValidateDeclarations(true),
		cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true),
		cel.OptionalTypes(),
		cel.ASTValidators(
			cel.ValidateDurationLiterals(),
			cel.ValidateTimestampLiterals(),
			cel.ValidateRegexLiterals(),
			cel.ValidateHomogeneousAggregateLiterals(),
		),
		ext.Sets(),
		ext.Strings(ext.StringsVersion(2)),
		ext.Encoders(),
		kubernetes.Library(),
		host.Library(client),
		cel.Variable(Object, cel.DynType),
		cel.Variable(OldObject, cel.DynType),
		cel.Variable(Request, cel.DynType),
		cel.Variable(NamespaceObject, cel.DynType),
		cel.Variable(Params, cel.DynType),
	)
	if err != nil {
		return nil, fmt.Errorf("cannot make the environment of expressions: %w", err)
	}
	fields := &fields{Provider: env.CELTypeProvider()}
	env, err = env.Extend(cel.CustomTypeProvider(fields), cel.Variable(Variables, variablesType))
	if err != nil {
		return nil, fmt.Errorf("cannot make the environment of expressions: %w", err)
	}
	base := &Base{Host: client, env: env, fields: fields}
	return base, base.warmUp()
}

// MustNewBase is NewBase for what cannot fail but by a mistake in it.
func MustNewBase(client capabilities.Host) *Base {
	base, err := NewBase(client)
	if err != nil {
		panic(err)
	}
	return base
}

// warmUp compiles and evaluates an expression. The first one has the parser read its tables, and build automata for
// the syntax that it meets, which is more work than a review.
func (b *Base) warmUp() error {
	compiler := b.NewCompiler()
	ast, err := compiler.Compile(`has(object.a) && object.b <= 1`)
	if err != nil {
		return err
	}
	program, err := compiler.Program(ast)
	if err != nil {
		return err
	}
	_, _, err = program.Eval(map[string]any{Object: map[string]any{}, Request: map[string]any{"c": "d"}})
	return err
}

// Compiler compiles the expressions of one policy. It knows the types of the variables that were compiled with it.
type Compiler struct {
	env    *cel.Env
	fields *fields
}

// NewCompiler is a compiler that knows no variables yet. A new one takes over from the one before, which must not be
// used any more: to extend the environment for each would cost more than all the rest.
func (b *Base) NewCompiler() *Compiler {
	b.fields.types = map[string]*cel.Type{}
	return &Compiler{env: b.env, fields: b.fields}
}

// Compile checks an expression.
func (c *Compiler) Compile(expression string) (*cel.Ast, error) {
	ast, issues := c.env.Compile(expression)
	if err := issues.Err(); err != nil {
		return nil, err
	}
	return ast, nil
}

// CompileVariable checks the expression of a variable, which later expressions can use from then on.
func (c *Compiler) CompileVariable(name, expression string) (*cel.Ast, error) {
	ast, err := c.Compile(expression)
	if err != nil {
		return nil, err
	}
	c.fields.types[name] = ast.OutputType()
	return ast, nil
}

// Program makes an expression that was checked ready to be evaluated.
func (c *Compiler) Program(ast *cel.Ast) (cel.Program, error) {
	return c.env.Program(ast, cel.EvalOptions(cel.OptOptimize))
}
