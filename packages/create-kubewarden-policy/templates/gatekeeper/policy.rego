package policy

import rego.v1

# The containers of whatever kind of workload the request is about.

pod_spec := input.review.object.spec if input.review.kind.kind == "Pod"

pod_spec := input.review.object.spec.template.spec if {
	input.review.kind.kind in {"ReplicationController", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"}
}

pod_spec := input.review.object.spec.jobTemplate.spec.template.spec if input.review.kind.kind == "CronJob"

containers contains container if some container in pod_spec.initContainers

containers contains container if some container in pod_spec.containers

containers contains container if some container in pod_spec.ephemeralContainers

# What is rejected, and why. Settings arrive as `input.parameters`; without any, no registry is trusted.

violation contains {"msg": message} if {
	some container in containers
	not is_trusted(container)
	image := object.get(container, "image", "none")
	message := sprintf("container %s has an image of an untrusted registry: %s", [container.name, image])
}

is_trusted(container) if {
	some registry in input.parameters.registries
	startswith(container.image, sprintf("%s/", [registry]))
}
