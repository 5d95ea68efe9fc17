package policy_test

import data.policy
import rego.v1

review(kind, spec) := {
	"parameters": {"registries": ["registry.example.com", "ghcr.io/acme"]},
	"review": {"kind": {"kind": kind}, "object": {"kind": kind, "spec": spec}},
}

container(name, image) := {"name": name, "image": image}

test_images_of_trusted_registries if {
	pod := review("Pod", {"containers": [
		container("web", "registry.example.com/shop/web:1"),
		container("proxy", "ghcr.io/acme/proxy"),
	]})
	count(policy.violation) == 0 with input as pod
}

test_image_of_another_registry if {
	pod := review("Pod", {"containers": [container("web", "nginx")]})
	violations := policy.violation with input as pod
	violations == {{"msg": "container web has an image of an untrusted registry: nginx"}}
}

test_registry_that_only_begins_like_a_trusted_one if {
	pod := review("Pod", {"containers": [container("web", "registry.example.com.evil.test/web")]})
	count(policy.violation) == 1 with input as pod
}

test_init_and_ephemeral_containers if {
	pod := review("Pod", {
		"initContainers": [container("init", "busybox")],
		"containers": [],
		"ephemeralContainers": [container("debug", "busybox")],
	})
	count(policy.violation) == 2 with input as pod
}

test_deployment if {
	deployment := review("Deployment", {"template": {"spec": {"containers": [container("web", "nginx")]}}})
	count(policy.violation) == 1 with input as deployment
}

test_cron_job if {
	pod := {"template": {"spec": {"containers": [container("web", "nginx")]}}}
	job := review("CronJob", {"jobTemplate": {"spec": pod}})
	count(policy.violation) == 1 with input as job
}

test_container_without_image if {
	pod := review("Pod", {"containers": [{"name": "web"}]})
	count(policy.violation) == 1 with input as pod
}

test_nothing_is_trusted_without_settings if {
	pod := review("Pod", {"containers": [container("web", "registry.example.com/web")]})
	count(policy.violation) == 1 with input as object.remove(pod, ["parameters"])
}
