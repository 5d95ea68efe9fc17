package policy

import rego.v1

# Turns what is denied into the answer that Kubernetes expects. There should be no need to change this file.

main := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": response,
}

default response := {"uid": "", "allowed": true}

response := {
	"uid": object.get(input.request, "uid", ""),
	"allowed": false,
	"status": {"message": concat(", ", sort(deny))},
} if {
	count(deny) > 0
}
