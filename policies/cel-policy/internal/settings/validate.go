package settings

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	sdk "github.com/kubewarden/policy-sdk-go"
	"kubewarden.example/policies/cel-policy/internal/environment"
)

var identifier = regexp.MustCompile(`^[_a-zA-Z][_a-zA-Z0-9]*$`)

var reserved = map[string]bool{}

func init() {
	words := "true false null in as break const continue else for function if import let loop package namespace return var void while"
	for word := range strings.FieldsSeq(words) {
		reserved[word] = true
	}
}

// Validate answers whether settings are valid.
func Validate(base *environment.Base, payload []byte) ([]byte, error) {
	var settings Settings
	if err := json.Unmarshal(payload, &settings); err != nil {
		return sdk.RejectSettings(sdk.Message(fmt.Sprintf("cannot unmarshal settings: %v", err)))
	}
	compiler := base.NewCompiler()
	var found problems
	found.params(settings)
	if len(settings.Validations) == 0 {
		found.required("validations", "validations must contain at least one item")
	}
	for index, variable := range settings.Variables {
		found.variable(compiler, fmt.Sprintf("variables[%d]", index), variable)
	}
	for index, validation := range settings.Validations {
		found.validation(compiler, fmt.Sprintf("validations[%d]", index), validation)
	}
	if len(found) > 0 {
		return sdk.RejectSettings(sdk.Message("The settings are invalid: " + found.String()))
	}
	return sdk.AcceptSettings()
}

func (p *problems) params(settings Settings) {
	wrong := func(message string) { *p = append(*p, "failed to validate params: "+message) }
	if kind := settings.ParamKind; kind != nil && (kind.APIVersion == "" || kind.Kind == "") {
		wrong("paramKind must have both APIVersion and Kind specified")
	}
	if policy := settings.FailurePolicy; policy != "" && policy != Ignore && policy != "Fail" {
		wrong("failurePolicy must be either 'Ignore' or 'Fail'")
	}
	reference := settings.ParamRef
	if reference == nil {
		return
	}
	if settings.ParamKind == nil {
		wrong("paramKind must be specified with paramRef")
	}
	switch {
	case reference.Name == "" && reference.Selector == nil:
		wrong("paramRef must have either Name or Selector specified")
	case reference.Name != "" && reference.Selector != nil:
		wrong("paramRef cannot have both Name and Selector specified")
	}
	if action := reference.ParameterNotFoundAction; action != Allow && action != "Deny" {
		wrong("parameterNotFoundAction must be 'Deny' or 'Allow' if paramRef is specified")
	}
	if reference.Selector != nil {
		if _, err := reference.Selector.String(); err != nil {
			wrong("paramRef.selector: " + err.Error())
		}
	}
}

func (p *problems) variable(compiler *environment.Compiler, path string, variable Variable) {
	switch name := variable.Name; {
	case name == "":
		p.required(path+".name", "name is not specified")
	case !identifier.MatchString(name) || reserved[name]:
		p.invalid(path+".name", name, "name is not a valid CEL identifier")
	case name == environment.Params:
		p.invalid(path+".name", name, "'params' name is not allowed. "+
			"It conflicts with 'params' from the policy paramaters configuration")
	}
	if strings.TrimSpace(variable.Expression) == "" {
		p.required(path+".expression", "expression is not specified")
		return
	}
	if _, err := compiler.CompileVariable(variable.Name, variable.Expression); err != nil {
		p.invalid(path+".expression", variable.Expression, err.Error())
	}
}

func (p *problems) validation(compiler *environment.Compiler, path string, validation Validation) {
	if strings.TrimSpace(validation.Expression) == "" {
		p.required(path+".expression", "expression is not specified")
	} else {
		p.typed(compiler, path+".expression", validation.Expression, cel.BoolType, "must evaluate to bool")
	}
	if expression := validation.MessageExpression; expression != "" {
		if strings.TrimSpace(expression) == "" {
			p.invalid(path+".messageExpression", expression, "must be non-empty if specified")
		} else {
			p.typed(compiler, path+".messageExpression", expression, cel.StringType, "must evaluate to string")
		}
	}
	switch message := validation.Message; {
	case message != "" && strings.TrimSpace(message) == "":
		p.invalid(path+".message", message, "message must be non-empty if specified")
	case strings.Contains(message, "\n"):
		p.invalid(path+".message", message, "message must not contain line breaks")
	case message == "" && strings.Contains(strings.TrimSpace(validation.Expression), "\n"):
		p.required(path+".message", "message must be specified if expression contains line breaks")
	}
	if _, known := codes[validation.Reason]; !known {
		p.unsupported(path+".reason", validation.Reason)
	}
}

// typed wants an expression of a type that is known before anything is evaluated.
func (p *problems) typed(compiler *environment.Compiler, path, expression string, wanted *cel.Type, otherwise string) {
	ast, err := compiler.Compile(expression)
	if err != nil {
		p.invalid(path, expression, err.Error())
	} else if !ast.OutputType().IsExactType(wanted) {
		p.invalid(path, expression, otherwise)
	}
}
