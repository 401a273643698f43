// NOTE to engineer D: the lead has written this room (ResourceWatch, RelistBackoff, ClusterFeed…) to save you time. Please do not write it again:
// write the health rules and ledger tests, then test and mend this. Delete this file when read.
