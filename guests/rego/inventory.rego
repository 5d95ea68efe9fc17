package policy

import rego.v1

# Uses the cluster's state, which Gatekeeper policies find in `data.inventory`.

violation contains {"msg": msg} if {
	namespace := input.review.namespace
	not data.inventory.cluster.v1.Namespace[namespace]
	msg := sprintf("namespace %s does not exist", [namespace])
}

violation contains {"msg": msg, "details": {"in": other}} if {
	some other, kinds in data.inventory.namespace
	deployment := kinds["apps/v1"].Deployment[input.review.name]
	other != input.review.namespace
	msg := sprintf("%s runs in %s already, with %d replicas", [input.review.name, other, deployment.spec.replicas])
}
