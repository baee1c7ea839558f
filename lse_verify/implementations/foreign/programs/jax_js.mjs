/** The operations, of `jax` and an array of rows. */
const OPERATIONS = {
  "logsumexp": (jax, x) => jax.nn.logsumexp(x, -1),
  "softmax": (jax, x) => jax.nn.softmax(x, -1),
  "log_softmax": (jax, x) => jax.nn.logSoftmax(x, -1),
  "softplus": (jax, x) => jax.nn.softplus(x),
  "logistic": (jax, x) => jax.nn.sigmoid(x),
  "logaddexp": (jax, x) => logaddexp(jax, x),
  "softmax grad": (jax, x) => jax.grad((rows) => jax.nn.logsumexp(rows, -1).sum())(x),
  "log_softmax_gradient log_softmax_grad": (jax, x) =>
    jax.grad((rows) => jax.nn.logSoftmax(rows, -1).slice([], 0).sum())(x),
  "softmax logaddexp_grad": (jax, x) => jax.grad((rows) => logaddexp(jax, rows).sum())(x),
  "logistic softplus_grad": (jax, x) => jax.grad((values) => jax.nn.softplus(values).sum())(x),
};

const logaddexp = (jax, x) => jax.numpy.logaddexp(...jax.numpy.split(x, [1], 1));

export default async (require) => {
  // Without it, before Node 24, the library cannot tell of what type the numbers are.
  globalThis.Float16Array ??= class Float16Array {};
  const jax = require("@jax-js/jax");
  await jax.init("wasm", "cpu");

  const on = (device, operation) => ({ numbers, nRows, nTerms }) => {
    jax.defaultDevice(device);
    return operation(jax.numpy.array(numbers, { shape: [nRows, nTerms] })).dataSync();
  };

  const functions = {};
  for (const [name, operation] of Object.entries(OPERATIONS)) {
    const eager = (x) => operation(jax, x);
    functions[name] = on("wasm", eager);
    if (name.includes(" ")) continue;
    functions[`${name} cpu`] = on("cpu", eager);
    functions[`${name} cpu_jit`] = on("cpu", jax.jit(eager));
  }
  return functions;
};
