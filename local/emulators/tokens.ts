// Access tokens of the local environment: the identity emulator issues them, the others check them. They have
// the claims of Microsoft Entra ID's tokens, which Azurite reads. Their times are real time, never a simulated
// clock's, because Azurite and the SDK's token cache use real time.

import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** The lifetime of a managed identity's token in App Service. */
const DEFAULT_LIFETIME_SECONDS = 24 * 3600;
/** The issuers of Entra ID's version 1 tokens, which managed identities get, begin with this. */
const ISSUER = 'https://sts.windows.net';

export interface TokenRequest {
  /** For example `https://vault.azure.net`. */
  readonly audience: string;
  readonly clientId: string;
  /** Default a day. A negative lifetime gives a token that has expired already. */
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

/** Issues tokens and recognizes its own. Each authority has its own key, which is never stored. */
export class TokenAuthority {
  readonly tenantId = randomUUID();
  readonly #key = randomBytes(32);

  issue(request: TokenRequest): IssuedToken {
    const now = Math.floor(Date.now() / 1000);
    const expiresOn = now + (request.lifetimeSeconds ?? DEFAULT_LIFETIME_SECONDS);
    // Entra ID too dates tokens back by five minutes, for clocks that differ.
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
   * Checks an `Authorization` header: signature, audience (with or without a trailing slash), times. The
   * service gets the client id and decides what that client may do.
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
const decode = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
const withoutSlash = (audience: string): string => audience.replace(/\/$/, '');
