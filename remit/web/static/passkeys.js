// Adds a passkey on the settings page: the browser makes it, the house keeps its public half.
"use strict";

(() => {
  const box = document.querySelector("[data-add-passkey]");
  if (!box || !window.PublicKeyCredential) return;
  const said = box.querySelector("[data-passkey-said]");
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function ask(path, body) {
    const headers = { "X-CSRF-Token": box.dataset.csrf, "Content-Type": "application/json", Accept: "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body: body && JSON.stringify(body) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail || `The server answered ${answer.status}.`);
    return told;
  }

  async function add() {
    const options = await ask("/v1/passkeys/begin");
    options.challenge = bytes(options.challenge);
    options.user.id = bytes(options.user.id);
    for (const known of options.excludeCredentials || []) known.id = bytes(known.id);
    const made = await navigator.credentials.create({ publicKey: options });
    await ask("/v1/passkeys", {
      name: box.querySelector("[data-passkey-name]").value,
      credential: {
        id: made.id, rawId: text(made.rawId), type: made.type,
        response: { clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject) },
      },
    });
    location.hash = "passkeys";
    location.reload();
  }

  box.hidden = false;
  document.querySelector("[data-without-passkey]").hidden = true;
  box.querySelector("button").addEventListener("click", async () => {
    said.textContent = "Your browser asks you now.";
    try { await add(); } catch (error) { said.textContent = `It was not added: ${error.message}`; }
  });
})();
