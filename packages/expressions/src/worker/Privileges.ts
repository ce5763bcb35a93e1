/** Drops the privileges of a child process. */

/** The id of an unprivileged user and group; a number needs no entry in the password file. */
const unprivileged = 65_534

/**
 * Changes from root, if the process runs as root, to an unprivileged user and group without supplementary groups. Called
 * after everything is loaded, it works for an installation below a private home too. If the system refuses (a user
 * namespace with one user, a root without the capability to change users), the process stays root, with the few rights that
 * such a root has.
 */
export const drop = (): void => {
  if (process.getuid?.() !== 0) return
  try {
    process.setgroups?.([])
    process.setgid?.(unprivileged)
    process.setuid?.(unprivileged)
  } catch (cause) {
    const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
    if (code !== "EPERM" && code !== "EINVAL") throw cause
  }
}
