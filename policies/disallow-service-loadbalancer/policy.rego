package policy

import rego.v1

violation contains {"msg": "Service of type LoadBalancer are not allowed"} if {
	input.review.object.spec.type == "LoadBalancer"
}
