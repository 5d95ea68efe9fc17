package policy

import rego.v1

# Answers an AdmissionReview, as policies of the mode `opa` do.

main := {
	"apiVersion": "admission.k8s.io/v1",
	"kind": "AdmissionReview",
	"response": object.union({"uid": input.request.uid}, verdict),
}

default verdict := {"allowed": true}

verdict := {
	"allowed": false,
	"status": {"message": concat(", ", deny)},
} if {
	count(deny) > 0
}

deny contains "Service of type NodePort are not allowed" if {
	input.request.object.spec.type == "NodePort"
}
