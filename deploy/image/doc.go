// Package image tries the Debian package on a whole system: a Debian 12 with its own
// systemd, in a container that is booted for the test and gone after it. Nothing is
// mocked but the arm, which is an emulator on a pty.
//
// Its tests have the build tag image, because they need root, download a Debian once, which is kept in
// the user's cache directory (aetherd-image), and take two minutes: "make image-test" runs them. Where
// the machine cannot boot a container they are skipped and say why; in CI that is a failure.
// What is written to the container's disk goes to memory, and nothing is left of it.
//
// What the container has in common with a machine of its own: systemd as PID 1, the
// unit with its sandbox (also the device policy, which needs cgroup 2 and BPF), the
// journal, apt, dpkg and the maintainer scripts, the reboot. What it has not: a kernel of its
// own, so no module is loaded, and no udevd, so the test makes /dev/aether-arm as the rule would.
//
// The programs of the packages for other processors are run by qemu-user, without a container.
//
// The shell blocks of docs/operations.md are run as they stand there: those that follow a line
//
//	<!-- image-test: NAME -->
//
// by "bash -e" as root in /root, where the package lies, one container for all of them, in
// their order.
package image
