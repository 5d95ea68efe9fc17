package policy_test

import data.policy
import rego.v1

registries := ["registry.example.com", "ghcr.io/acme"]

request(kind, spec) := {"request": {"uid": "1", "kind": {"kind": kind}, "object": {"kind": kind, "spec": spec}}}

container(name, image) := {"name": name, "image": image}

test_images_of_trusted_registries if {
	pod := request("Pod", {"containers": [
		container("web", "registry.example.com/shop/web:1"),
		container("proxy", "ghcr.io/acme/proxy"),
	]})
	policy.main.response.allowed with input as pod with data.registries as registries
}

test_image_of_another_registry if {
	pod := request("Pod", {"containers": [container("web", "nginx")]})
	response := policy.main.response with input as pod with data.registries as registries
	not response.allowed
	response.status.message == "container web has an image of an untrusted registry: nginx"
}

test_registry_that_only_begins_like_a_trusted_one if {
	pod := request("Pod", {"containers": [container("web", "registry.example.com.evil.test/web")]})
	not policy.main.response.allowed with input as pod with data.registries as registries
}

test_init_and_ephemeral_containers if {
	pod := request("Pod", {
		"initContainers": [container("init", "busybox")],
		"containers": [],
		"ephemeralContainers": [container("debug", "busybox")],
	})
	denied := policy.deny with input as pod with data.registries as registries
	count(denied) == 2
}

test_deployment if {
	deployment := request("Deployment", {"template": {"spec": {"containers": [container("web", "nginx")]}}})
	not policy.main.response.allowed with input as deployment with data.registries as registries
}

test_cron_job if {
	pod := {"template": {"spec": {"containers": [container("web", "nginx")]}}}
	job := request("CronJob", {"jobTemplate": {"spec": pod}})
	not policy.main.response.allowed with input as job with data.registries as registries
}

test_container_without_image if {
	pod := request("Pod", {"containers": [{"name": "web"}]})
	not policy.main.response.allowed with input as pod with data.registries as registries
}

test_nothing_is_trusted_without_settings if {
	pod := request("Pod", {"containers": [container("web", "registry.example.com/web")]})
	not policy.main.response.allowed with input as pod
}
