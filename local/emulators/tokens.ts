// Access tokens of the local environment: issued by the identity emulator, checked by all others. They
// have the claims of Microsoft Entra ID's tokens, since Azurite reads those. Their times are real time,
// never a simulated clock's: Azurite and the SDK's token cache know no other.

import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** What an App Service managed identity's token lasts for, seconds. */
const DEFAULT_LIFETIME_SECONDS = 24 * 3600;
/** Issuers of Entra ID's version 1 tokens, which managed identities get, begin so. */
const ISSUER = 'https://sts.windows.net';

export interface TokenAuthorityOptions {
  /** Directory that issues; default a random one. */
  readonly tenantId?: string;
}

export interface TokenRequest {
  /** For example `https://vault.azure.net`. */
  readonly audience: string;
  readonly clientId: string;
  /** Default a day; a negative one makes a token that has expired already. */
  readonly lifetimeSeconds?: number;
}

export interface IssuedToken {
  readonly token: string;
  /** Unix time, seconds. */
  readonly expiresOn: number;
}

export type TokenCheck =
  | { readonly ok: true; readonly clientId: string }
  | {
      readonly ok: false;
      readonly reason: 'missing' | 'malformed' | 'signature' | 'audience' | 'expired';
    };

const claimsSchema = z.object({
  aud: z.string(),
  appid: z.string(),
  nbf: z.number(),
  exp: z.number(),
});

/** Issues tokens and knows its own again. Each authority has a key of its own, never stored. */
export class TokenAuthority {
  readonly tenantId: string;
  readonly #key = randomBytes(32);

  constructor(options: TokenAuthorityOptions = {}) {
    this.tenantId = options.tenantId ?? randomUUID();
  }

  issue(request: TokenRequest): IssuedToken {
    const now = Math.floor(Date.now() / 1000);
    const expiresOn = now + (request.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS);
    // Entra ID dates tokens back by five minutes too, for clocks that differ.
    const notBefore = Math.min(now, expiresOn) - 300;
    const claims = {
      aud: request.audience,
      iss: `${ISSUER}/${this.tenantId}/`,
      iat: notBefore,
      nbf: notBefore,
      exp: expiresOn,
      appid: request.clientId,
      idtyp: 'app',
      oid: request.clientId,
      sub: request.clientId,
      tid: this.tenantId,
      uti: randomUUID(),
      ver: '1.0',
    };
    const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return { token: `${signed}.${this.#sign(signed).toString('base64url')}`, expiresOn };
  }

  /**
   * Checks an `Authorization` header: signature, audience (with or without a slash at its end), times.
   * Who may do what is the service's own question; it gets the client id.
   */
  check(authorization: string | undefined, audience: string): TokenCheck {
    if (authorization === undefined) return { ok: false, reason: 'missing' };
    const parts = /^bearer ([\w-]+\.[\w-]+)\.([\w-]+)$/i.exec(authorization);
    const [signed, signature] = [parts?.[1], parts?.[2]];
    if (signed === undefined || signature === undefined) return { ok: false, reason: 'malformed' };
    const given = Buffer.from(signature, 'base64url');
    const expected = this.#sign(signed);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      return { ok: false, reason: 'signature' };
    }
    const claims = claimsSchema.parse(decode(signed.slice(signed.indexOf('.') + 1)));
    if (withoutSlash(claims.aud) !== withoutSlash(audience)) {
      return { ok: false, reason: 'audience' };
    }
    const now = Date.now() / 1000;
    if (now < claims.nbf || now >= claims.exp) return { ok: false, reason: 'expired' };
    return { ok: true, clientId: claims.appid };
  }

  #sign(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text).digest();
  }
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string): unknown =>
  JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
const withoutSlash = (audience: string): string => audience.replace(/\/$/, '');
