// A program of an institution: its operator registers it, and it gets a token with Node's own cryptography.
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Registers a program as `operator` and lets it use the API; suspends it at the end. */
export async function registered(operator, base) {
  const wrong = (text) => operator.walk.watcher.wrong.push(`${operator.walk.lang} program: ${text}`);
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await operator.go("/operator/clients");
  await operator.send("/operator/clients");
  await operator.look("clients-mistake");
  await operator.go("/operator/clients");
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1" }] });
  const name = `Lietvedība ${operator.walk.lang}`;
  await operator.fill({ name, institution: "Izdomātā dome", "right-validate": "yes", requests: "100", mib: "10", keys });
  await operator.send("/operator/clients");
  await operator.look("clients");
  const row = operator.page.locator("tr", { hasText: name }).first();
  const id = (await row.locator(".mono").innerText()).trim();

  const told = await (await fetch(`${base}/.well-known/oauth-authorization-server`)).json();
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: id, sub: id, aud: told.issuer, iat: now, exp: now + 60, jti: randomUUID() };
  const message = `${part({ alg: "ES256", kid: "k1" })}.${part(claims)}`;
  const value = sign("sha256", Buffer.from(message), { key: privateKey, dsaEncoding: "ieee-p1363" });
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: `${message}.${value.toString("base64url")}`,
  });
  const answer = await fetch(told.token_endpoint, { method: "POST", body });
  const granted = await answer.json();
  if (!answer.ok) return wrong(`no token: ${JSON.stringify(granted)}`);
  const own = () => fetch(`${base}/api/v1/client`, { headers: { authorization: `Bearer ${granted.access_token}` } });
  const seen = await own();
  if (!seen.ok || (await seen.json()).id !== id) wrong(`the token does not hold: ${seen.status}`);
  await row.locator("form[action$='/suspend'] button").click();
  await operator.page.waitForSelector("[role=status] .notice");
  await operator.look("clients-suspended");
  if ((await own()).status !== 401) wrong("the token of a suspended program holds");
}
