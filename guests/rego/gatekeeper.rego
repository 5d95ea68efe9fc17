package policy

import rego.v1

# Violations, as policies of the mode `gatekeeper` report them. Settings arrive as `input.parameters`.

containers contains container if some container in input.review.object.spec.containers

containers contains container if some container in input.review.object.spec.initContainers

violation contains {"msg": msg} if {
	some container in containers
	container.securityContext.privileged
	msg := sprintf("container %v is privileged", [container.name])
}

violation contains {"msg": msg} if {
	some container in containers
	some image in input.parameters.forbidden_images
	regex.match(image, container.image)
	msg := sprintf("image %s of container %s is forbidden", [container.image, container.name])
}

violation contains {"msg": msg} if {
	some label in input.parameters.required_labels
	not input.review.object.metadata.labels[label]
	msg := sprintf("label %s is missing", [label])
}

# Fails in the host: the duration is no duration.
violation contains {"msg": "unreachable"} if {
	duration := input.review.object.metadata.annotations["policy.test/duration"]
	time.parse_duration_ns(duration) > 0
}

violation contains {"msg": "the duration is negative"} if {
	duration := input.review.object.metadata.annotations["policy.test/wait"]
	trace("checking the duration")
	startswith(duration, "-")
}
