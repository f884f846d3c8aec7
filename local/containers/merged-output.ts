/**
 * A command that writes stdout and stderr to one pipe; two would lose their order. A shell joins them, then
 * replaces itself with the program, without its own variables.
 */
export function mergedOutput(
  command: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): [string, ...string[]] {
  const [program = '', ...args] = command;
  if (process.platform === 'win32') return [program, ...args];
  const unset = ['PWD', 'OLDPWD', 'SHLVL', '_']
    .filter((name) => !Object.hasOwn(env, name))
    .map((name) => `-u ${name}`)
    .join(' ');
  return ['/bin/sh', '-c', `exec env ${unset} "$@" 2>&1`, 'sh', program, ...args];
}
