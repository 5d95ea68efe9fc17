package settings

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// String is the selector as Kubernetes writes it in queries.
func (s *LabelSelector) String() (string, error) {
	var terms []string
	for _, key := range slices.Sorted(maps.Keys(s.MatchLabels)) {
		terms = append(terms, key+"="+s.MatchLabels[key])
	}
	for index, requirement := range s.MatchExpressions {
		values := "(" + strings.Join(requirement.Values, ",") + ")"
		switch requirement.Operator {
		case "In":
			terms = append(terms, requirement.Key+" in "+values)
		case "NotIn":
			terms = append(terms, requirement.Key+" notin "+values)
		case "Exists":
			terms = append(terms, requirement.Key)
		case "DoesNotExist":
			terms = append(terms, "!"+requirement.Key)
		default:
			return "", fmt.Errorf("matchExpressions[%d].operator must be In, NotIn, Exists or DoesNotExist, not %q",
				index, requirement.Operator)
		}
	}
	return strings.Join(terms, ","), nil
}
