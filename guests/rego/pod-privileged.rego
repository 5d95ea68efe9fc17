package policy

import rego.v1

# Gatekeeper flavour: rejects Pods with a privileged container, be it an init container or an ephemeral one.

violation contains {"msg": "Privileged container is not allowed"} if {
	some kind in ["containers", "initContainers", "ephemeralContainers"]
	some container in input.review.object.spec[kind]
	container.securityContext.privileged == true
}
