package policy

import rego.v1

# Answers an AdmissionReview, as policies of the mode `opa` do. Settings arrive as `data`.

main := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": response,
}

default response := {"uid": "", "allowed": true}

response := {
	"uid": "set by the host",
	"allowed": false,
	"status": {"message": concat(", ", sort(denials))},
	"warnings": [sprintf("%d denial(s)", [count(denials)])],
} if {
	count(denials) > 0
}

denials contains sprintf("name %q is forbidden", [name]) if {
	some name in names
	name in data.forbidden_names
}

names contains input.request.object.metadata.name

names contains input.request.user

denials contains "the namespace is not known" if {
	input.request.namespace
	data.kubernetes
	not data.kubernetes.namespaces[input.request.namespace]
}

# Ways in which a policy can go wrong.

denials contains "unreachable" if {
	input.request.user == "raise a builtin error"
	units.parse("many")
}
