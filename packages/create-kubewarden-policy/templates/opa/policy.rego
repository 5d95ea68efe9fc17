package policy

import rego.v1

# The containers of whatever kind of workload the request is about.

pod_spec := input.request.object.spec if input.request.kind.kind == "Pod"

pod_spec := input.request.object.spec.template.spec if {
	input.request.kind.kind in {"ReplicationController", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"}
}

pod_spec := input.request.object.spec.jobTemplate.spec.template.spec if input.request.kind.kind == "CronJob"

containers contains container if some container in pod_spec.initContainers

containers contains container if some container in pod_spec.containers

containers contains container if some container in pod_spec.ephemeralContainers

# What is rejected, and why. Settings arrive as `data`; without any, no registry is trusted.

deny contains message if {
	some container in containers
	not is_trusted(container)
	image := object.get(container, "image", "none")
	message := sprintf("container %s has an image of an untrusted registry: %s", [container.name, image])
}

is_trusted(container) if {
	some registry in data.registries
	startswith(container.image, sprintf("%s/", [registry]))
}
