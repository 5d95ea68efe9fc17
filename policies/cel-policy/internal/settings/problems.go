package settings

import (
	"fmt"
	"strings"
)

// problems are what is wrong with settings, in the words that users of the policy know.
type problems []string

func (p *problems) required(path, message string) {
	*p = append(*p, fmt.Sprintf("%s: Required value: %s", path, message))
}

func (p *problems) invalid(path, value, message string) {
	*p = append(*p, fmt.Sprintf("%s: Invalid value: %q: %s:", path, verbatim(value), message))
}

func (p *problems) unsupported(path, value string) {
	*p = append(*p, fmt.Sprintf("%s: Unsupported value: %q", path, verbatim(value)))
}

// verbatim is a value that is put in quotes, but not escaped.
type verbatim string

func (v verbatim) Format(state fmt.State, _ rune) {
	fmt.Fprintf(state, `"%s"`, string(v))
}

func (p problems) String() string {
	count := fmt.Sprintf("%d errors", len(p))
	if len(p) == 1 {
		count = "1 error"
	}
	return fmt.Sprintf("%s occurred:\n\t* %s\n\n", count, strings.Join(p, "\n\t* "))
}
