// NOTE to engineer D: the lead has written this room (Kubeconfig, Credentials, KubernetesAPI, KubernetesWatch, KubernetesError) to save you time.
// Please do not write it again: use it for ClusterFeed, test and mend it. Delete this file when read.
