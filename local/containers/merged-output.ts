/**
 * Two pipes would lose the order between stdout and stderr: a shell joins them, and then makes way for
 * the program, without leaving its own variables behind.
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
