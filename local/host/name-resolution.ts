// Key Vault's client talks only to hosts of Key Vault's own domain. In processes of the local
// environment such names lead to loopback, where the emulator has a certificate for them.

import dns from 'node:dns';

/** Names that end so are answered with loopback. */
const LOCAL_DOMAINS = ['.vault.azure.net'];

const isLocal = (hostname: unknown): boolean =>
  typeof hostname === 'string' &&
  LOCAL_DOMAINS.some((domain) => hostname.toLowerCase().endsWith(domain));

let installed = false;

/** Makes this process resolve the vaults' names to 127.0.0.1; every other name is looked up as ever. */
export function resolveVaultsLocally(): void {
  if (installed) return;
  installed = true;
  const lookup = dns.lookup;
  // Node's sockets read `dns.lookup` anew for each connection, so the patched function reaches all clients.
  // `lookup` has many overloads: only the first argument is looked at and replaced here.
  dns.lookup = new Proxy(lookup, {
    apply(target, self, [hostname, ...rest]: unknown[]) {
      return Reflect.apply(target, self, [isLocal(hostname) ? '127.0.0.1' : hostname, ...rest]);
    },
  });
}
