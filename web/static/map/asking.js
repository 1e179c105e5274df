// Asking the server.

async function answered(address) {
  const answer = await fetch(address);
  if (!answer.ok) { throw new Error(`${address}: ${answer.status}`); }
  return answer;
}

export async function fetchJson(address) { return (await answered(address)).json(); }

export async function fetchBytes(address) { return (await answered(address)).arrayBuffer(); }

// Asks once for each address; what failed is asked for again.
export function remembered(ask) {
  const known = new Map();
  return (address) => {
    if (!known.has(address)) {
      known.set(address, ask(address).catch((error) => { known.delete(address); throw error; }));
    }
    return known.get(address);
  };
}
