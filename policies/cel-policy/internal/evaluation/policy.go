package evaluation

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	sdk "github.com/kubewarden/policy-sdk-go"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities"
	"github.com/kubewarden/policy-sdk-go/pkg/capabilities/kubernetes"
	"kubewarden.example/policies/cel-policy/internal/environment"
	"kubewarden.example/policies/cel-policy/internal/settings"
)

// policy is compiled settings. Validations are compiled when they are reached, so that the first that is false saves
// the others.
type policy struct {
	compiler    *environment.Compiler
	variables   map[string]cel.Program
	validations []settings.Validation
}

func compile(base *environment.Base, from settings.Settings) (*policy, error) {
	compiler := base.NewCompiler()
	variables := make(map[string]cel.Program, len(from.Variables))
	for _, variable := range from.Variables {
		ast, err := compiler.CompileVariable(variable.Name, variable.Expression)
		if err != nil {
			return nil, fmt.Errorf("failed to compile variable %s: %w", variable.Name, err)
		}
		if variables[variable.Name], err = compiler.Program(ast); err != nil {
			return nil, fmt.Errorf("failed to compile variable %s: %w", variable.Name, err)
		}
	}
	return &policy{compiler, variables, from.Validations}, nil
}

// scope is what the names in expressions stand for.
type scope struct {
	names     map[string]any
	namespace func() ref.Val
}

// ResolveName finds a value; that of namespaceObject is asked for when it is first used.
func (s *scope) ResolveName(name string) (any, bool) {
	if name == environment.NamespaceObject {
		return s.namespace(), true
	}
	value, found := s.names[name]
	return value, found
}

// Parent is none.
func (s *scope) Parent() cel.Activation { return nil }

func (p *policy) scope(request admissionRequest, namespace func() ref.Val) *scope {
	scope := &scope{
		namespace: namespace,
		names: map[string]any{
			environment.Object:    request.object,
			environment.OldObject: request.oldObject,
			environment.Request:   request.whole,
		},
	}
	evaluate := make(map[string]func() ref.Val, len(p.variables))
	for name, program := range p.variables {
		evaluate[name] = func() ref.Val {
			value, _, err := program.Eval(scope)
			if err != nil {
				return types.WrapErr(err)
			}
			return value
		}
	}
	scope.names[environment.Variables] = environment.NewLazyVariables(evaluate)
	return scope
}

// lazyNamespace asks the host once at most.
func (r admissionRequest) lazyNamespace(host *capabilities.Host) func() ref.Val {
	var found ref.Val
	return func() ref.Val {
		if found == nil {
			found = r.getNamespace(host)
		}
		return found
	}
}

func (r admissionRequest) getNamespace(host *capabilities.Host) ref.Val {
	name := r.namespaceOfObject()
	if name == "" {
		return types.NullValue
	}
	object, err := getResource(host, kubernetes.GetResourceRequest{APIVersion: "v1", Kind: "Namespace", Name: name})
	if err != nil {
		return types.NewErr("cannot get namespace data: %s. `namespaceObject` cannot be populated.", err)
	}
	return types.DefaultTypeAdapter.NativeToValue(object)
}

// judge is nil if all validations are true, else the rejection of the first that is not.
func (p *policy) judge(scope *scope) ([]byte, error) {
	for _, validation := range p.validations {
		verdict, err := p.evaluate(validation.Expression, scope)
		if err != nil {
			return nil, fmt.Errorf("failed to evaluate expression: %w", err)
		}
		if verdict == types.True {
			continue
		}
		if verdict != types.False {
			return nil, errors.New("failed to evaluate expression: must evaluate to bool")
		}
		message, err := p.message(validation, scope)
		if err != nil {
			return nil, fmt.Errorf("failed to evaluate message expression: %w", err)
		}
		return sdk.RejectRequest(sdk.Message(message), sdk.Code(validation.Code()))
	}
	return nil, nil
}

func (p *policy) message(validation settings.Validation, scope *scope) (string, error) {
	switch {
	case validation.MessageExpression != "":
		value, err := p.evaluate(validation.MessageExpression, scope)
		if err != nil {
			return "", err
		}
		message, ok := value.(types.String)
		if !ok {
			return "", errors.New("message expression must evaluate to string")
		}
		return string(message), nil
	case validation.Message != "":
		return validation.Message, nil
	default:
		return "failed expression: " + strings.TrimSpace(validation.Expression), nil
	}
}

func (p *policy) evaluate(expression string, scope *scope) (ref.Val, error) {
	ast, err := p.compiler.Compile(expression)
	if err != nil {
		return nil, err
	}
	program, err := p.compiler.Program(ast)
	if err != nil {
		return nil, err
	}
	value, _, err := program.Eval(scope)
	return value, err
}
