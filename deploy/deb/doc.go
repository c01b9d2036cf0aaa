// Command deb makes the Debian packages of aetherd:
//
//	go run ./deploy/deb -out dist amd64 arm64 armhf
//
// It builds both programs for each architecture, makes what is generated (man pages,
// completions, changelog, copyright) and has nfpm pack it, with what nfpm.yaml names of
// deploy/, as nfpm.yaml says. nfpm and go-md2man are tools of tools.mod.
//
// The same commit gives the same bytes with the same version of Go, whatever the directory,
// the time, the umask and the user: the one time in a package is that of the commit, every mode
// stands in nfpm.yaml, and no path of the building machine gets into the programs. A version
// orders as dpkg compares:
//
//	0.1.0~git20261123084328.0973a68abcde   before the first release
//	0.1.0                                  the commit with the tag v0.1.0
//	0.1.0+git20261201120000.1f2e3d4c5b6a   a commit behind it
//
// A tree with changes that are not committed gets ".dirty" at the end.
package main
