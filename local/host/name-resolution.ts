// Key Vault's client accepts only hosts in Key Vault's own domain. In processes of the local environment such
// names resolve to loopback, where the emulator has a certificate for them.

import dns from 'node:dns';

/** Names that end in one of these resolve to loopback. */
const LOCAL_DOMAINS = ['.vault.azure.net'];

const isLocal = (hostname: unknown): boolean =>
  typeof hostname === 'string' && LOCAL_DOMAINS.some((domain) => hostname.toLowerCase().endsWith(domain));

let installed = false;

/** Makes this process resolve the vaults' names to 127.0.0.1. All other names are looked up as usual. */
export function resolveVaultsLocally(): void {
  if (installed) return;
  installed = true;
  const lookup = dns.lookup;
  // Node's sockets read `dns.lookup` for each connection, so that the patched function reaches all clients. It
  // has many overloads; only the first argument matters here.
  dns.lookup = new Proxy(lookup, {
    apply(target, self, [hostname, ...rest]: unknown[]) {
      return Reflect.apply(target, self, [isLocal(hostname) ? '127.0.0.1' : hostname, ...rest]);
    },
  });
}
