// Package settings describes the settings of the policy, and finds what is wrong with them.
package settings

// Settings of the policy. Names are matched without regard to case.
type Settings struct {
	Variables     []Variable   `json:"variables"`
	Validations   []Validation `json:"validations"`
	FailurePolicy string       `json:"failurePolicy"`
	ParamKind     *ParamKind   `json:"paramKind"`
	ParamRef      *ParamRef    `json:"paramRef"`
}

// Variable is an expression with a name: variables.<name> in later expressions.
type Variable struct {
	Name       string `json:"name"`
	Expression string `json:"expression"`
}

// Validation is an expression that must be true, and what is said otherwise.
type Validation struct {
	Expression        string `json:"expression"`
	Message           string `json:"message"`
	MessageExpression string `json:"messageExpression"`
	Reason            string `json:"reason"`
}

// ParamKind is the kind of the resources with parameters.
type ParamKind struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// ParamRef is which resources of that kind have the parameters: one by its name, or all by their labels.
type ParamRef struct {
	Name                    string         `json:"name"`
	Namespace               string         `json:"namespace"`
	Selector                *LabelSelector `json:"selector"`
	ParameterNotFoundAction string         `json:"parameterNotFoundAction"`
}

// LabelSelector is that of Kubernetes.
type LabelSelector struct {
	MatchLabels      map[string]string  `json:"matchLabels"`
	MatchExpressions []LabelRequirement `json:"matchExpressions"`
}

// LabelRequirement is a requirement of a [LabelSelector].
type LabelRequirement struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values"`
}

const (
	// Ignore is the failure policy that accepts requests when there are no parameters; the other is Fail.
	Ignore = "Ignore"
	// Allow is the action that does so, too; the other is Deny.
	Allow = "Allow"
)

// codes are the HTTP statuses of the reasons.
var codes = map[string]uint16{
	"":                      400,
	"Invalid":               400,
	"Unauthorized":          401,
	"Forbidden":             403,
	"RequestEntityTooLarge": 413,
}

// Code is the HTTP status of a rejection.
func (v Validation) Code() uint16 {
	return codes[v.Reason]
}
